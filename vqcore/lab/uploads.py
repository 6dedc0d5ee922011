"""What was uploaded: each file opened once, under a name of its own, or refused with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from types import MappingProxyType
from typing import Protocol

import numpy as np

from vqcore.arrays import Samples, Sketch
from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE, Codebook
from vqcore.coding.codebookfile import (
    CodebookError,
    Cut,
    SharedCodebook,
    dimension_of,
    is_zip,
    parse_codebook,
    parse_codewords,
)
from vqcore.coding.container import FileError, is_vq, parse_header
from vqcore.coding.soundcodec import lent_by as lent_by_sound
from vqcore.coding.soundcontainer import is_sound_file
from vqcore.lab.sharing import Shared, fits, lent_by
from vqcore.lab.soundfiles import SoundFile, open_sound_file
from vqcore.lab.store import Store
from vqcore.lab.vqfiles import VqFile, is_as_large, open_vq
from vqcore.quantizers.plain import codebook_of
from vqcore.refusals import PictureError, PointsError, SoundError
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.npy import NpyError, header_of, is_npy
from vqcore.signals.pictures import Picture, needs_size, read_picture
from vqcore.signals.points import Points, is_points, read_points
from vqcore.signals.raw import read_size
from vqcore.signals.sounds import Rate, Recording, is_sound, read_recording
from vqcore.words import Said, why

Content = Picture | Points | Recording | VqFile | SoundFile | SharedCodebook | Codebook
"""What a file holds; a Codebook is codewords alone, of no block size and colour mode."""


class File(Protocol):
    """A file as it was uploaded; two of one name, or of the same bytes, differ in `file_id`."""

    @property
    def file_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    def getvalue(self) -> bytes: ...


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
    """A file that could not be opened, and why."""

    name: str
    why: Said | str

    @property
    def reason(self) -> str:
        """Return why in a sentence of the language spoken now."""
        return str(self.why)


def open_file(
    data: bytes, name: str, codebooks: Sequence[SharedCodebook] = (), raw_size: str = ""
) -> Content:
    """Open the bytes of a picture, a .vq or a codebook file, or of codewords alone.

    Parameters
    ----------
    data : bytes
    name : of the file
    codebooks : those at hand, should a .vq name one
    raw_size : width and height of a raw file as they are typed, 512x512; none if empty

    Raises
    ------
    PictureError, CodebookError, FileError
        If it is none of them; the message says why.
    """
    if is_zip(data):
        return parse_codebook(data)
    if is_npy(data):
        return parse_codewords(data)
    if is_sound_file(data):
        return open_sound_file(data)
    if is_vq(data):
        return open_vq(data, codebooks)
    return read_picture(data, name, read_size(raw_size) if raw_size else None)


@dataclass(frozen=True)
class NamedCodebook:
    """An uploaded codebook, or that of an uploaded .vq file, with its id and name."""

    id: str
    name: str
    shared: Shared


@dataclass(frozen=True, eq=False)
class Uploads:
    """What is uploaded and still there, in that order.

    Parameters
    ----------
    outcomes : what became of each file
    unsized : raw files whose size has to be typed, by id; their names
    """

    outcomes: Sequence[Upload | Refusal]
    unsized: Mapping[str, str] = field(default_factory=dict)

    @property
    def opened(self) -> list[Upload]:
        return [outcome for outcome in self.outcomes if isinstance(outcome, Upload)]

    @property
    def refused(self) -> list[Refusal]:
        return [outcome for outcome in self.outcomes if isinstance(outcome, Refusal)]

    @property
    def shown(self) -> dict[str, Picture | VqFile]:
        """Return by name what can be looked at by itself."""
        return {
            it.name: it.content for it in self.opened if isinstance(it.content, Picture | VqFile)
        }

    @property
    def pictures(self) -> dict[str, Picture]:
        """Return the pictures by name."""
        return {it.name: it.content for it in self.opened if isinstance(it.content, Picture)}

    @property
    def points(self) -> dict[str, Points]:
        """Return the points by name."""
        return {it.name: it.content for it in self.opened if isinstance(it.content, Points)}

    @property
    def recordings(self) -> dict[str, Recording]:
        """Return the sounds by name, as their files have them."""
        return {it.name: it.content for it in self.opened if isinstance(it.content, Recording)}

    @property
    def sounds(self) -> dict[str, Recording | SoundFile]:
        """Return by name the sounds that can be heard by themselves."""
        return {
            it.name: it.content
            for it in self.opened
            if isinstance(it.content, Recording | SoundFile)
        }

    @property
    def sound_files(self) -> dict[str, SoundFile]:
        """Return the .vq files of sounds by name."""
        return {it.name: it.content for it in self.opened if isinstance(it.content, SoundFile)}

    def sound_starts(self, rate: Rate, dimension: int) -> dict[str, Samples]:
        """Return by name the codewords of .vq files that can begin a training on sounds."""
        every = {name: lent_by_sound(it.encoded) for name, it in self.sound_files.items()}
        return {
            name: codebook_of(it.quantizer).codewords
            for name, it in every.items()
            if (it.quantizer.family, it.rate, it.dimension) == ("plain", rate, dimension)
        }

    @property
    def vectors(self) -> dict[str, Points]:
        """Return by name the points, and as such the codewords alone."""
        alone = {
            name: Points(book.codewords.astype(np.float32), name)
            for name, book in self.alone.items()
        }
        return self.points | alone

    def starts_of(self, points: Points) -> dict[str, Sketch]:
        """Return by name the other points that can be codewords to begin with for these."""
        every = {name: it for name, it in self.vectors.items() if it.digest != points.digest}
        few = {name: it.vectors for name, it in every.items() if it.dimension == points.dimension}
        return {name: it for name, it in few.items() if len(it) <= MAX_CODEBOOK_SIZE}

    @property
    def codebooks(self) -> list[NamedCodebook]:
        return [
            NamedCodebook(it.id, it.name, it.content)
            for it in self.opened
            if isinstance(it.content, SharedCodebook)
        ]

    @property
    def alone(self) -> dict[str, Codebook]:
        """Return codewords alone by name."""
        return {it.name: it.content for it in self.opened if isinstance(it.content, Codebook)}

    def codebooks_at(self, cut: Cut) -> list[NamedCodebook]:
        """Return all codebooks, and codewords alone where they fit block size and colour mode."""
        taken = [(it, _shared(it.content, cut)) for it in self.opened]
        return [NamedCodebook(it.id, it.name, shared) for it, shared in taken if shared]

    @property
    def lent(self) -> list[NamedCodebook]:
        """Return the codebooks of .vq files."""
        files = [(it, it.content) for it in self.opened if isinstance(it.content, VqFile)]
        return [NamedCodebook(it.id, it.name, lent_by(file.encoded)) for it, file in files]

    def fitting(self, picture: Picture, cut: Cut) -> list[NamedCodebook]:
        """Return the codebooks that a picture can be encoded with, codewords alone at a cut."""
        every = self.codebooks_at(cut) + self.lent
        return [it for it in every if fits(picture, it.shared.colour)]

    def cut_as(self, cut: Cut) -> dict[str, Codebook]:
        """Return by name the codewords of codebooks of a block size and colour mode."""
        taken = [(it.name, _shared(it.content, cut)) for it in self.opened]
        every = {name: shared for name, shared in taken if shared}
        return {
            name: shared.codebook
            for name, shared in every.items()
            if (shared.block_size, shared.colour) == cut
        }

    def beside(self, layout: BlockLayout, own: str) -> list[Upload]:
        """Return the pictures as large as that of a layout, but for one by its name."""
        return [
            it
            for it in self.opened
            if isinstance(it.content, Picture)
            and it.name != own
            and is_as_large(it.content, layout)
        ]


def open_uploads(
    files: Iterable[File],
    taken: Collection[str],
    store: Store,
    raw_sizes: Mapping[str, str] = MappingProxyType({}),
    trained: Sequence[Upload] = (),
) -> Uploads:
    """Open every file; what one of them holds has no say in what becomes of the others.

    Parameters
    ----------
    files : in the order in which they were uploaded
    taken : names that no upload may have
    store : where what they hold is kept
    raw_sizes : what was typed as the size of raw files that need it, by id
    trained : codebooks that were trained here, which stand before the files
    """
    files = list(files)
    unsized = {it.file_id: it.name for it in files if needs_size(it.getvalue(), it.name)}
    typed = {file_id: raw_sizes.get(file_id, "").strip() for file_id in unsized}
    files_of_books = [it for it in files if is_zip(it.getvalue()) or is_npy(it.getvalue())]
    contents = [_opened(file, (), store) for file in files_of_books]
    contents += [it.content for it in trained]
    books = [content for content in contents if isinstance(content, SharedCodebook | Codebook)]
    names = {*taken, *(it.name for it in trained)}
    outcomes: list[Upload | Refusal] = [*trained]
    for file in files:
        needed, size = _codebooks_for(file.getvalue(), books), typed.get(file.file_id, "")
        content = _opened(file, needed, store, size)
        if isinstance(content, Said | str):
            outcomes.append(Refusal(file.name, content))
            continue
        name = unused_name(file.name, names)
        names.add(name)
        outcomes.append(Upload(file.file_id, name, file.getvalue(), content))
    return Uploads(outcomes, unsized)


def _opened(
    file: File, codebooks: Sequence[SharedCodebook], store: Store, raw_size: str = ""
) -> Content | Said | str:
    """Return what a file holds, or why it cannot be opened; opened once for the same codebooks."""
    key = file.file_id, raw_size, *(it.checksum for it in codebooks)
    return store.once("file", key, lambda: _content(file, codebooks, raw_size))


def _codebooks_for(data: bytes, books: Sequence[SharedCodebook | Codebook]) -> list[SharedCodebook]:
    """Return the codebooks that a .vq may name, codewords alone cut as it is; none for others."""
    if not is_vq(data) or not books:
        return []
    try:
        layout = parse_header(data).layout
    except FileError:
        return []
    cut = layout.block_size, layout.colour
    return [shared for it in books if (shared := _shared(it, cut))]


def _shared(content: Content, cut: Cut) -> SharedCodebook | None:
    """Return a codebook, also from codewords alone that fit a cut; None for anything else."""
    if isinstance(content, Codebook) and content.codewords.shape[1] == dimension_of(*cut):
        return SharedCodebook(content, *cut)
    return content if isinstance(content, SharedCodebook) else None


def _content(
    file: File, codebooks: Sequence[SharedCodebook], raw_size: str
) -> Content | Said | str:
    data = file.getvalue()
    try:
        if is_points(data, file.name) or _has_many_rows(data):
            return read_points(data, file.name)
        if is_sound(data, file.name):
            return read_recording(data, file.name)
        return open_file(data, file.name, codebooks, raw_size)
    except (PictureError, PointsError, SoundError, CodebookError, FileError) as error:
        return why(error)


def _has_many_rows(data: bytes) -> bool:
    """Say whether an .npy has more rows than any codebook."""
    try:
        return is_npy(data) and header_of(data).shape[0] > MAX_CODEBOOK_SIZE
    except (NpyError, IndexError):
        return False


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
