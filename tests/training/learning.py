"""Teach the network by gradients: PyTorch is asked for here and in `postfilter` only.

Same names, same layers as `vqcore.coding.wavelet.network`, in floats. Minimised is what the file
would take: the cross-entropy of flags, codewords and escapes, in nats. Magnitudes in escapes follow
for the gradient a law of two sides, exponential but for 0, of which the network says the scale; the
tables shipped are what is counted by scale in the last steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from tests.training.checkpoint import SCALES as PARAMETERS
from tests.training.checkpoint import Learned, LearnedBook
from tests.training.recording import Examples
from vqcore.arrays import Differences, Floats, Rows
from vqcore.coding.wavelet.lattice import LARGEST, SPACING
from vqcore.coding.wavelet.model import Kind
from vqcore.coding.wavelet.network import MIDDLE_SCALE, QUARTER_OCTAVE, SCALES
from vqcore.coding.wavelet.surroundings import NEAR
from vqcore.coding.wavelet.tables import LATTICE_LOGS, NATS, UNITS, normed
from vqcore.signals.waveletgrid import BOOKS

HIDDEN: dict[Kind, int] = {"luma": 64, "chroma": 48}
FEATURES: dict[Kind, int] = {"luma": 42, "chroma": 54}
GROUPS: dict[Kind, int] = {"luma": 12, "chroma": 24}
LEVELS, SORTS, ROW = 5, 10, 32
FEATURE_SCALE = 32
MOST_FIRST, MOST_SECOND = 43.0, 15.9
LEAST_SCALE = 0.05
PRIOR = 30
SHARES = 65536
BETAS = 0.9, 0.98
WARM_UP = 30
LEAST_RATE = 1e-5
DECAY = 1e-4
COUNTED = 100
REPORTED = 50


class Plan(NamedTuple):
    """How to go down: so many steps, of so many vectors of each group, at such a rate at most."""

    steps: int
    batch: int
    rate: float


def fresh(kind: Kind, codewords: list[Differences], rng: np.random.Generator) -> Learned:
    """Return a network that knows nothing, and codewords given by book."""
    first, features, groups = HIDDEN[kind], FEATURES[kind], GROUPS[kind]
    network = {
        "first": rng.normal(0, 0.35 / np.sqrt(features), (groups, features, first)),
        "first_bias": rng.normal(0, 0.1, (groups, LEVELS, first)),
        "second": rng.normal(0, 1 / np.sqrt(first), (first, ROW)),
        "second_bias": np.full((LEVELS, ROW), 0.1),
        "flags": np.zeros((SORTS, 2, ROW)),
        "flags_bias": np.tile([-1.5, -2.0], (groups, LEVELS, 1)),
        "signs": np.zeros((groups, LEVELS, len(NEAR), 4)),
        "scales": np.full((SORTS, 4, ROW), 0.02),
        "scales_bias": np.zeros((SORTS, 4)),
        "earlier": np.tril(np.full((4, 4), 0.1), -1),
        "zeros": np.full(4, -0.5),
        "magnitudes": _tables(np.zeros((SCALES, LARGEST + 1))),
    }
    books = [
        LearnedBook(own, rng.normal(0, 0.1, (len(own), ROW)), np.zeros(len(own)), np.ones(len(own)))
        for own in codewords
    ]
    return Learned(network, books, {})


def taught(learned: Learned, examples: Examples, plan: Plan, *, seed: int) -> Learned:
    """Return what is learned after some steps."""
    torch.manual_seed(seed)
    lesson = _Lesson(learned)
    optimizer = torch.optim.Adam(lesson.parameters, lr=plan.rate, betas=BETAS)
    batches = _batches(examples, plan.batch, np.random.default_rng(seed))
    bits = list[float]()
    for step, batch in zip(range(plan.steps), batches, strict=False):
        for group in optimizer.param_groups:
            group["lr"] = _rate(plan, step)
        lesson.counting = step >= plan.steps - COUNTED
        nats = lesson.nats(batch) / float(batch.weights.sum(dtype=np.int64))
        optimizer.zero_grad()
        (nats + DECAY * lesson.size).backward()
        optimizer.step()
        bits.append(float(nats.detach() / np.log(2)))
        if (step + 1) % REPORTED == 0:
            print(f"  step {step + 1}: {np.mean(bits[-REPORTED:]):.4f} bits a vector", flush=True)
    return lesson.learned()


def _rate(plan: Plan, step: int) -> float:
    """Return a rate that rises at first, and falls as a cosine does."""
    fall = 0.5 + 0.5 * np.cos(np.pi * step / plan.steps)
    return plan.rate * min(1, (step + 1) / WARM_UP) * float(fall) + LEAST_RATE


def _batches(examples: Examples, size: int, rng: np.random.Generator) -> Iterator[Examples]:
    """Yield so many vectors of each group, in the order of groups, again and again."""
    order = np.argsort(examples.group, kind="stable")
    ends = np.cumsum(np.bincount(examples.group))[:-1]
    decks = [_shuffled(own, size, rng) for own in np.split(order, ends)]
    while True:
        yield examples.of(np.concatenate([next(deck) for deck in decks]))


def _shuffled(rows: Rows, size: int, rng: np.random.Generator) -> Iterator[Rows]:
    while True:
        mixed = np.resize(rng.permutation(rows), max(size, len(rows)))
        for start in range(0, len(mixed) - size + 1, size):
            yield mixed[start : start + size]


class _Lesson:
    """The numbers while they change.

    Parameters
    ----------
    learned
    """

    def __init__(self, learned: Learned) -> None:
        self._before = learned
        names = [name for name in (*PARAMETERS, "zeros") if name != "magnitudes"]
        self._network = {name: _leaf(learned.network[name]) for name in names}
        self._rows = [_leaf(book.rows) for book in learned.books]
        self._biases = [_leaf(book.biases) for book in learned.books]
        codewords = [book.codewords.astype(np.int64) for book in learned.books]
        self._normed = [torch.tensor(normed(it) / UNITS).float() for it in codewords]
        self._logs = torch.tensor(LATTICE_LOGS / 16).float()
        self._strengths = torch.tensor(normed(np.arange(LARGEST + 1) * SPACING) / UNITS).float()
        self._counts = np.zeros((SCALES, LARGEST + 1))
        self.counting = False

    @property
    def parameters(self) -> list[Tensor]:
        return [*self._network.values(), *self._rows, *self._biases]

    @property
    def size(self) -> Tensor:
        """Return the mean square of rows."""
        return torch.stack([rows.square().mean() for rows in self._rows]).mean()

    def nats(self, batch: Examples) -> Tensor:
        """Return what a batch takes."""
        group, level = (torch.tensor(each.astype(np.int64)) for each in batch[:2])
        sort = level * 2 + torch.tensor(batch.orientation.astype(np.int64)) // 2
        hidden = self._hidden(group, level, batch)
        signs = self._network["signs"][group, level]
        around = torch.tensor(batch.signs).float() / UNITS
        along = torch.einsum("ni,nij->nj", around, signs)
        symbols = torch.tensor(batch.symbols.astype(np.int64))
        total = self._flags(hidden, group, level, sort, symbols, torch.tensor(batch.weights))
        total = total + self._entries(hidden, along, sort, symbols)
        escaped = symbols < 0
        multiples = torch.tensor(batch.multiples.astype(np.int64))[escaped]
        return total + self._escapes(hidden[escaped], along[escaped], sort[escaped], multiples)

    def _hidden(self, group: Tensor, level: Tensor, batch: Examples) -> Tensor:
        network, groups = self._network, len(self._network["first"])
        features = torch.tensor(batch.features).float() / FEATURE_SCALE
        split = features.reshape(groups, -1, features.shape[1])
        first = torch.bmm(split, network["first"]).reshape(len(features), -1)
        first = (first + network["first_bias"][group, level]).clamp(0, MOST_FIRST)
        second = first @ network["second"] + network["second_bias"][level]
        return second.clamp(0, MOST_SECOND)

    def _flags(
        self,
        hidden: Tensor,
        group: Tensor,
        level: Tensor,
        sort: Tensor,
        symbols: Tensor,
        weights: Tensor,
    ) -> Tensor:
        logits = torch.einsum("nh,nkh->nk", hidden, self._network["flags"][sort])
        logits = logits + self._network["flags_bias"][group, level]
        something, escaped = (symbols != 0).float(), (symbols < 0).float()
        first = softplus(logits[:, 0]) - something * logits[:, 0]
        second = softplus(logits[:, 1]) - escaped * logits[:, 1]
        return ((first + something * second) * weights).sum()

    def _entries(self, hidden: Tensor, along: Tensor, sort: Tensor, symbols: Tensor) -> Tensor:
        book = torch.where(sort < BOOKS, sort, sort - 2)
        total = hidden.new_zeros(())
        for number, (rows, biases) in enumerate(zip(self._rows, self._biases, strict=True)):
            own = (book == number) & (symbols > 0)
            logits = hidden[own] @ rows.T + biases + along[own] @ self._normed[number].T
            total = total + cross_entropy(logits, symbols[own] - 1, reduction="sum")
        return total

    def _escapes(self, hidden: Tensor, along: Tensor, sort: Tensor, multiples: Tensor) -> Tensor:
        total, before = hidden.new_zeros(()), list[Tensor]()
        for place in range(4):
            magnitude = multiples[:, place].abs()
            scale = self._scale(hidden, sort, place, before)
            total = total + self._magnitude_nats(scale, magnitude, place).sum()
            strength = self._strengths[magnitude.clamp(max=LARGEST)]
            agreed = 2 * along[:, place] * strength * multiples[:, place].sign()
            total = total + (softplus(-agreed) * (magnitude > 0)).sum()
            before.append(magnitude)
            if self.counting:
                self._count(scale, magnitude)
        return total

    def _scale(self, hidden: Tensor, sort: Tensor, place: int, before: list[Tensor]) -> Tensor:
        """Return the logarithm of the scale that magnitudes have, in nats."""
        network = self._network
        scale = (hidden * network["scales"][sort, place]).sum(dim=1)
        scale = scale + network["scales_bias"][sort, place]
        for earlier, magnitude in zip(network["earlier"][place], before, strict=False):
            scale = scale + earlier * self._logs[magnitude.clamp(max=len(self._logs) - 1)]
        return scale

    def _magnitude_nats(self, scale: Tensor, magnitude: Tensor, place: int) -> Tensor:
        mean = torch.exp(scale.clamp(-3, 7)) + LEAST_SCALE
        rest = torch.exp(-1 / mean)
        share = (1 - rest) * torch.sigmoid(self._network["zeros"][place]) * 2
        zero = share.clamp(max=0.98)
        beyond = (magnitude - 1) / mean - torch.log(1 - rest)
        return torch.where(magnitude == 0, -torch.log(zero), beyond - torch.log(1 - zero))

    def _count(self, scale: Tensor, magnitude: Tensor) -> None:
        quarters = np.floor(scale.detach().numpy() * NATS / QUARTER_OCTAVE) + MIDDLE_SCALE
        at = quarters.clip(0, SCALES - 1).astype(np.int64), magnitude.clamp(max=LARGEST).numpy()
        np.add.at(self._counts, at, 1)

    def learned(self) -> Learned:
        """Return the numbers as they are now."""
        network = {name: _floats(tensor) for name, tensor in self._network.items()}
        network["magnitudes"] = _tables(self._counts)
        books = [
            replace(book, rows=_floats(rows), biases=_floats(biases))
            for book, rows, biases in zip(self._before.books, self._rows, self._biases, strict=True)
        ]
        return Learned(network, books, self._before.filter)


def _leaf(numbers: Floats) -> Tensor:
    return torch.tensor(np.asarray(numbers, np.float32), requires_grad=True)


def _floats(tensor: Tensor) -> Floats:
    return tensor.detach().numpy().astype(np.float64)


def _tables(counts: Floats) -> Floats:
    """Return weights of magnitudes by scale: what was counted, and a few as the law has it."""
    octaves = (np.arange(SCALES) + 0.5 - MIDDLE_SCALE) / 4
    rest = np.exp(-1 / (np.exp2(octaves) + LEAST_SCALE))[:, None]
    zero = (1 - rest) * 0.75
    law = np.concatenate([zero, (1 - zero) * (1 - rest) * rest ** np.arange(LARGEST)], axis=1)
    law[:, -1] = np.maximum(1 - law[:, :-1].sum(axis=1), 1e-4)
    weights = counts + PRIOR * law
    shares = np.round(weights / weights.sum(axis=1, keepdims=True) * SHARES)
    return np.maximum(1, shares)
