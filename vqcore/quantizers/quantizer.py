"""The quantizer: all a decoder needs, whichever family it is of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar, get_args

import numpy as np

from vqcore.arrays import Counts, Differences, Indices, Samples
from vqcore.codebooks.codebook import use_of
from vqcore.codebooks.textbook import Book, Rules
from vqcore.codebooks.training import Iteration, Trainer, Training
from vqcore.metrics import nominal_bytes
from vqcore.quantizers.gains import scaled

Kind = Literal["codewords", "leaves", "levels", "differences", "gains", "shapes", "parts", "looks"]
"""What the table of a column holds: samples; samples, as the leaves of a tree; one value a
component, evenly spaced; differences, the first of them 0, which stands for "nothing"; gains, alike
in all samples, the first of them 0; shapes, which the gain of the column before multiplies; no
samples, but which part of a leaf a vector is; looks of codewords that do not add up, the first of
nothing and the last of an escape."""

Trainee = TypeVar("Trainee", bound="Sized")

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Column:
    """One of the m indices of a vector.

    Parameters
    ----------
    name : what it chooses: "codeword", "mean", "stage 2"
    size : K of them, so that an index is 0 to K − 1
    kind : what its table holds
    step : between levels; what differences and gains are multiples of; bits of fraction of shapes
    within : the samples that its entries have, ascending, the others being 0; none are all of them
    ways : down to leaves, as in `ways`
    """

    name: str
    size: int
    kind: Kind = "codewords"
    step: int = 1
    within: tuple[int, ...] = ()
    ways: tuple[int, ...] = ()

    @property
    def unsaid(self) -> int:
        """Return how many entries, the first ones, follow from the kind and take no bytes."""
        return {"levels": self.size, "differences": 1, "gains": 1}.get(self.kind, 0)

    def bytes_of(self, dimension: int) -> int:
        """Return those of its trained entries, a byte a sample; a gain is one."""
        samples = 1 if self.kind == "gains" else len(self.within) or dimension
        return (self.size - self.unsaid) * samples


@dataclass(frozen=True, eq=False)
class Quantizer:
    """Tables, and what each column of indices looks up in them; the entries found add up.

    Parameters
    ----------
    family : its id in `family.FAMILIES`
    columns : m of them
    tables : int16 arrays, for each column one of shape (K_j, d)

    Examples
    --------
    >>> tables = np.int16([[10, 10], [200, 200]]), np.int16([[0, 0], [-9, 90]])
    >>> two = Quantizer("toy", (Column("base", 2), Column("shape", 2, "differences")), tables)
    >>> two.decode(np.int32([[0, 1], [1, 1], [1, 0]])).tolist()
    [[1, 100], [191, 255], [200, 200]]
    """

    family: str
    columns: tuple[Column, ...]
    tables: tuple[Differences, ...]

    def __post_init__(self) -> None:
        said, found = self.sizes, tuple(len(table) for table in self.tables)
        if said != found:
            raise ValueError(f"columns of sizes {said} have tables of {found} entries")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return K of each column."""
        return tuple(column.size for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Return what each column chooses."""
        return tuple(column.name for column in self.columns)

    @property
    def codebook_bytes(self) -> int:
        """Return those of the tables as they are: a byte a sample, none for what goes unsaid."""
        return sum(column.bytes_of(self.tables[0].shape[1]) for column in self.columns)

    @property
    def largest(self) -> int:
        """Return which column has the most entries that were trained, the first of them."""
        scalar = "levels", "gains"
        trained = [column.size * (column.kind not in scalar) for column in self.columns]
        return trained.index(max(trained))

    @property
    def codebook_size(self) -> int:
        """Return K of the largest column."""
        return self.sizes[self.largest]

    @property
    def options(self) -> Mapping[str, int]:
        """Return the options of its family that decoding goes by, beside the tables."""
        return {}

    @property
    def adds_up(self) -> bool:
        """Say whether the entries found are all there is; looks are there to be seen alone."""
        return self.columns[0].kind != "looks"

    def borders(self, indices: Indices) -> Samples:
        """Return at which edges a vector meets another: 1 on the left, 2 above, 3 both; (n,)."""
        return np.full(len(indices), 3, np.uint8)

    def leaf_levels(self, indices: Indices) -> Samples:
        """Return how often the side of the leaf that a vector is part of was doubled; (n,)."""
        return np.zeros(len(indices), np.uint8)

    def use(self, indices: Indices) -> tuple[Counts, ...]:
        """Return of each column how often indices, (n, m), have each entry, shape (K_j,)."""
        return tuple(map(use_of, indices.T, self.sizes))

    def used_codewords(self, indices: Indices) -> int:
        """Return how many entries of the largest column are among indices, (n, m)."""
        return len(np.unique(indices[:, self.largest]))

    def nominal_bytes(self, indices: Indices) -> float:
        """Return the bytes of indices, (n, m), at log2 K bits in a column of K entries."""
        return nominal_bytes(len(indices), *self.sizes)

    def decode(self, indices: Indices, columns: int | None = None) -> Samples:
        """Return the vectors, uint8 of shape (n, d), that indices of shape (n, m) stand for.

        With fewer columns it is from the first few: a coarser version, in families that refine.
        """
        return self.sums(indices, columns).clip(0, 255).astype(np.uint8)

    def sums(self, indices: Indices, columns: int | None = None) -> Indices:
        """Return what `decode` does before it is cut off at 0 and 255, int32."""
        few = slice(columns)
        total = np.zeros((1, self.tables[0].shape[1]), np.int32)
        found = self.tables[0][:1]
        for column, table, of in zip(self.columns[few], self.tables[few], indices.T, strict=False):
            before, found = found, table[of]
            if column.kind == "shapes":
                total = total + scaled(before, found, column.step)
            elif column.kind == "gains":
                total = total + np.zeros((len(of), 1), np.int32)
            else:
                total = total + found
        return total


@dataclass(frozen=True)
class Option:
    """A family's own setting.

    Parameters
    ----------
    name : as on the command line: "mean-step"
    values : those it can have
    default : one of them
    """

    name: str
    values: tuple[int, ...]
    default: int


class HasOptions:
    """Settings with options of a family's own; a frozen dataclass with `options` is one."""

    options: tuple[int, ...]

    @property
    def own_options(self) -> Sequence[Option]:
        """Return those of the family."""
        raise NotImplementedError

    def fill_in(self, options: tuple[int, ...]) -> None:
        """Take options, in their order, and the defaults of those left out."""
        left_out = self.own_options[len(options) :]
        every = *options, *(option.default for option in left_out)
        object.__setattr__(self, "options", every)

    @property
    def options_by_name(self) -> dict[str, int]:
        names = [option.name for option in self.own_options]
        return dict(zip(names, self.options, strict=True))

    @property
    def unusual_options(self) -> dict[str, int]:
        """Return those that are not the defaults."""
        defaults = {option.name: option.default for option in self.own_options}
        return {name: it for name, it in self.options_by_name.items() if it != defaults[name]}

    @property
    def beam(self) -> int:
        """Return how many candidates an encoder keeps from column to column."""
        return self.options_by_name.get("beam", 1)


@dataclass(frozen=True)
class Parameters:
    """What a family trains by, beside the sizes and the seed.

    Parameters
    ----------
    trainer : of plain codebooks
    options : the family's own, by name
    rules : of plain codebooks trained by the book
    """

    trainer: Trainer
    options: Mapping[str, int]
    rules: Rules | None = None


def checked_options(family: str, own: Iterable[Option], given: Mapping[str, int]) -> dict[str, int]:
    """Return all options of a family, those given and the defaults of the others.

    Raises
    ------
    ValueError
        If the family has no such option, or the option no such value; the message quotes it.
    """
    known = {option.name: option for option in own}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{family} has no option {name!r}")
        if value not in known[name].values:
            expected = ", ".join(map(str, known[name].values))
            raise ValueError(f"{name} is one of {expected}, not {value}")
    return {name: given.get(name, option.default) for name, option in known.items()}


class Sized(Protocol):
    """A quantizer, or what is known of one."""

    @property
    def codebook_size(self) -> int:
        """Return K of its largest column."""


@dataclass(frozen=True, eq=False)
class Finished(Training, Generic[Trainee]):
    """A finished quantizer; what went into it is as in `Trained`, of all its columns."""

    quantizer: Trainee
    seconds: float
    sample: int
    iterations: tuple[Iteration, ...] = ()
    book: Book | None = None

    @property
    def codebook_size(self) -> int:
        return self.quantizer.codebook_size


class TrainedQuantizer(Finished[Quantizer]):
    """A finished quantizer of pictures."""
