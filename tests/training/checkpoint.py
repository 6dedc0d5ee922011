"""What is trained, as it is between two commands, and the whole numbers that become of it.

A checkpoint is a file as model.npz is, with the same names. But its numbers are not yet whole: they
are in nats and steps; all codewords are there, those without use as well; and `uses` says how often
each was chosen when vectors were last collected. `zeros` is only for training, see `learning`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vqcore.arrays import Differences, Floats, Numbers
from vqcore.coding.wavelet.model import IN_SINGLE, KINDS, Kind
from vqcore.coding.wavelet.network import Book, Network, NetworkPredictor
from vqcore.coding.wavelet.postfilter import Filter

SCALES = {
    "first": 2.0**9,
    "first_bias": 2.0**14,
    "second": 2.0**8,
    "second_bias": 2.0**14,
    "flags": 2.0**5,
    "flags_bias": 2.0**11,
    "signs": 2.0**8,
    "scales": 2.0**5,
    "scales_bias": 2.0**11,
    "earlier": 2.0**7,
    "magnitudes": 1.0,
}
"""By how much the numbers of a network are multiplied before they are rounded."""

FILTER_SCALES = {
    "radius_squared": 1.0,
    "first": 2.0**6,
    "first_bias": 2.0**11,
    "of_step": 2.0**6,
    "second": 2.0**6,
    "second_bias": 2.0**12,
    "last": 2.0**6,
    "last_bias": 2.0**12,
}
FILTER_LIMITS = {"first": 255, "second": 255}
ROW_SCALE, BIAS_SCALE = 2.0**5, 2.0**11
LARGEST_ROW = 127
LEAST_USES = 4
"""Codewords used less often are not shipped."""
UNKNOWN_USES = 100.0


@dataclass
class LearnedBook:
    """Codewords of some bands, without the first, which is nothing.

    Parameters
    ----------
    codewords : int16 array of shape (k, 4), in units
    rows : (k, 32), in nats
    biases : (k,), in nats
    uses : (k,)
    """

    codewords: Differences
    rows: Floats
    biases: Floats
    uses: Floats

    def taken(self, order: Numbers) -> LearnedBook:
        """Return the codewords at some places."""
        every = self.codewords, self.rows, self.biases, self.uses
        return LearnedBook(*(each[order] for each in every))

    @property
    def shipped(self) -> LearnedBook:
        """Return the codewords that have uses, or at least one."""
        used = np.flatnonzero(self.uses >= LEAST_USES)
        return self.taken(used if len(used) else np.arange(1))

    def rounded(self) -> tuple[Differences, Floats, Floats]:
        """Return codewords, rows and biases in whole numbers."""
        rows = np.round(self.rows * ROW_SCALE).clip(-LARGEST_ROW, LARGEST_ROW)
        return self.codewords, rows, np.round(self.biases * BIAS_SCALE)


@dataclass
class Learned:
    """What is trained for luma, or for chroma.

    Parameters
    ----------
    network : by the names of `Network`, and "zeros"
    books : by `Place.book`
    filter : by the names of `Filter`; empty if there is none yet
    """

    network: dict[str, Floats]
    books: list[LearnedBook]
    filter: dict[str, Floats]

    def whole_network(self) -> dict[str, Floats]:
        """Return the numbers of the network, rounded as they are shipped."""
        return {name: np.round(self.network[name] * scale) for name, scale in SCALES.items()}

    def whole_filter(self) -> dict[str, Floats]:
        """Return the numbers of the filter, rounded as they are shipped."""
        found = {}
        for name, numbers in self.filter.items():
            limit = FILTER_LIMITS.get(name, np.inf)
            found[name] = np.round(numbers * FILTER_SCALES[name]).clip(-limit, limit)
        return found

    def predictor(self) -> NetworkPredictor:
        """Return the odds of a plane, as if this were shipped."""
        whole = self.whole_network()
        single = {name: whole[name].astype(np.float32) for name in IN_SINGLE}
        books = [Book.of(*book.rounded()) for book in self.books]
        return NetworkPredictor(Network(**whole | single), books)


Checkpoint = dict[Kind, Learned]


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint; what was there stays until all of the new one is."""
    every: dict[str, Numbers] = {}
    for kind, learned in checkpoint.items():
        own = dict(learned.network)
        own |= {f"filter_{name}": numbers for name, numbers in learned.filter.items()}
        own["sizes"] = np.array([len(book.uses) for book in learned.books], np.int16)
        for name in ("codewords", "rows", "biases", "uses"):
            own[name] = np.concatenate([getattr(book, name) for book in learned.books])
        every |= {f"{kind}.{name}": numbers for name, numbers in own.items()}
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(unfinished, **every)
    unfinished.replace(path)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint."""
    with np.load(path) as numbers:
        every = dict(numbers)
    kinds = [kind for kind in KINDS if f"{kind}.sizes" in every]
    return {kind: _learned(_own(every, kind)) for kind in kinds}


def of_model(path: Path) -> Checkpoint:
    """Return a checkpoint that becomes this model again; uses are unknown."""
    with np.load(path) as numbers:
        every = {name: it.astype(np.float64) for name, it in numbers.items()}
    return {kind: _of_whole(_own(every, kind)) for kind in KINDS}


def _own(every: Mapping[str, Numbers], kind: Kind) -> dict[str, Numbers]:
    prefix = f"{kind}."
    return {name.removeprefix(prefix): it for name, it in every.items() if name.startswith(prefix)}


def _of_whole(own: dict[str, Numbers]) -> Learned:
    own |= {name: own[name] / scale for name, scale in SCALES.items()}
    for name, scale in FILTER_SCALES.items():
        own[f"filter_{name}"] = own[f"filter_{name}"] / scale
    own |= {"rows": own["rows"] / ROW_SCALE, "biases": own["biases"] / BIAS_SCALE}
    own["uses"] = np.full(len(own["biases"]), UNKNOWN_USES)
    own["zeros"] = np.full(4, -0.5)
    return _learned(own)


def _learned(own: Mapping[str, Numbers]) -> Learned:
    ends = np.cumsum(own["sizes"].astype(int))[:-1]
    codewords = own["codewords"].astype(np.int16)
    every = codewords, own["rows"], own["biases"], own["uses"]
    parts = zip(*(np.split(each, ends) for each in every), strict=True)
    network = {name: own[name] for name in (*SCALES, "zeros")}
    names = [name for name in Filter._fields if f"filter_{name}" in own]
    return Learned(
        network,
        [LearnedBook(*part) for part in parts],
        {name: own[f"filter_{name}"] for name in names},
    )
