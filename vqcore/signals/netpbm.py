"""PPM and PGM files of more than 8 bits a sample, and PFM, which Pillow rounds or does not read.

Specification: the manual pages ppm(5), pgm(5) and pfm(5) of Netpbm.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Numbers
from vqcore.words import said

_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_NUMBER = _GAP + rb"([\d.eE+-]{1,20})"
_HEADER = re.compile(rb"P([2356fF])" + 3 * _NUMBER + rb"\s")


@dataclass(frozen=True)
class Header:
    """What a file says before its samples.

    Parameters
    ----------
    letter : the second of the two letters that it begins with
    width, height : in pixels
    white : the largest value of a sample; None if the samples are in floating point
    is_little : whether floating point has its lowest byte first
    start : where the samples begin
    """

    letter: str
    width: int
    height: int
    white: int | None
    is_little: bool
    start: int


def deep_header(data: bytes) -> Header | None:
    """Return the header if it is that of a file with more than 8 bits a sample."""
    match = _HEADER.match(data)
    if not match:
        return None
    letter, width, height, last = (each.decode("ascii") for each in match.groups())
    if not (width.isdecimal() and height.isdecimal()):
        return None
    if letter in "fF":
        return Header(letter, int(width), int(height), None, last[0] == "-", match.end())
    if not last.isdecimal() or not 255 < int(last) < 65536:
        return None
    return Header(letter, int(width), int(height), int(last), False, match.end())


def samples(header: Header, data: bytes) -> Numbers:
    """Return the samples: uint16 or float32 array of shape (h, w) or (h, w, 3).

    Raises
    ------
    ValueError
        If there are fewer than the header says, or none.
    """
    if min(header.width, header.height) < 1:
        raise ValueError(said("refusal.picture.no-pixels"))
    shape = (header.height, header.width, 3)[: 3 if header.letter in "36F" else 2]
    count = int(np.prod(shape))
    if header.letter in "23":
        return _plain(data[header.start :], count).reshape(shape)
    form = ">u2" if header.white else ("<f4" if header.is_little else ">f4")
    if len(data) - header.start < count * int(form[2]):
        raise ValueError(said("refusal.picture.truncated"))
    stored = np.frombuffer(data, form, count, header.start).reshape(shape)
    # Floating point is stored from the lowest row upwards.
    return stored.astype(form[1:]) if header.white else stored[::-1].astype(form[1:])


def _plain(words: bytes, count: int) -> NDArray[np.uint16]:
    """Return samples written in decimal digits."""
    numbers = re.sub(rb"#[^\r\n]*", b"", words).split()[:count]
    if len(numbers) < count:
        raise ValueError(said("refusal.picture.truncated"))
    return np.array(numbers, np.uint32).clip(0, 65535).astype(np.uint16)
