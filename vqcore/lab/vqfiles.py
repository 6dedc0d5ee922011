"""A .vq file looked at by itself, or beside the picture it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from vqcore.arrays import Samples
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Encoded
from vqcore.coding.container import parse, parse_header
from vqcore.lab.store import Question
from vqcore.lab.sweeps import OperatingPoint, point_work
from vqcore.metrics import mse
from vqcore.signals.blocks import BlockLayout, shown_pixels
from vqcore.signals.pictures import Picture
from vqcore.work import Work

Signal = TypeVar("Signal")
Decoded = TypeVar("Decoded")


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


def open_vq(data: bytes, codebooks: Sequence[SharedCodebook]) -> VqFile:
    """Decode the bytes of a .vq, as `parse` does."""
    encoded, digest = parse(data, codebooks), sha256(data).hexdigest()
    return VqFile(encoded, digest, len(data), parse_header(data).codebook is None)


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

    def error(picture: Picture, decoded: Samples) -> float:
        return mse(shown_pixels(picture, encoded.layout), decoded)

    return (yield from nearest_of(fitting, encoded.decode, error))


def nearest_of(
    fitting: Mapping[str, Signal],
    decode: Callable[[], Decoded],
    error: Callable[[Signal, Decoded], float],
) -> Work[str | None]:
    """Return the name of the signal nearest to what is decoded, as `nearest_work` does."""
    if len(fitting) < 2:
        return next(iter(fitting), None)
    decoded, errors = decode(), dict[str, float]()
    for name, signal in fitting.items():
        errors[name] = error(signal, decoded)
        yield
    return min(errors, key=errors.__getitem__)


def original_of(file: VqFile, pictures: Mapping[str, Picture]) -> Question:
    """Ask for the name of the picture that a file was made from, or None."""
    key = file.digest, *((name, it.digest) for name, it in pictures.items())
    return Question("original", key, lambda: nearest_work(file.encoded, pictures), "originating")


def point_of(file: VqFile, original: Picture) -> Question:
    """Ask for the figures of a file beside its original."""

    def work() -> Work[OperatingPoint]:
        pixels = shown_pixels(original, file.encoded.layout)
        return point_work(pixels, file.encoded, file.size, train_seconds=0.0, encode_seconds=0.0)

    return Question("file point", (file.digest, original.digest), work, "comparing")
