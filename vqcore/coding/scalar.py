"""Uniform scalar quantization, of pixels or of the coefficients of a DCT: the references.

Neither is vector quantization: each number is rounded by itself, in steps. Their files are there to
be measured, beside ours and by the same range coder and models.

::

    byte  0      4      5          6      7       11       15        end−4    end
          ┌──────┬──────┬──────────┬──────┬───────┬────────┬─────────┬────────┐
          │ VQLS │ kind │ channels │ step │ width │ height │ indices │ CRC-32 │
          └──────┴──────┴──────────┴──────┴───────┴────────┴─────────┴────────┘

=============  =====  ==================================================  =======================
field          bytes  meaning                                             anything else is illegal
=============  =====  ==================================================  =======================
magic          4      ``VQLS``
kind           1      0 pixels, 1 DCT                                     0 or 1
channels       1      1 gray, 3 RGB                                       1 or 3
step Δ         1                                                          1 to 255
width, height  4 + 4  of the picture in pixels                            1 to 65 535 each,
                                                                          ≤ 50 000 000 pixels
indices        4·w    32-bit words of one range coder
checksum       4      CRC-32 (zlib's) of all bytes before it              that value
=============  =====  ==================================================  =======================

Planes. Gray is one. RGB is three: Y, and Cb and Cr at half resolution, as `BlockLayout` has them
for ycbcr in blocks of 2×2, with sides made even.

Pixels. Index ⌊(x + a) / Δ⌋, which stands for the middle of its cell, of the numbers 0 … 255 that
have it; of two the upper one. Cells of gray and Y begin at 0, a = 0; those of Cb and Cr have 128 in
a middle, a = (⌊Δ / 2⌋ − 128) mod Δ. Indices are coded by anti-diagonals: each by how far it lies
off what the median edge detector makes of those on the left, above and between, in ten classes of
how much these and the ones behind them differ; see `misses`.

DCT. Blocks of 8×8 samples less 128, a plane made larger by repeating its edge. With C the
orthonormal DCT-II times 8192, rounded, a coefficient is F = C·x·Cᵀ ÷ 8192², and its index
sgn(F)·⌊|F| / Δ + ⅓⌋: what is nearer to 0 costs fewer bits, and is taken up to ⅔ of a step. A block
is ⌊Cᵀ·iΔ·C ÷ 8192² + ½⌋ + 128, within 0 … 255. All sums are of whole numbers under 2⁵³, and exact.

The indices of the mean coefficients are a plane, coded as one of pixels. Then, in zigzag order,
those of each other place in all blocks: the largest magnitude there is, by how far it lies off that
of the place before; and if it is not 0 the indices, in four passes over blocks of even and odd rows
and columns (even and even; odd and odd; even and odd; odd and even). Each weighs as often as seen,
see `misses`, in 18 classes of the magnitudes around: of places next to its own in the block, as far
as known, and of its own place in the blocks around. Places on one diagonal share their counts.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from vqcore.arrays import Floats, Indices, Samples
from vqcore.codebooks.scoring import MIDDLE
from vqcore.coding.contexts import WEIGHTS_AT_ONCE, Values, in_parts
from vqcore.coding.entropy import WORD, Coder, Impossible, Reader, Writer, fourth_power
from vqcore.coding.misses import count, miss_weights
from vqcore.signals.blocks import BlockLayout, BlockSize
from vqcore.signals.layouts import Places
from vqcore.signals.pictures import MAX_PIXELS, MAX_SIDE

Kind = Literal["pixels", "dct"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MAX_STEP = 255

MAGIC = b"VQLS"
HEADER = struct.Struct("<4sBBBII")
CHECKSUM = struct.Struct("<I")

SIDE = 8
UNIT = 8192
LARGEST = SIDE * MIDDLE  # of a coefficient
ZIGZAG = sorted(np.ndindex(SIDE, SIDE), key=lambda at: (sum(at), at[0] if sum(at) % 2 else at[1]))
NEXT_TO_IT = {
    (-1, 0): 2,
    (0, -1): 2,
    (-1, 1): 2,
    (1, -1): 2,
    (-1, -1): 1,
    (-2, 0): 1,
    (0, -2): 1,
}
PASSES = ((0, 0), (1, 1), (0, 1), (1, 0))

PIXEL_BOUNDS = np.array([1, 2, 3, 4, 6, 8, 12, 17, 27])
PIXEL_SPREADS: Values = (np.array([0.2, *PIXEL_BOUNDS]) / 4).astype(np.float32)
PLACE_BOUNDS = np.array([1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 28, 37, 51, 71, 101, 151, 221])
PLACE_SPREADS: Values = (np.array([0.3, *(PLACE_BOUNDS - 0.3)]) / 12).astype(np.float32)


class ScalarError(ValueError):
    """What was read is no file of `pack`; the message says why."""


def pack(pixels: Samples, kind: Kind, step: int) -> bytes:
    """Quantize a picture and return its file, the same on every machine.

    Parameters
    ----------
    pixels : uint8 array of shape (h, w) or (h, w, 3)
    kind : what is rounded
    step : Δ, 1 to 255

    Raises
    ------
    ValueError
        If the step is none, or the picture larger than a file may hold; the message says which.
    """
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else 3
    _check_fields(KINDS.index(kind), channels, step, width, height)
    writer = Writer()
    _code(writer, kind, _planes(pixels), step)
    fields = KINDS.index(kind), channels, step, width, height
    body = HEADER.pack(MAGIC, *fields) + writer.bytes()
    return body + CHECKSUM.pack(zlib.crc32(body))


def unpack(data: bytes) -> Samples:
    """Decode a file that `pack` wrote.

    Returns
    -------
    pixels : uint8 array of shape (h, w) or (h, w, 3)

    Raises
    ------
    ScalarError
        If it is none, incomplete or damaged, or says what no file may.
    """
    kind, step, blank = _header_of(data)
    reader = Reader(data[HEADER.size : -CHECKSUM.size])
    try:
        planes = _code(reader, kind, _planes(blank), step)
        genuine = reader.is_genuine()
    except (AssertionError, Impossible):  # the first is constriction's word for it
        genuine = False
    if not genuine:
        raise ScalarError("The file holds words that no encoder writes.")
    return _picture(planes, blank.shape)


def is_scalar(data: bytes) -> bool:
    """Say whether a file begins as those of `pack` do."""
    return data.startswith(MAGIC)


def _header_of(data: bytes) -> tuple[Kind, int, Samples]:
    """Return kind, step, and a picture of the shape; refuse what cannot be right."""
    if not is_scalar(data):
        raise ScalarError("This is no file of a scalar quantizer.")
    coded = len(data) - HEADER.size - CHECKSUM.size
    if coded < 0 or coded % WORD.itemsize:
        raise ScalarError(f"The file is incomplete: {len(data)} bytes.")
    if CHECKSUM.unpack(data[-CHECKSUM.size :])[0] != zlib.crc32(data[: -CHECKSUM.size]):
        raise ScalarError("The file is damaged: its checksum is wrong.")
    _, kind, channels, step, width, height = HEADER.unpack_from(data)
    _check_fields(kind, channels, step, width, height)
    shape = (height, width) if channels == 1 else (height, width, channels)
    return KINDS[kind], step, np.zeros(shape, np.uint8)


def _check_fields(kind: int, channels: int, step: int, width: int, height: int) -> None:
    if kind >= len(KINDS):
        raise ScalarError(f"There is no kind {kind} of scalar quantizer.")
    if channels not in (1, 3):
        raise ScalarError(f"A picture has 1 channel or 3, not {channels}.")
    if not 1 <= step <= MAX_STEP:
        raise ScalarError(f"A step is 1 to {MAX_STEP}, not {step}.")
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE and width * height <= MAX_PIXELS):
        raise ScalarError(f"No file holds a picture of {width} × {height} pixels.")


def _planes(pixels: Samples) -> list[Samples]:
    """Return gray, or Y, Cb and Cr, each a plane."""
    if pixels.ndim == 2:
        return [pixels]
    layout = _layout(pixels.shape)
    return [_plane(squares, layout) for squares in layout.planes(layout.split(pixels))]


def _picture(planes: Sequence[Samples], shape: tuple[int, ...]) -> Samples:
    """Put planes together again."""
    if len(planes) == 1:
        return planes[0]
    layout = _layout(shape)
    return layout.join(layout.vectors([_squares(plane, layout) for plane in planes]))


def _layout(shape: tuple[int, ...]) -> BlockLayout:
    return BlockLayout(shape[1], shape[0], BlockSize.of(2), "ycbcr")


def _plane(squares: Samples, layout: BlockLayout) -> Samples:
    side = squares.shape[1]
    grid = squares.reshape(layout.rows, layout.columns, side, side).swapaxes(1, 2)
    return grid.reshape(layout.rows * side, layout.columns * side)


def _squares(plane: Samples, layout: BlockLayout) -> Samples:
    side = plane.shape[0] // layout.rows
    grid = plane.reshape(layout.rows, side, layout.columns, side).swapaxes(1, 2)
    return grid.reshape(layout.blocks, side, side)


def _code(coder: Coder, kind: Kind, planes: Sequence[Samples], step: int) -> list[Samples]:
    """Pass the indices of planes through; return what they stand for."""
    if kind == "dct":
        return [_code_dct(coder, plane, step) for plane in planes]
    neutral = (step // 2 - MIDDLE) % step
    shifts = [0, neutral, neutral][: len(planes)]
    return [
        _code_pixels(coder, plane, step, shift) for plane, shift in zip(planes, shifts, strict=True)
    ]


def _code_pixels(coder: Coder, plane: Samples, step: int, shift: int) -> Samples:
    """Pass the indices of a plane's pixels through; return what they stand for."""
    lowest = np.arange(-shift, 256, step)
    middles = (lowest.clip(0) + np.minimum(lowest + step, 256)) // 2
    wanted = (plane.astype(np.int32) + shift) // step
    found = _code_plane(coder, wanted, len(middles))
    return middles.astype(np.uint8)[found]


def _code_plane(coder: Coder, wanted: Indices, size: int) -> Indices:
    """Pass a plane of indices under a size through; a Reader looks at its shape alone."""
    rows, columns = wanted.shape
    known = np.zeros((rows + 2, columns + 2), np.int32)
    counts = np.zeros((len(PIXEL_SPREADS), 2 * size - 1), np.float32)
    for wave in range(rows + columns - 1) if size > 1 else ():
        y = np.arange(max(0, wave - columns + 1), min(rows, wave + 1))
        x = wave - y
        predicted, sort = _predicted(known, y, x, size // 2)
        weights, first = miss_weights(counts, PIXEL_SPREADS), size - 1 - predicted
        symbols = wanted[y, x].copy()
        for part in in_parts(len(y), WEIGHTS_AT_ONCE // size):
            at = first[part, None] + np.arange(size)
            symbols[part] = coder.code(symbols[part], weights[sort[part, None], at])
        known[y + 2, x + 2] = symbols
        count(counts, sort, symbols + first)
    return known[2:, 2:]


def _predicted(known: Indices, y: Places, x: Places, middle: int) -> tuple[Indices, Indices]:
    """Predict indices from those around, and say of which class they are.

    Parameters
    ----------
    known : with two rows and two columns before the first
    y, x : where, of one wave
    middle : the prediction where there is nothing
    """
    left, above, corner = known[y + 2, x + 1], known[y + 1, x + 2], known[y + 1, x + 1]
    beyond_left, beyond_above = known[y + 2, x], known[y, x + 2]
    left = np.where(x > 0, left, np.where(y > 0, above, middle))
    above = np.where(y > 0, above, left)
    corner = np.where((x > 0) & (y > 0), corner, np.where(x > 0, left, above))
    beyond_left = np.where(x > 1, beyond_left, left)
    beyond_above = np.where(y > 1, beyond_above, above)
    low, high = np.minimum(left, above), np.maximum(left, above)
    steps = np.abs(left - corner) + np.abs(above - corner)
    differ = 2 * steps + np.abs(beyond_left - left) + np.abs(beyond_above - above)
    predicted = np.clip(left + above - corner, low, high)
    return predicted, np.searchsorted(PIXEL_BOUNDS, differ, side="right").astype(np.int32)


def _code_dct(coder: Coder, plane: Samples, step: int) -> Samples:
    """Pass the indices of a plane's coefficients through; return what they stand for."""
    wanted = _indices_of(plane, step)
    found = np.zeros_like(wanted)
    largest = most = LARGEST // step + 1
    found[..., 0, 0] = _code_plane(coder, wanted[..., 0, 0] + largest, 2 * largest + 1) - largest
    diagonals = np.zeros((2 * SIDE - 1, len(PLACE_SPREADS), 2 * largest + 1), np.float32)
    for place in ZIGZAG[1:]:
        own = wanted[..., *place]
        most = _code_most(coder, int(np.abs(own).max()), most, largest)
        if most:
            counts = diagonals[sum(place), :, largest - most : largest + most + 1]
            found[..., *place] = _code_place(coder, own, _in_the_block(found, place), counts)
    return _samples_of(found, step)[: plane.shape[0], : plane.shape[1]]


def _code_most(coder: Coder, most: int, before: int, largest: int) -> int:
    """Pass the largest magnitude of a place through, given that of the place before."""
    away = np.abs(np.arange(largest + 1, dtype=np.float32) - np.float32(before))
    weights = fourth_power(np.float32(1 + before / 4), away)[None]
    return int(coder.code(np.array([most]), weights)[0])


def _code_place(coder: Coder, wanted: Indices, inside: Indices, counts: Values) -> Indices:
    """Pass the indices of one place in all blocks through, (rows, columns).

    Parameters
    ----------
    coder
    wanted : a Reader looks at its shape alone
    inside : the magnitudes around in the same block
    counts : how often each index was seen, by class; it moves on
    """
    found, most = np.zeros_like(wanted), counts.shape[1] // 2
    there = np.zeros_like(wanted)
    for y, x in PASSES:
        some = slice(y, None, 2), slice(x, None, 2)
        beside = 8 * _around(np.abs(found)) // np.maximum(_around(there), 1)
        magnitudes = (inside + beside)[some].ravel()
        sort = np.searchsorted(PLACE_BOUNDS, magnitudes, side="right").astype(np.int32)
        weights, symbols = miss_weights(counts, PLACE_SPREADS), wanted[some].ravel() + most
        for part in in_parts(len(symbols), WEIGHTS_AT_ONCE // counts.shape[1]):
            symbols[part] = coder.code(symbols[part], weights[sort[part]])
        count(counts, sort, symbols)
        found[some], there[some] = symbols.reshape(found[some].shape) - most, 1
    return found


def _in_the_block(found: Indices, place: tuple[int, ...]) -> Indices:
    """Add up the magnitudes next to a place in its block; what is not known yet is 0."""
    total = np.zeros(found.shape[:2], np.int32)
    for offset, weight in NEXT_TO_IT.items():
        row, column = place[0] + offset[0], place[1] + offset[1]
        if 0 <= row < SIDE and 0 <= column < SIDE:
            total += weight * np.abs(found[..., row, column])
    return total


def _around(values: Indices) -> Indices:
    """Add up the values around each: twice those beside it, once those at its corners."""
    framed = np.pad(values, 1)
    rows = framed[:-2] + framed[2:]
    corners = rows[:, :-2] + rows[:, 2:]
    beside = rows[:, 1:-1] + framed[1:-1, :-2] + framed[1:-1, 2:]
    total: Indices = 2 * beside + corners
    return total


def _cosines() -> Floats:
    """Return C; no entry is so near to a half that a machine could round it otherwise."""
    places = np.arange(SIDE)
    angles = (2 * places + 1) * places[:, None] * np.pi / (2 * SIDE)
    scale = np.sqrt(np.where(places == 0, 1, 2) / SIDE)
    whole: Floats = np.rint(UNIT * scale[:, None] * np.cos(angles))
    return whole


COSINES = _cosines()


def _indices_of(plane: Samples, step: int) -> Indices:
    """Return the indices of a plane's coefficients, (rows, columns, 8, 8)."""
    down, right = (-side % SIDE for side in plane.shape)
    padded = np.pad(plane, [(0, down), (0, right)], mode="edge").astype(np.float64) - MIDDLE
    rows, columns = (side // SIDE for side in padded.shape)
    blocks = padded.reshape(rows, SIDE, columns, SIDE).swapaxes(1, 2)
    exact = (COSINES @ blocks @ COSINES.T).astype(np.int64)
    one = step * UNIT**2
    magnitudes = (3 * np.abs(exact) + one) // (3 * one)
    indices: Indices = (np.sign(exact) * magnitudes).astype(np.int32)
    return indices


def _samples_of(indices: Indices, step: int) -> Samples:
    """Return the plane that indices of coefficients stand for; its sides are multiples of 8."""
    exact = (COSINES.T @ (indices * np.float64(step)) @ COSINES).astype(np.int64)
    blocks = ((exact + UNIT**2 // 2) // UNIT**2 + MIDDLE).clip(0, 255).astype(np.uint8)
    rows, columns = indices.shape[:2]
    return blocks.swapaxes(1, 2).reshape(rows * SIDE, columns * SIDE)
