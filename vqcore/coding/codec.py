"""A signal encoded by a quantizer, and the settings that lead there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vqcore.arrays import Counts, Indices, Samples
from vqcore.codebooks.codebook import Codebook, use_of
from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import Trainer
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.smoothing import best_strength_work, smoothed
from vqcore.quantizers import plain, wavelet
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import HasOptions, Option, Parameters, Quantizer
from vqcore.signals.blocks import BlockLayout, BlockSize, Colour
from vqcore.work import Work, finish

DEFAULT_BLOCK_SIZE = BlockSize(8, 8)
DEFAULT_BEAM = 4


@dataclass(frozen=True)
class Settings(HasOptions):
    """All that decides how a picture is encoded, beside the codebook size.

    `rate_weight` is λ, in squared error per bit; 0 takes the nearest codeword, as in the textbook.
    With `smoothing`, a file says how strongly the edges of blocks are to be smoothed. One number as
    block size is the side of a square; block size and colour mode become those that the family
    `suits`, and where it is of whole pictures there is no rate weight and no smoothing. `options`
    are the family's own, in the order of its `OPTIONS`; those left out are the
    defaults. `rules` are those of the trainer "textbook", and of no other.
    """

    block_size: BlockSize = DEFAULT_BLOCK_SIZE
    colour: Colour = "rgb"
    trainer: Trainer = "lbg"
    seed: int = 0
    rate_weight: float = 0
    family: str = plain.ID
    options: tuple[int, ...] = ()
    smoothing: bool = False
    rules: Rules | None = None

    def __post_init__(self) -> None:
        family = FAMILIES[self.family]
        block_size, colour = family.suits(BlockSize.of(self.block_size), self.colour)
        object.__setattr__(self, "block_size", block_size)
        object.__setattr__(self, "colour", colour)
        if family.WHOLE:
            object.__setattr__(self, "rate_weight", 0)
            object.__setattr__(self, "smoothing", False)
        self.fill_in(self.options)
        rules = (self.rules or Rules()) if self.trainer == "textbook" else None
        object.__setattr__(self, "rules", rules)

    @property
    def training(self) -> Settings:
        """The settings that the trained quantizers depend on; the others come after."""
        return replace(self, rate_weight=0, smoothing=False)

    @property
    def worth_of_a_bit(self) -> float:
        """Return the squared error that a bit is worth: the rate weight, or as the step has it."""
        step = self.options_by_name.get(wavelet.STEP)
        return self.rate_weight if step is None else wavelet.worth_of_a_bit(step)

    def where_bits_are_worth(self, rate_weight: float) -> Settings:
        """Return the same, but with this rate weight, or the step that goes with it."""
        if not FAMILIES[self.family].WHOLE:
            return replace(self, rate_weight=rate_weight)
        return self.with_step(wavelet.step_for(rate_weight))

    def with_step(self, step: int) -> Settings:
        """Return the same of a family of whole pictures, but with this step of bands."""
        own = self.options_by_name | {wavelet.STEP: step}
        return replace(self, options=tuple(own.values()))

    @property
    def given(self) -> tuple[tuple[float, ...], ...]:
        """Return the codewords of a start given, or none."""
        return self.rules.given if self.rules else ()

    @property
    def without_given(self) -> Settings:
        """Return the same, but that training begins by splitting where a start was given."""
        if not (self.rules and self.rules.given):
            return self
        return replace(self, rules=replace(self.rules, start=Rules.start, given=()))

    def weighing(self, dimension: int) -> Settings:
        """Return the same, but with equal weights where those are for another dimension."""
        if not (self.rules and self.rules.weights) or len(self.rules.weights) == dimension:
            return self
        return replace(self, rules=replace(self.rules, weights=()))

    def sizes_of(self, asked: tuple[int, ...]) -> tuple[int, ...]:
        """Return the codebook sizes to train of those asked for: with a start given, its own."""
        return (len(self.given),) if self.given else asked

    @property
    def is_plain(self) -> bool:
        return self.family == plain.ID

    @property
    def own_options(self) -> tuple[Option, ...]:
        return FAMILIES[self.family].OPTIONS

    @property
    def beam(self) -> int:
        """Return how many candidates the encoder keeps from column to column."""
        return self.options_by_name.get("beam", DEFAULT_BEAM)

    @property
    def parameters(self) -> Parameters:
        """What the family's `train` goes by."""
        return Parameters(self.trainer, self.options_by_name, self.rules)


@dataclass(frozen=True, eq=False)
class Lookup:
    """A table of vectors, and which of them each vector of a signal is.

    With one column the table has all entries, also those that nobody uses; with more it has the
    distinct tuples of indices that are in use, in ascending order.

    Parameters
    ----------
    tuples : int32 array of shape (t, m)
        The indices that each entry stands for.
    vectors : uint8 array of shape (t, d)
    places : int32 array of shape (n,), values in [0, t)
    borders : uint8 array of shape (t,); where each entry is smoothed, see `Quantizer.borders`
    levels : uint8 array of shape (t,), see `Quantizer.leaf_levels`
    """

    tuples: Indices
    vectors: Samples
    places: Indices
    borders: Samples
    levels: Samples

    @property
    def use(self) -> Counts:
        """Return how many vectors of the signal each entry stands for, shape (t,)."""
        return use_of(self.places, len(self.tuples))


@dataclass(frozen=True, eq=False)
class Encoded:
    """The indices of each vector, and the quantizer that turns them back into a signal.

    Parameters
    ----------
    layout
    quantizer : of m columns
    indices : int32 array of shape (n, m)
    smoothing : how strongly the edges of blocks are smoothed after decoding, see `smoothing`
    """

    layout: BlockLayout
    quantizer: Quantizer
    indices: Indices
    smoothing: int = 0

    def __post_init__(self) -> None:
        expected = self.layout.count, len(self.quantizer.columns)
        if self.indices.shape != expected:
            raise ValueError(f"indices have shape {expected}, not {self.indices.shape}")

    def lookup(self) -> Lookup:
        """Return what the signal is rebuilt from."""
        return lookup_of(self.quantizer, self.indices)

    @property
    def shown_by(self) -> Quantizer:
        """Return what the indices of each block, those of `lookup`, look up."""
        return self.quantizer

    @property
    def tiles(self) -> Samples:
        """Return the table of `lookup` as little pictures, uint8 (t, h, w) or (t, h, w, 3)."""
        return self.layout.tiles(self.lookup().vectors)

    @property
    def shared(self) -> SharedCodebook:
        """Return the codebook as other pictures can use it; ValueError if there is no one."""
        codebook = plain.codebook_of(self.quantizer)
        return SharedCodebook(codebook, self.layout.block_size, self.layout.colour)

    @property
    def use(self) -> tuple[Counts, ...]:
        """Return of each column how many vectors use each entry, shape (K_j,)."""
        return self.quantizer.use(self.indices)

    @property
    def used_codewords(self) -> int:
        """Return how many entries of the largest column at least one vector uses."""
        return self.quantizer.used_codewords(self.indices)

    def decode(self) -> Samples:
        """Rebuild the picture by table look-up, and smooth it if its file says so.

        Returns
        -------
        pixels : uint8 array of shape (height, width) or (height, width, 3)
        """
        table = self.lookup()
        joined = self.layout.join(table.vectors, table.places)
        borders = self.quantizer.borders(self.indices)
        return smoothed(joined, self.layout, borders, self.smoothing)


def lookup_of(quantizer: Quantizer, indices: Indices) -> Lookup:
    """Return what indices, int32 of shape (n, m), are rebuilt from."""
    if len(quantizer.columns) == 1:
        every = np.arange(quantizer.codebook_size, dtype=np.int32)[:, None]
        return _lookup(quantizer, every, indices[:, 0])
    return _lookup(quantizer, *_distinct(indices, quantizer.sizes))


def _lookup(quantizer: Quantizer, tuples: Indices, places: Indices) -> Lookup:
    borders, levels = quantizer.borders(tuples), quantizer.leaf_levels(tuples)
    return Lookup(tuples, quantizer.decode(tuples), places, borders, levels)


def _distinct(indices: Indices, sizes: tuple[int, ...]) -> tuple[Indices, Indices]:
    """Return the distinct rows of indices in ascending order, and which of them each row is."""
    places = np.zeros(len(indices), np.int64)
    for column, size in zip(indices.T, sizes, strict=True):
        places = np.unique(places * size + column, return_inverse=True)[1]
    firsts = np.unique(places, return_index=True)[1]
    return indices[firsts], places.astype(np.int32)


def encode(layout: BlockLayout, vectors: Samples, codebook: Codebook) -> Encoded:
    """Encode the vectors of a picture, shape (n, d), each by its nearest codeword.

    Examples
    --------
    >>> layout = BlockLayout(width=3, height=1, block_size=1, colour="gray")
    >>> vectors = np.uint8([[10], [200], [30]])
    >>> encode(layout, vectors, Codebook(np.uint8([[20], [200]]))).decode()
    array([[ 20, 200,  20]], dtype=uint8)
    """
    return finish(encode_work(layout, vectors, plain.quantizer_of(codebook)))


def encode_work(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, beam: int = 1
) -> Work[Encoded]:
    """Encode the vectors of a picture as the quantizer's family does, with pauses."""
    encoding = FAMILIES[quantizer.family].encode_work(quantizer, vectors, beam=beam)
    return Encoded(layout, quantizer, (yield from encoding))


def with_smoothing_work(original: Samples, encoded: Encoded) -> Work[Encoded]:
    """Return what was encoded with the smoothing that brings it nearest to the original.

    Parameters
    ----------
    original : uint8 array, the pixels that were cut into blocks
    encoded : without smoothing
    """
    borders = encoded.quantizer.borders(encoded.indices)
    search = best_strength_work(original, encoded.decode(), encoded.layout, borders)
    return replace(encoded, smoothing=(yield from search))
