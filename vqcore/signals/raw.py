"""Raw files: samples of 8 bits and nothing else; what they are is said elsewhere.

The suffix says what the samples are, frame by frame:

==================  ===========================================================  ================
suffix              samples                                                      bytes of a frame
==================  ===========================================================  ================
.raw .img .gray .y  gray, row by row                                             w·h
.rgb                red, green and blue of each pixel, row by row                3·w·h
.yuv                planes Y, U (Cb), V (Cr); 4:2:0, as ffmpeg's yuv420p (I420)  w·h + 2·⌈w/2⌉·⌈h/2⌉
==================  ===========================================================  ================

Gray and RGB are one frame, a .yuv may have any number; the first is the picture. Its colours are
those of ITU-R BT.601 in video range (Y from 16 to 235, Cb and Cr from 16 to 240), as test sequences
and ffmpeg's rawvideo mean it; each Cb and Cr counts for the four pixels of its square.

Width and height are, in this order: those given; those in the name, boat_512x512.raw; a pair in the
name that fits the length, lena-512-512.img, or the name of a format that does, foreman_qcif.yuv;
those of a square, where one frame of that length is a square.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import PurePath

import numpy as np

from vqcore.arrays import Samples
from vqcore.refusals import RawSizeError
from vqcore.words import Said, said

Size = tuple[int, int]
"""Width and height."""

SUFFIXES = {
    ".raw": "gray",
    ".img": "gray",
    ".gray": "gray",
    ".y": "gray",
    ".rgb": "RGB",
    ".yuv": "4:2:0",
}
"""Suffix -> what the samples are."""

FORMATS: dict[str, Size] = {
    "sqcif": (128, 96),
    "qcif": (176, 144),
    "cif": (352, 288),
    "4cif": (704, 576),
    "16cif": (1408, 1152),
}
ROWS_AT_ONCE = 64

_TYPED = re.compile(r"\s*([0-9]{1,5})\s*[x×]\s*([0-9]{1,5})\s*", re.IGNORECASE)
_NUMBERS = r"(?<![0-9])(?=([0-9]{1,5})%s([0-9]{1,5})(?![0-9]))"
_TIMES = re.compile(_NUMBERS % "[xX×]")
_BESIDE = re.compile(_NUMBERS % "[-_ ]")
_WORDS = re.compile(r"[a-z0-9]+")


def is_raw(name: str) -> bool:
    """Say whether a file of that name is raw, unless its bytes say something else.

    Examples
    --------
    >>> is_raw("boat_512x512.RAW"), is_raw("boat.png")
    (True, False)
    """
    return _suffix(name) in SUFFIXES


def is_video(name: str) -> bool:
    """Say whether a raw file of that name may have several frames.

    Examples
    --------
    >>> is_video("foreman_cif.yuv"), is_video("boat.raw")
    (True, False)
    """
    return SUFFIXES.get(_suffix(name)) == "4:2:0"


def read_size(text: str) -> Size:
    """Return width and height as they are typed.

    Raises
    ------
    RawSizeError
        If the text is no such thing; the message quotes it.

    Examples
    --------
    >>> read_size("352x288")
    (352, 288)
    """
    match = _TYPED.fullmatch(text)
    if not match:
        raise RawSizeError(said("refusal.raw.typed", text=text[:40]))
    return int(match[1]), int(match[2])


def frame_bytes(samples: str, size: Size) -> int:
    """Return how many bytes a frame has; 0 if a side is 0.

    Examples
    --------
    >>> [frame_bytes(samples, (3, 3)) for samples in ("gray", "RGB", "4:2:0")]
    [9, 27, 17]
    """
    width, height = size
    if samples == "4:2:0" and width and height:
        return width * height + 2 * -(-width // 2) * -(-height // 2)
    return width * height * (3 if samples == "RGB" else 1)


def size_of(name: str, length: int, given: Size | None = None) -> Size:
    """Return width and height of a raw file.

    Parameters
    ----------
    name : of the file, with one of `SUFFIXES`
    length : in bytes
    given : by someone who knows

    Raises
    ------
    RawSizeError
        If they cannot be told, or do not fit the length; the message says how to tell them.

    Examples
    --------
    >>> size_of("boat_4x3.raw", 12), size_of("boat.raw", 16), size_of("boat-1-4.rgb", 12)
    ((4, 3), (4, 4), (1, 4))
    """
    samples = SUFFIXES[_suffix(name)]
    stem = PurePath(name).stem
    named = [given] if given else list(_pairs(_TIMES, stem))
    guessed = [] if given else [*_pairs(_BESIDE, stem), *_formats(stem)]
    for size in (*named, *guessed):
        if _frames(samples, size, length):
            return size
    if named:
        raise RawSizeError(_misfit(samples, named[0], length))
    side = math.isqrt(
        length * 2 // 3 if samples == "4:2:0" else length // frame_bytes(samples, (1, 1))
    )
    if frame_bytes(samples, (side, side)) == length:
        return side, side
    raise RawSizeError(said("refusal.raw.size", length=length, suffix=PurePath(name).suffix))


def first_frame(name: str, size: Size) -> int:
    """Return how many bytes of a raw file of that size are its first frame."""
    return frame_bytes(SUFFIXES[_suffix(name)], size)


def read(
    data: bytes, name: str, size: Size, length: int | None = None
) -> tuple[Samples, tuple[Said, ...]]:
    """Return the first frame of a raw file of that size, and what was done to its samples.

    Parameters
    ----------
    data : of the file, or its `first_frame`
    name, size : as `size_of` has them
    length : of the file in bytes, where `data` is a part of it

    Returns
    -------
    pixels : uint8 array of shape (h, w) if gray, else (h, w, 3)
    done : as in `Origin`
    """
    samples, (width, height) = SUFFIXES[_suffix(name)], size
    stored = np.frombuffer(data, np.uint8)
    if samples == "4:2:0":
        frames = _frames(samples, size, len(data) if length is None else length)
        done = (said("done.frames", frames=frames),) if frames > 1 else ()
        return _from_video(stored, width, height), (*done, said("done.video"))
    return stored.reshape((height, width, 3) if samples == "RGB" else (height, width)), ()


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


def _pairs(pattern: re.Pattern[str], stem: str) -> Iterator[Size]:
    """Yield all pairs of numbers in a name, also those that share one: 2-512-512 has two."""
    return ((int(match[1]), int(match[2])) for match in pattern.finditer(stem))


def _formats(stem: str) -> list[Size]:
    return [FORMATS[word] for word in _WORDS.findall(stem.lower()) if word in FORMATS]


def _frames(samples: str, size: Size, length: int) -> int:
    """Return how many frames a file has, 0 if it does not fit."""
    one = frame_bytes(samples, size)
    if not one or length % one:
        return 0
    return length // one if samples == "4:2:0" or length == one else 0


def _misfit(samples: str, size: Size, length: int) -> Said:
    width, height = size
    facts = {"width": width, "height": height, "length": length}
    needed = frame_bytes(samples, size)
    if samples == "4:2:0":
        return said("refusal.raw.misfit-video", needed=needed, **facts)
    colour = said("colour.inside.gray") if samples == "gray" else samples
    return said("refusal.raw.misfit", colour=colour, needed=needed, **facts)


def _from_video(stored: Samples, width: int, height: int) -> Samples:
    """Convert the first frame of Y, Cb and Cr in video range to RGB, in whole numbers."""
    across, down = -(-width // 2), -(-height // 2)
    ends = np.cumsum([width * height, across * down, across * down])
    luma, *chroma = np.split(stored[: ends[-1]], ends[:-1])
    luma, (cb, cr) = luma.reshape(height, width), (it.reshape(down, across) for it in chroma)
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, ROWS_AT_ONCE):
        rows = slice(top, top + ROWS_AT_ONCE)
        half = slice(top // 2, (top + ROWS_AT_ONCE) // 2)
        pixels[rows] = _to_rgb(luma[rows], cb[half], cr[half])
    return pixels


def _to_rgb(luma: Samples, cb: Samples, cr: Samples) -> Samples:
    """Convert rows of video, the first an even one; the factors are of 65536ths."""
    height, width = luma.shape
    level = 76309 * (luma.astype(np.int32) - 16) + 2**15
    blue, red = (
        it.repeat(2, 0)[:height].repeat(2, 1)[:, :width].astype(np.int32) - 128 for it in (cb, cr)
    )
    shares = 104597 * red, -25675 * blue - 53279 * red, 132201 * blue
    return np.dstack([(level + it) >> 16 for it in shares]).clip(0, 255).astype(np.uint8)
