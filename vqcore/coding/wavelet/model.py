"""What is shipped: networks, codewords and filters, trained on photographs; see model.md."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np

from vqcore.arrays import Floats, Numbers
from vqcore.coding.wavelet.embedding import Embedding
from vqcore.coding.wavelet.network import Book, Network
from vqcore.coding.wavelet.postfilter import Filter

Kind = Literal["luma", "chroma"]

KINDS: tuple[Kind, ...] = get_args(Kind)
PLACE = Path(__file__).with_name("model.npz")
IN_SINGLE = "first", "first_bias", "second", "second_bias", "flags", "flags_bias", "signs"


class Part(NamedTuple):
    """What is shipped for luma, or for chroma.

    Parameters
    ----------
    network
    books : of codewords shipped, by `Place.book`, each in an order of which the first few do
    embedding : of codewords that are not
    filter
    """

    network: Network
    books: list[Book]
    embedding: Embedding
    filter: Filter


@cache
def shipped() -> Mapping[Kind, Part]:
    """Return all of it, loaded when first asked for."""
    with np.load(PLACE) as numbers:
        every = dict(numbers)
    return {kind: part_of(every, kind) for kind in KINDS}


def part_of(every: Mapping[str, Numbers], kind: Kind) -> Part:
    """Return a part, given all arrays by name: "luma.first", …"""
    own = {name.removeprefix(f"{kind}."): it for name, it in every.items() if name.startswith(kind)}
    network = Network(**{name: _as_floats(name, own[name]) for name in Network._fields})
    embedding = Embedding(*(own[f"embedding_{name}"] for name in Embedding._fields))
    return Part(network, _books(own), embedding, _filter(own))


def _as_floats(name: str, numbers: Numbers) -> Floats:
    return numbers.astype(np.float32 if name in IN_SINGLE else np.float64)


def _books(own: Mapping[str, Numbers]) -> list[Book]:
    ends = np.cumsum(own["sizes"])[:-1]
    parts = (np.split(own[name], ends) for name in ("codewords", "rows", "biases"))
    return [Book.of(*each) for each in zip(*parts, strict=True)]


def _filter(own: Mapping[str, Numbers]) -> Filter:
    radius, *fields = Filter._fields
    numbers = (own[f"filter_{name}"].astype(np.float32) for name in fields)
    return Filter(int(own[f"filter_{radius}"]), *numbers)


def few(books: list[Book], size: int) -> list[Book]:
    """Return the first codewords of each book, so that with nothing there are at most so many."""
    some = slice(size - 1)
    return [Book(it.codewords[some], it.embeddings[some], it.biases[some]) for it in books]
