"""Points: vectors as they come, in a table of numbers, a file of NumPy's, or typed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from vqcore.arrays import Numbers, Sketch
from vqcore.refusals import PointsError
from vqcore.signals import npy
from vqcore.words import said, why

MAX_VECTORS = 1_000_000
MAX_DIMENSION = 256
MAX_BYTES = 1_100_000_000
SUFFIXES = (".csv", ".tsv", ".txt", ".dat")

_DELIMITERS = ("\t", ";", ",")
_SOME = 2**16


class Rounded(NamedTuple):
    """What numbers of more than 32 bits lost by them: how many distinct ones there were, and are.

    They are vectors, or the numbers of a column that counts from 1.
    """

    distinct: int
    left: int
    column: int | None = None


@dataclass(frozen=True, eq=False)
class Points:
    """Vectors of numbers, a name, and a digest to know them by.

    Parameters
    ----------
    vectors : float32 array of shape (n, d), of finite numbers
        Kept as a read-only view.
    name : as the user gave it
    headings : of the d coordinates, or none
    rounded : what they lost, if so, by the 32 bits
    """

    vectors: Sketch
    name: str
    headings: tuple[str, ...] = ()
    rounded: Rounded | None = None
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        shape, dtype = self.vectors.shape, self.vectors.dtype
        if dtype != np.float32 or len(shape) != 2 or not self.vectors.size:
            raise ValueError(f"points are a float32 array of shape (n, d), not {dtype} {shape}")
        if not np.isfinite(self.vectors).all():
            raise ValueError("points are finite numbers; some of these are not")
        kept = np.ascontiguousarray(self.vectors).view()
        kept.setflags(write=False)
        object.__setattr__(self, "vectors", kept)
        digest = hashlib.sha256(f"{shape}".encode())
        digest.update(kept.data)
        object.__setattr__(self, "digest", digest.hexdigest())

    @property
    def count(self) -> int:
        """Return n."""
        return len(self.vectors)

    @property
    def dimension(self) -> int:
        """Return d."""
        dimension: int = self.vectors.shape[1]
        return dimension


def is_points(data: bytes, name: str) -> bool:
    """Say whether a file is one of points: by its suffix, or an .npy of anything but codewords.

    Those are whole numbers of 8 bits, two axes of them.

    Examples
    --------
    >>> is_points(b"1,2", "a.CSV"), is_points(b"1,2", "a.png")
    (True, False)
    """
    if not npy.is_npy(data):
        return PurePath(name).suffix.lower() in SUFFIXES
    try:
        shape, dtype, _ = npy.header_of(data)
    except npy.NpyError:  # whoever reads it says so
        return False
    return dtype != np.uint8 or len(shape) != 2


def read_points(data: bytes, name: str) -> Points:
    """Read a file of points.

    Parameters
    ----------
    data
        Text, a vector a line, with commas, semicolons, tabs or spaces between its numbers, with or
        without a line of headings; or what numpy.save writes, real numbers of shape (n, d) or (n,).
        At most `MAX_BYTES` bytes, `MAX_VECTORS` vectors and `MAX_DIMENSION` coordinates.
    name : kept as it is

    Raises
    ------
    PointsError
        If it holds anything else, or numbers without end or too large for 32 bits; the message
        says where.
    """
    if len(data) > MAX_BYTES:
        raise PointsError(said("refusal.points.bytes", length=len(data), limit=MAX_BYTES))
    if npy.is_npy(data):
        return _points(_array(data), name)
    return parse_points(_decoded(data), name)


def parse_points(text: str, name: str) -> Points:
    """Read points from text, as `read_points` does.

    Examples
    --------
    >>> points = parse_points("height, width\\n1.5, 2\\n3, 4", "typed")
    >>> points.vectors.tolist(), points.headings
    ([[1.5, 2.0], [3.0, 4.0]], ('height', 'width'))
    """
    lines = text.splitlines()
    written = [place for place, line in enumerate(lines) if not _is_blank(line)]
    if not written:
        raise PointsError(said("refusal.points.empty"))
    delimiter = next((it for it in _DELIMITERS if it in lines[written[0]]), None)
    if delimiter == ";" and not any("." in line for line in lines):
        lines = [line.replace(",", ".") for line in lines]
    first = _cells(lines[written[0]], delimiter)
    headings = () if any(map(_is_number, first)) else tuple(first)
    skipped = written[0] + 1 if headings else 0
    if len(written) == bool(headings):
        alone = "refusal.points.headings" if delimiter else "refusal.points.empty"
        raise PointsError(said(alone))
    try:
        numbers = np.loadtxt(lines[skipped:], delimiter=delimiter, ndmin=2, quotechar='"')
    except ValueError as error:
        raise _why(lines, skipped, delimiter, str(error)) from error
    return _points(numbers, name, headings if len(headings) == numbers.shape[1] else ())


def typed_points(text: str) -> Points | None:
    """Return the points that a text has, as `parse_points` does; None of an empty one."""
    return parse_points(text, "") if text.strip() else None


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in data[:1024]:
            raise PointsError(said("refusal.points.no-text")) from None
        return data.decode("latin-1")


def _is_blank(line: str) -> bool:
    return not line.split("#")[0].strip()


def _cells(line: str, delimiter: str | None) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.split("#")[0].split(delimiter)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _why(lines: list[str], skipped: int, delimiter: str | None, reason: str) -> PointsError:
    """Return what is wrong with the first line that is."""
    expected = 0
    for place, line in enumerate(lines[skipped:], skipped + 1):
        if _is_blank(line):
            continue
        cells = _cells(line, delimiter)
        for column, cell in enumerate(cells, 1):
            if not _is_number(cell):
                if not cell:
                    return PointsError(said("refusal.points.gap", line=place, column=column))
                return PointsError(
                    said("refusal.points.text", line=place, column=column, cell=cell[:40])
                )
        expected = expected or len(cells)
        if len(cells) != expected:
            return PointsError(
                said("refusal.points.ragged", line=place, n=len(cells), expected=expected)
            )
    return PointsError(said("refusal.points.unreadable", reason=reason.rstrip(".")))


def _array(data: bytes) -> Numbers:
    """Return the array of an .npy file of real numbers."""
    try:
        dtype = npy.header_of(data).dtype
        if dtype.kind not in "fiubO":
            raise PointsError(said("refusal.points.dtype", dtype=f"{dtype}"))
        return npy.array_of(data)
    except npy.NpyError as error:
        raise PointsError(said("refusal.npy.unusable", reason=why(error))) from error


def _points(numbers: Numbers, name: str, headings: tuple[str, ...] = ()) -> Points:
    """Check what numbers there are."""
    shape = numbers.shape
    if len(shape) not in (1, 2) or not numbers.size:
        raise PointsError(said("refusal.points.shape", shape=f"{shape}"))
    numbers = numbers.reshape(len(numbers), -1)
    count, dimension = numbers.shape
    if count > MAX_VECTORS or dimension > MAX_DIMENSION:
        limits = {"vectors": MAX_VECTORS, "dimensions": MAX_DIMENSION}
        raise PointsError(said("refusal.points.many", count=count, dimension=dimension, **limits))
    floats = _as_floats(numbers) + np.float32(0)  # there is no −0
    return Points(floats, name, headings, _rounded(numbers, floats))


def _rounded(numbers: Numbers, floats: Sketch) -> Rounded | None:
    """Return how many vectors became equal; if none, a column where most numbers did."""
    if (numbers == floats).all():
        return None
    if numbers.dtype == np.longdouble:  # some of whose bytes mean nothing
        numbers = numbers.astype(np.float64)
    found = Rounded(_distinct(numbers), _distinct(floats))
    if found.left < found.distinct:
        return found
    for place, (own, rounded) in enumerate(zip(numbers.T, floats.T, strict=True), 1):
        if 2 * len(np.unique(rounded[:_SOME])) < len(np.unique(own[:_SOME])):
            return Rounded(len(np.unique(own)), len(np.unique(rounded)), place)
    return None


def _distinct(numbers: Numbers) -> int:
    """Return how many rows are distinct; of 10⁶ of 8 numbers in 0.3 s, where sorting takes 0.9."""
    whole = np.ascontiguousarray(numbers + numbers.dtype.type(0))
    rows = whole.view(f"V{whole.itemsize * whole.shape[1]}").ravel()
    return len(set(rows.tolist()))


def _as_floats(numbers: Numbers) -> Sketch:
    with np.errstate(over="ignore"):
        floats: Sketch = numbers.astype(np.float32)
    wrong = np.argwhere(~np.isfinite(floats))
    if not len(wrong):
        return floats
    row, column = map(int, wrong[0])
    number = numbers[row, column]
    place = {"row": row + 1, "column": column + 1, "number": f"{number:g}"}
    if np.isfinite(number):
        raise PointsError(said("refusal.points.large", **place))
    raise PointsError(said("refusal.points.endless", **place))
