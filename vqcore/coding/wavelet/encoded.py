"""A picture as vectors of wavelet coefficients, and the way back to its pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np

from vqcore.arrays import Differences, Flags, Indices, Reals, Samples, Whole
from vqcore.codebooks.scoring import MIDDLE
from vqcore.coding.codec import Encoded, Lookup
from vqcore.coding.wavelet.coarse import band_units
from vqcore.coding.wavelet.counting import Counter
from vqcore.coding.wavelet.looks import SHOWN, indices_of, looks_of
from vqcore.coding.wavelet.model import Kind, few, shipped
from vqcore.coding.wavelet.network import Book, NetworkPredictor
from vqcore.coding.wavelet.odds import Predictor
from vqcore.coding.wavelet.postfilter import filtered
from vqcore.coding.wavelet.surroundings import Known, Maps
from vqcore.coding.wavelet.tables import STEPS, UNITS
from vqcore.coding.wavelet.walking import Found, values_of
from vqcore.quantizers.quantizer import Quantizer
from vqcore.quantizers.wavelet import Wavelet
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.wavelet import Bands, pixels_of, synthesised
from vqcore.signals.waveletgrid import PLACES, Grid, Place, bands_of
from vqcore.work import Work, finish, on_all_cores

STRIP = 128
COARSER_CHROMA = 2
"""By how much the number of the step of chroma is above that of luma."""


@dataclass(frozen=True, eq=False)
class EncodedWavelet(Encoded):
    """A picture as the vectors of its planes.

    Parameters
    ----------
    layout : of the tiles that are shown
    quantizer
    indices : int32 array of shape (n, 1), plane by plane, in the order of `signals.waveletgrid`
        0 is nothing, K an escape, else it is a codeword.
    multiples : int16 array of shape (e, 4), in their order of the escapes, see `lattice`; where
        codewords are magnitudes also of them: their signs, −1 or 1
    coarse : for each plane an int array of shape (4, rows, columns), see `coarse`
    words : what a coder has made of all this, if one has; no part of a copy with anything replaced
    """

    quantizer: Wavelet
    multiples: Differences = field(kw_only=True)
    coarse: tuple[Whole, ...] = field(kw_only=True)
    words: bytes | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        expected = len(kinds_of(self.layout)) * grid_of(self.layout).total, 1
        if self.indices.shape != expected:
            raise ValueError(f"indices have shape {expected}, not {self.indices.shape}")

    @cached_property
    def pixels(self) -> Samples:
        """Return the picture."""
        return finish(decode_work(self))

    def decode(self) -> Samples:
        """Rebuild the picture from its bands."""
        return self.pixels

    def lookup(self) -> Lookup:
        """Return the tiles that are shown, each for itself."""
        vectors = self.layout.split(self.pixels)
        every = np.arange(len(vectors), dtype=np.int32)
        alike = np.zeros(len(vectors), np.uint8)
        tuples = indices_of(self.layout, self.indices[:, 0], grid_of(self.layout))
        return Lookup(tuples, vectors, every, alike + np.uint8(3), alike)

    @cached_property
    def shown_by(self) -> Quantizer:
        """Return what the vectors of luma at each tile look like."""
        books = {place: codewords_of(self.quantizer, "luma", place) for place in SHOWN}
        return looks_of(self.quantizer, books, self.layout.channels)

    @property
    def tiles(self) -> Samples:
        """Return what codewords look like, band by band."""
        every = np.concatenate(self.shown_by.tables) + np.int16(MIDDLE)
        return self.layout.tiles(every.clip(0, 255).astype(np.uint8))

    @property
    def found(self) -> list[Found]:
        """Return the vectors of each plane."""
        index = self.indices[:, 0].copy()
        index[index == self.quantizer.escape] = -1
        multiples = np.zeros((len(index), 4), np.int16)
        multiples[with_multiples(index, self.quantizer)] = self.multiples
        planes = len(kinds_of(self.layout))
        parts = np.split(index, planes), np.split(multiples, planes)
        return [Found(*each) for each in zip(*parts, strict=True)]


def encoded_of(
    layout: BlockLayout, quantizer: Wavelet, found: list[Found], coarse: list[Whole]
) -> EncodedWavelet:
    """Return the picture of the vectors of each plane, and of what is coarser."""
    index, multiples = map(np.concatenate, zip(*found, strict=True))
    some = multiples[with_multiples(index, quantizer)]
    index[index < 0] = quantizer.escape
    return EncodedWavelet(layout, quantizer, index[:, None], multiples=some, coarse=tuple(coarse))


def blank(layout: BlockLayout, quantizer: Wavelet) -> EncodedWavelet:
    """Return a picture of which nothing is known."""
    grid, planes = grid_of(layout), len(kinds_of(layout))
    nothing = np.zeros((planes * grid.total, 1), np.int32)
    coarse = (np.zeros((4, *grid.coarsest), np.int64),) * planes
    multiples = np.zeros((0, 4), np.int16)
    return EncodedWavelet(layout, quantizer, nothing, multiples=multiples, coarse=coarse)


def with_multiples(index: Indices, quantizer: Wavelet) -> Flags:
    """Say which vectors have multiples, or signs."""
    return index < 0 if quantizer.signed else index != 0


def grid_of(layout: BlockLayout) -> Grid:
    """Return the sides of the planes of a picture."""
    return Grid.around(layout.height, layout.width)


def kinds_of(layout: BlockLayout) -> tuple[Kind, ...]:
    """Return what each plane is."""
    return ("luma",) if layout.colour == "gray" else ("luma", "chroma", "chroma")


def step_of(step: int, plane: int) -> int:
    """Return the number of the step of a plane, given that of luma."""
    return step + COARSER_CHROMA * (plane > 0)


def known_of(step: int, maps: Sequence[Maps]) -> Known:
    """Return what the next plane is coded after, given the maps of those before it."""
    return Known(step_of(step, len(maps)), *maps)


def predictor_of(quantizer: Wavelet, kind: Kind) -> Predictor:
    """Return the odds of a plane."""
    if quantizer.way == "alone":
        return Counter(quantizer.tables[0][1:])
    return NetworkPredictor(shipped()[kind].network, _books(quantizer, kind))


def _books(quantizer: Wavelet, kind: Kind) -> list[Book]:
    part = shipped()[kind]
    if quantizer.way == "shipped":
        return few(part.books, quantizer.escape)
    return part.embedding.books(quantizer.tables[0][1:])


def codewords_of(quantizer: Wavelet, kind: Kind, place: Place) -> Differences:
    """Return those of a band, but for the first, which is nothing, shape (k, 4), in units."""
    if quantizer.way != "shipped":
        own: Differences = quantizer.tables[0][1:]
        return own
    return _books(quantizer, kind)[place.book].codewords


def decode_work(encoded: EncodedWavelet) -> Work[Samples]:
    """Rebuild a picture, with pauses."""
    layout, planes = encoded.layout, list[Reals]()
    kinds = kinds_of(layout)
    for plane in on_all_cores(partial(_plane, encoded, encoded.found), range(len(kinds))):
        planes.append(plane[: layout.height, : layout.width])
        yield
    if encoded.quantizer.way != "alone":
        filters = [shipped()[kind].filter for kind in kinds[:2]]
        steps = [step_of(encoded.quantizer.step, number) for number in range(len(filters))]
        planes = [*(yield from filtered(planes, filters, steps))]
    strips = (slice(y, y + STRIP) for y in range(0, layout.height, STRIP))
    return np.concatenate([*on_all_cores(partial(_pixels, planes), strips)])


def _pixels(planes: list[Reals], rows: slice) -> Samples:
    return pixels_of([plane[rows] for plane in planes])


def _plane(encoded: EncodedWavelet, every: list[Found], number: int) -> Reals:
    return synthesised(_bands(encoded, every[number], number))


def luma_bands(encoded: EncodedWavelet) -> Bands:
    """Return the bands of luma as a picture has them."""
    return _bands(encoded, encoded.found[0], 0)


def _bands(encoded: EncodedWavelet, found: Found, number: int) -> Bands:
    quantizer, kind = encoded.quantizer, kinds_of(encoded.layout)[number]
    books = {place: codewords_of(quantizer, kind, place) for place in PLACES}
    step, coarse = step_of(quantizer.step, number), encoded.coarse[number]
    grid = grid_of(encoded.layout)
    return found_bands(grid, found, coarse, books, step, signed=quantizer.signed)


def found_bands(
    grid: Grid,
    found: Found,
    coarse: Whole,
    books: Mapping[Place, Differences],
    step: int,
    *,
    signed: bool = True,
) -> Bands:
    """Return the bands of a plane, float32.

    Parameters
    ----------
    grid
    found, coarse : of the plane, see `EncodedWavelet`
    books : codewords of each band, without the first, which is nothing
    step : its number
    signed : whether codewords have signs
    """
    unit = np.float32(STEPS[step] / UNITS)
    values = np.empty((grid.total, 4), np.float32)
    for place, part in grid.parts():
        own = Found(found.symbols[part], found.multiples[part])
        values[part] = values_of(own, books[place], signed=signed) * unit
    last = [(band_units(band) * unit).astype(np.float32) for band in coarse[1:]]
    lowest = (coarse[0] * STEPS[step]).astype(np.float32)
    return Bands(lowest, [*bands_of(values, grid), last])
