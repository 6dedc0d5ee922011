"""One codebook for many pictures: trained on all of them, or on one, and used for another.

A codebook in colour is for pictures in colour; one in gray is for all, and codes their luma. That
of a .vq file, of any family, can be used as well; what it encodes holds it again.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from vqcore.arrays import Samples
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Progress, Trained, train
from vqcore.coding.codebookfile import CHECKSUM_BYTES, Cut, SharedCodebook, load_codebook
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.container import FileError, pack_work, parse
from vqcore.coding.families import choice_work
from vqcore.lab.sweeps import OperatingPoint, point_work
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Quantizer
from vqcore.refusals import PictureError
from vqcore.signals.blocks import (
    BlockLayout,
    BlockSize,
    Colour,
    distinct_vectors,
    layout_of,
    shown_pixels,
)
from vqcore.signals.pictures import Picture, load_picture
from vqcore.signals.raw import Size
from vqcore.work import Work

MAX_TRAINING_BYTES = 2**27


@dataclass(frozen=True, eq=False)
class SharedQuantizer:
    """The quantizer of a .vq file, of whichever family, to use for another picture.

    Parameters
    ----------
    quantizer : Quantizer
    block_size, colour : as in the layout of the file
    """

    quantizer: Quantizer
    block_size: BlockSize
    colour: Colour

    @property
    def size(self) -> int:
        """Return K of the largest column."""
        return self.quantizer.codebook_size

    @cached_property
    def checksum(self) -> bytes:
        """Return 8 bytes to know it by."""
        own = *self.quantizer.options.items(), self.block_size, self.colour
        digest = sha256(repr((self.quantizer.family, *own)).encode())
        for column, table in zip(self.quantizer.columns, self.quantizer.tables, strict=True):
            digest.update(repr(column).encode() + table.tobytes())
        return digest.digest()[:CHECKSUM_BYTES]


Shared = SharedCodebook | SharedQuantizer
"""What pictures can be encoded with that it was not made for."""


def lent_by(encoded: Encoded) -> SharedQuantizer:
    """Return what an encoded picture can lend to others."""
    layout = encoded.layout
    return SharedQuantizer(encoded.quantizer, layout.block_size, layout.colour)


def load_shared(path: Path, cut: Cut | None = None) -> Shared:
    """Read a codebook file from the disk, or the codebook of a .vq file.

    Raises
    ------
    OSError, CodebookError
        As `load_codebook` does.
    FileError
        If a .vq file cannot be decoded; the message begins with the path.
    """
    if path.suffix.lower() != ".vq":
        return load_codebook(path, cut)
    try:
        return lent_by(parse(path.read_bytes()))
    except FileError as error:
        raise FileError(f"{path}: {error}") from error


@dataclass(frozen=True, eq=False)
class Use:
    """A picture encoded with a codebook from elsewhere: its figures, and the bytes of its file.

    Parameters
    ----------
    point, encoded, file
    holds_codebook : False if the file names it, so that `point.codebook_bytes` are not in it
    """

    point: OperatingPoint
    encoded: Encoded
    file: bytes
    holds_codebook: bool


def fits(picture: Picture, colour: Colour) -> bool:
    """Say whether a picture can be coded in a colour mode: a gray one only in gray."""
    return colour == "gray" or not picture.is_gray


def load_fitting(file: Path, colour: Colour, raw_size: Size | None = None) -> Picture:
    """Read a picture file, for a codebook in a colour mode; `raw_size` as in `read_picture`.

    Raises
    ------
    OSError
        If the file cannot be read.
    PictureError
        If it is no picture, or does not fit; the message begins with the path.
    """
    picture = load_picture(file, raw_size)
    check_fits(picture, colour, str(file))
    return picture


def check_fits(picture: Picture, colour: Colour, where: str) -> None:
    """Refuse a picture that lies somewhere if it does not fit a colour mode."""
    if not fits(picture, colour):
        raise PictureError(f"{where}: The picture is gray, and the codebook is for {colour}.")


def can_share(family: str) -> bool:
    """Say whether quantizers of a family can be trained on the blocks of several pictures.

    Examples
    --------
    >>> can_share("residual"), can_share("quadtree")
    (True, False)
    """
    return FAMILIES[family].BY_BLOCK


def train_family(
    vectors: Samples, size: int, settings: Settings
) -> Generator[Progress, None, SharedQuantizer]:
    """Do as `train_shared` in a family that `can_share`."""
    wide, high = settings.block_size
    layout = BlockLayout(wide * len(vectors), high, settings.block_size, settings.colour)
    family, parameters = FAMILIES[settings.family], settings.parameters
    distinct = distinct_vectors(family.trained_on(layout, vectors, parameters), size)
    possible = size if distinct is None else len(distinct)
    for event in family.train(layout, vectors, [possible], parameters, seed=settings.seed):
        if isinstance(event, Progress):
            yield event
        else:
            return SharedQuantizer(event.quantizer, settings.block_size, settings.colour)
    raise AssertionError("the training ended before its only size")


def train_shared(
    vectors: Samples, size: int, settings: Settings, *, exact: bool = False
) -> Generator[Progress, None, SharedCodebook]:
    """Train one codebook, of `size` codewords or of all distinct vectors if those are fewer.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d), from any number of pictures
    size : 1 to 4096
    settings : its `training` decides
    exact : as in `train`

    Examples
    --------
    >>> import numpy as np
    >>> from vqcore.work import finish
    >>> vectors = np.uint8([[9], [7], [9]])
    >>> shared = finish(train_shared(vectors, 256, Settings(block_size=1, colour="gray")))
    >>> shared.codebook.codewords.tolist()
    [[7], [9]]
    """
    codewords = distinct_vectors(vectors, size)
    if codewords is None:
        training = train(
            vectors,
            [size],
            trainer=settings.trainer,
            seed=settings.seed,
            rules=settings.rules,
            exact=exact,
        )
        for event in training:
            if isinstance(event, Trained):
                codewords = event.codebook.codewords
            else:
                yield event
    assert codewords is not None
    return SharedCodebook(Codebook(codewords).in_order(), settings.block_size, settings.colour)


def use_work(picture: Picture, shared: Shared, rate_weight: float = 0) -> Work[Use]:
    """Encode a picture with a codebook from elsewhere, and measure it.

    Parameters
    ----------
    picture : one that `fits`
    shared : a codebook, or the quantizer of a file
    rate_weight : λ, in squared error per bit; whatever it is, the codewords stay

    Raises
    ------
    ValueError
        If the picture does not fit.
    """
    if not fits(picture, shared.colour):
        raise ValueError(f"a gray picture cannot be coded in {shared.colour}")
    start = perf_counter()
    layout = layout_of(picture, shared.block_size, shared.colour)
    original = shown_pixels(picture, layout)
    vectors = layout.split(original)
    encoded = yield from choice_work(layout, vectors, shared.quantizer, rate_weight)
    seconds = perf_counter() - start
    holds_codebook = isinstance(shared, SharedQuantizer)
    file = yield from pack_work(encoded, with_codebook=holds_codebook)
    measuring = point_work(
        original,
        encoded,
        len(file),
        codebook_size=shared.size,
        train_seconds=0.0,
        encode_seconds=seconds,
    )
    return Use((yield from measuring), encoded, file, holds_codebook)
