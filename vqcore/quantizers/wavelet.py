"""Vectors of wavelet coefficients: each nothing, a codeword, or an escape that says it itself.

The picture becomes six levels of wavelet bands, see `signals.wavelet`, divided by a step. A vector
is 2×2 coefficients of a band. The codebook is the picture's own: K codewords for all bands, the
first of them nothing. Or it is shipped. There are no blocks; what is shown has tiles of 4×4 pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

import numpy as np

from vqcore.arrays import Counts, Differences, Indices, Reals, Samples
from vqcore.codebooks.codebook import use_of
from vqcore.codebooks.scoring import MIDDLE
from vqcore.codebooks.training import Progress, Trained
from vqcore.codebooks.training import train as trained_codebooks
from vqcore.metrics import nominal_bytes
from vqcore.quantizers.quantizer import (
    Column,
    Option,
    Parameters,
    Quantizer,
    TrainedQuantizer,
)
from vqcore.quantizers.replay import nothing_to_replay
from vqcore.signals.blocks import BlockLayout, BlockSize, Colour
from vqcore.signals.layouts import Layout
from vqcore.signals.wavelet import analysed, planes_of
from vqcore.signals.waveletgrid import vectors_of
from vqcore.words import said
from vqcore.work import Work

Way = Literal["alone", "own", "shipped"]
"""How much is shipped: nothing, and the codebook is the picture's own; the network that says how
likely each codeword is; the codebook as well."""

WAYS: tuple[Way, ...] = ("alone", "own", "shipped")
ID = "wavelet"
STEP_NUMBERS = range(49)
STEP = "band-step"
OPTIONS = (Option(STEP, tuple(STEP_NUMBERS), 20), Option("shipped", (0, 1, 2), 1))
BY_BLOCK = False
WHOLE = True
WORTH_OF_A_BIT = 0.14
"""Squared steps; more bytes are not worth less error, fewer not more."""
TILE = BlockSize(4, 4)
UNITS = 64
GRAIN = 8
LARGEST = MIDDLE - 1
MOST_SHIPPED = 512
SHORTEST, LONGEST = 1, 5
ENOUGH = 3 * 2**12
"""Steps of the vectors that codewords are found among, and how many will do."""

_EXACT = Context(prec=40)
STEPS = [
    int((_EXACT.power(Decimal(2), Decimal(q) / 8) * 2**18).to_integral_value()) / 2**16
    for q in range(64)
]
"""The step by its number q: 4·2^(q/8) levels, in whole 65536ths."""


@dataclass(frozen=True, eq=False)
class Wavelet(Quantizer):
    """A quantizer of this family; its table has the codewords, in 64ths of a step.

    Parameters
    ----------
    step : its number
    way : of the codebook
    asked : the K that it was trained for; codewords without use are dropped
    """

    step: int
    way: Way
    asked: int = 0

    @property
    def codebook_size(self) -> int:
        """Return the K asked for, or that of the table."""
        return self.asked or self.sizes[0]

    @property
    def codebook_bytes(self) -> int:
        """Return those of all codewords but "nothing", a byte a coefficient; none if shipped."""
        return 0 if self.way == "shipped" else super().codebook_bytes

    @property
    def options(self) -> Mapping[str, int]:
        """Return the number of the step, and how much is shipped."""
        return {STEP: self.step, "shipped": WAYS.index(self.way)}

    @property
    def adds_up(self) -> bool:
        """Say no: what a codeword does to pixels, its band and those around it decide."""
        return False

    @property
    def signed(self) -> bool:
        """Say whether codewords have signs; else they are magnitudes."""
        return self.way != "alone"

    @property
    def escape(self) -> int:
        """Return the index that says that a vector is an escape."""
        return self.sizes[0]

    def use(self, indices: Indices) -> tuple[Counts, ...]:
        """Return how many vectors are each codeword, shape (K,); escapes are none."""
        return (use_of(indices[:, 0], self.escape + 1)[:-1],)

    def used_codewords(self, indices: Indices) -> int:
        """Return how many codewords are among indices."""
        return int(np.count_nonzero(self.use(indices)[0]))

    def nominal_bytes(self, indices: Indices) -> float:
        """Return the bytes of indices, (n, 1), at log2(K + 1) bits, and of escapes, four each."""
        escapes = int((indices[:, 0] == self.escape).sum())
        return nominal_bytes(len(indices), self.escape + 1) + 4 * escapes


def quantizer_of(codewords: Differences, step: int, way: Way, asked: int = 0) -> Wavelet:
    """Return the quantizer of codewords, (K, 4) in units, the first of them nothing."""
    column = Column("codeword", len(codewords), "differences", GRAIN)
    return Wavelet(ID, (column,), (codewords,), step, way, asked)


def blank(layout: BlockLayout) -> Wavelet:
    """Return a quantizer of which nothing is known."""
    return quantizer_of(np.zeros((1, 4), np.int16), 0, "own")


replay = nothing_to_replay


def is_shipped(options: Mapping[str, int]) -> bool:
    """Tell by options, those of any family, whether the codebook is shipped."""
    return WAYS[options.get("shipped", 0)] == "shipped"


def worth_of_a_bit(step: int) -> float:
    """Return λ of a step by its number: the squared error that a bit is worth."""
    return WORTH_OF_A_BIT * STEPS[step] ** 2


def step_for(rate_weight: float) -> int:
    """Return the number of the step whose bits are worth so much."""
    return min(STEP_NUMBERS, key=lambda step: abs(math.log(worth_of_a_bit(step) / rate_weight)))


def suits(block_size: BlockSize, colour: Colour) -> tuple[BlockSize, Colour]:
    """Return the tiles that are shown; YCbCr becomes RGB, its planes are this family's own."""
    return TILE, "gray" if colour == "gray" else "rgb"


def trained_on(layout: Layout, vectors: Samples, parameters: Parameters) -> Samples:
    """Return the vectors of middle length, around 128, or nothing; or as many as are shipped."""
    if WAYS[parameters.options["shipped"]] == "shipped":
        return np.array(divmod(np.arange(MOST_SHIPPED), 256), np.uint8).T
    assert isinstance(layout, BlockLayout)
    found = _middling(layout, vectors, parameters)
    return found if len(found) else np.full((1, 4), MIDDLE, np.uint8)


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return none: K is coded with the codewords. ValueError if a file has some."""
    assert isinstance(layout, BlockLayout)
    own = layout.block_size, layout.colour
    if own != suits(*own) or sizes:
        raise ValueError(said("refusal.vq.wavelet"))
    return ()


def encode_work(quantizer: Quantizer, vectors: Samples, *, beam: int = 1) -> Work[Indices]:
    """Refuse: what a vector of coefficients becomes, those around it decide."""
    raise ValueError("the wavelet family encodes whole pictures, not blocks by themselves")


def train(
    layout: Layout,
    vectors: Samples,
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Train as `family.Family.train` does, by a ladder.

    Of K codewords the weakest becomes nothing: with signs, a single one would be near nothing. Of
    magnitudes there are K − 1, and nothing.
    """
    step, way = parameters.options[STEP], WAYS[parameters.options["shipped"]]
    if way == "shipped":
        for size in sizes:
            yield TrainedQuantizer(_of_shipped(size, step), 0, 0)
        return
    assert isinstance(layout, BlockLayout)
    found = _middling(layout, vectors, parameters)
    if sizes and sizes[0] == 1:
        yield TrainedQuantizer(quantizer_of(with_nothing(found[:0]), step, way), 0, len(found))
    spare = 1 if way == "alone" else 0
    ladder = [size - spare for size in sizes if size > 1]
    for event in trained_codebooks(found, ladder, seed=seed) if ladder else ():
        yield event if isinstance(event, Progress) else _trained(event, step, way)


def _trained(event: Trained, step: int, way: Way) -> TrainedQuantizer:
    codewords = with_nothing(event.codebook.codewords)
    if way != "alone":
        codewords = _without_weakest(codewords)
    quantizer = quantizer_of(codewords, step, way, len(codewords))
    return TrainedQuantizer(quantizer, event.seconds, event.sample, event.iterations)


def _without_weakest(codewords: Differences) -> Differences:
    """Return all codewords but, of those that are something, the one nearest to nothing."""
    strength = np.square(codewords[1:], dtype=np.int64).sum(axis=1)
    return np.delete(codewords, 1 + strength.argmin(), axis=0)


def _of_shipped(size: int, step: int) -> Wavelet:
    return quantizer_of(np.zeros((size, 4), np.int16), step, "shipped")


def with_nothing(samples: Samples) -> Differences:
    """Return nothing and codewords, in units, given around 128."""
    codewords = (samples.astype(np.int16) - MIDDLE) * GRAIN
    return np.concatenate([np.zeros((1, 4), np.int16), codewords])


def _middling(layout: BlockLayout, blocks: Samples, parameters: Parameters) -> Samples:
    """Return vectors of luma around 128, in eighths of a step: those that need a codeword."""
    plane = planes_of(layout.join(blocks))[0]
    vectors = vectors_of(analysed(plane)) / np.float32(STEPS[parameters.options[STEP]])
    length = np.sqrt(np.square(vectors).sum(axis=1))
    some = vectors[(length > SHORTEST) & (length < LONGEST)]
    some = some[:: 1 + len(some) // ENOUGH]
    if WAYS[parameters.options["shipped"]] == "alone":
        some = np.abs(some)
    return in_grains(some * np.float32(UNITS))


def in_grains(vectors: Reals) -> Samples:
    """Return vectors, given in units, as multiples of the grain around 128."""
    return (np.rint(vectors / GRAIN).clip(-LARGEST, LARGEST) + MIDDLE).astype(np.uint8)
