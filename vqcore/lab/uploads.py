"""What was uploaded: each file opened, under a name of its own, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Protocol

from vqcore.coding.codebookfile import CodebookError, SharedCodebook, is_zip, parse_codebook
from vqcore.coding.codec import Encoded
from vqcore.coding.container import FileError, is_vq, parse, parse_header
from vqcore.metrics import mse
from vqcore.signals.blocks import BlockLayout, shown_pixels
from vqcore.signals.pictures import Picture, PictureError, read_picture
from vqcore.work import Work


@dataclass(frozen=True, eq=False)
class VqFile:
    """An opened .vq file.

    Parameters
    ----------
    encoded : what it decodes to
    digest : SHA-256 of its bytes, to know it by
    size : how many bytes it has
    holds_codebook : False if it names one that is elsewhere
    """

    encoded: Encoded
    digest: str
    size: int
    holds_codebook: bool


Content = Picture | VqFile | SharedCodebook


class File(Protocol):
    """A file as it was uploaded; two of one name, or of the same bytes, differ in `file_id`."""

    @property
    def file_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    def getvalue(self) -> bytes: ...


Opener = Callable[[File, Sequence[SharedCodebook]], Content]
"""Opens a file, given the codebooks at hand, as `open_file` does with its bytes."""


@dataclass(frozen=True, eq=False)
class Upload:
    """A file that was opened.

    Parameters
    ----------
    id : sets it apart from every other upload
    name : that of the file, numbered if another has it: photo.png (2)
    data : its bytes
    content : what it holds
    """

    id: str
    name: str
    data: bytes
    content: Content


@dataclass(frozen=True)
class Refusal:
    """A file that could not be opened, and why, in a sentence."""

    name: str
    reason: str


def open_file(data: bytes, name: str, codebooks: Sequence[SharedCodebook] = ()) -> Content:
    """Open the bytes of a picture, a .vq or a codebook file.

    Parameters
    ----------
    data : bytes
    name : of the file
    codebooks : those at hand, should a .vq name one

    Raises
    ------
    PictureError, CodebookError, FileError
        If it is none of them; the message says why.
    """
    if is_zip(data):
        return parse_codebook(data)
    return open_vq(data, codebooks) if is_vq(data) else read_picture(data, name)


def open_vq(data: bytes, codebooks: Sequence[SharedCodebook]) -> VqFile:
    """Decode the bytes of a .vq, as `parse` does."""
    encoded, digest = parse(data, codebooks), sha256(data).hexdigest()
    return VqFile(encoded, digest, len(data), parse_header(data).codebook is None)


def open_uploads(
    files: Iterable[File], taken: Collection[str], opener: Opener
) -> list[Upload | Refusal]:
    """Open every file; what one of them holds has no say in what becomes of the others.

    Parameters
    ----------
    files : in the order in which they were uploaded
    taken : names that no upload may have
    opener : opens one
    """
    files = list(files)
    codebooks = list(_codebooks(files, opener))
    names, outcomes = {*taken}, list[Upload | Refusal]()
    for file in files:
        try:
            content = opener(file, codebooks)
        except (PictureError, CodebookError, FileError) as error:
            outcomes.append(Refusal(file.name, str(error)))
            continue
        name = unused_name(file.name, names)
        names.add(name)
        outcomes.append(Upload(file.file_id, name, file.getvalue(), content))
    return outcomes


def _codebooks(files: Iterable[File], opener: Opener) -> Iterator[SharedCodebook]:
    for file in files:
        if is_zip(file.getvalue()):
            try:
                content = opener(file, ())
            except CodebookError:
                continue
            if isinstance(content, SharedCodebook):
                yield content


def is_as_large(picture: Picture, layout: BlockLayout) -> bool:
    """Tell whether a picture can be laid over one of that layout."""
    return (picture.width, picture.height) == (layout.width, layout.height)


def nearest_work(encoded: Encoded, pictures: Mapping[str, Picture]) -> Work[str | None]:
    """Find the picture that an encoded one was made from, as far as can be told.

    Parameters
    ----------
    encoded : Encoded
    pictures : by name; only those of its width and height count

    Returns
    -------
    name : of the one with the least squared error, the first of several; None if there is none
    """
    fitting = {name: it for name, it in pictures.items() if is_as_large(it, encoded.layout)}
    if len(fitting) < 2:
        return next(iter(fitting), None)
    reconstruction, errors = encoded.decode(), dict[str, float]()
    for name, picture in fitting.items():
        errors[name] = mse(shown_pixels(picture, encoded.layout), reconstruction)
        yield
    return min(errors, key=errors.__getitem__)


def unused_name(name: str, taken: Collection[str]) -> str:
    """Number a name that is taken.

    Examples
    --------
    >>> unused_name("scan", {"scan", "scan (2)"})
    'scan (3)'
    """
    if name not in taken:
        return name
    numbered = (f"{name} ({number})" for number in count(2))
    return next(each for each in numbered if each not in taken)
