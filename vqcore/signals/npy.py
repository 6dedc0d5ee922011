"""Arrays in files of NumPy's (.npy), read after a look at what their header says."""

from __future__ import annotations

import io
import math
from typing import NamedTuple

import numpy as np
from numpy.lib import format as header

from vqcore.arrays import Numbers
from vqcore.words import said

MAGIC = b"\x93NUMPY"


class NpyError(ValueError):
    """A file holds no array that can be read; the message says why, to go on from a colon."""


class Header(NamedTuple):
    """What an .npy file says of its array, and where that begins."""

    shape: tuple[int, ...]
    dtype: np.dtype
    start: int


def is_npy(data: bytes) -> bool:
    """Say whether a file begins as numpy.save writes it."""
    return data.startswith(MAGIC)


def header_of(data: bytes) -> Header:
    """Return the header of an .npy file, of any version that NumPy writes.

    Raises
    ------
    NpyError
        If it is damaged, or of another version.
    """
    file = io.BytesIO(data)
    try:
        version = header.read_magic(file)
        if version in ((2, 0), (3, 0)):  # they differ in how names of fields are written
            shape, _, dtype = header.read_array_header_2_0(file)
        elif version == (1, 0):
            shape, _, dtype = header.read_array_header_1_0(file)
        else:
            major, minor = version
            raise NpyError(said("refusal.npy.version", major=major, minor=minor))
    except NpyError:
        raise
    except Exception as error:  # numpy raises many kinds for what is no header
        raise NpyError(said("refusal.npy.damaged")) from error
    return Header(shape, dtype, file.tell())


def array_of(data: bytes) -> Numbers:
    """Return the array of an .npy file, of as many bytes as its header says.

    Nothing is ever unpickled, and nothing allocated before the length is known to be right.

    Raises
    ------
    NpyError
        If the file is damaged, incomplete or too long, of another version, or holds objects.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> np.save(file, np.float32([[1, 2]]))
    >>> array_of(file.getvalue())
    array([[1., 2.]], dtype=float32)
    """
    shape, dtype, start = header_of(data)
    if dtype.hasobject:
        raise NpyError(said("refusal.npy.pickled"))
    is_possible = min(shape, default=0) >= 0
    if not is_possible or math.prod(shape) * dtype.itemsize != len(data) - start:
        raise NpyError(said("refusal.npy.shape", shape=f"{shape}"))
    array: Numbers = np.load(io.BytesIO(data), allow_pickle=False)
    return array
