"""One codebook for several pictures: trained on some of them, and tried on all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vqcore.codebooks.source import sample_of
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.lab.heldout import Transfer, transfer_work
from vqcore.lab.sharing import MAX_TRAINING_BYTES, train_shared
from vqcore.lab.store import Key, Pieces, Question, answering
from vqcore.lab.study import Study, sweeping
from vqcore.quantizers.plain import quantizer_of
from vqcore.work import Work


@dataclass(frozen=True)
class Tried:
    """A picture encoded with the codebook of several, and with its own.

    Parameters
    ----------
    picture : its name
    is_inside : whether the codebook was trained on it too
    transfer
    """

    picture: str
    is_inside: bool
    transfer: Transfer


def companions(study: Study, every: Sequence[Study]) -> list[Study]:
    """Return the studies that can have one codebook with a study; none if that is not plain."""
    if not study.settings.is_plain:
        return []
    return [it for it in every if it.layout.dimension == study.layout.dimension]


def known_codebook(inside: Sequence[Study], size: int) -> SharedCodebook | None:
    found: SharedCodebook | None = inside[0].store.find("joint", _key(inside, size))
    return found


def known_tries(inside: Sequence[Study], every: Sequence[Study], size: int) -> list[Tried]:
    """Return how each picture fares so far."""
    trained_on = {study.picture.digest for study in inside}
    found = [
        (study, study.store.find("tried", (*study.swept, _key(inside, size)))) for study in every
    ]
    return [
        Tried(study.name, study.picture.digest in trained_on, transfer)
        for study, transfer in found
        if transfer
    ]


def trying(inside: Sequence[Study], every: Sequence[Study], size: int) -> Pieces:
    """Train on some pictures, all of one layout's dimension, and try it on every one.

    A picture of fewer distinct blocks has its own codebook of as many.
    """
    yield from sweeping(every)
    yield from answering(inside[0].store, [_training(inside, size)])
    shared = known_codebook(inside, size)
    assert shared is not None

    def question(study: Study) -> Question:
        def work() -> Work[Transfer]:
            own = study.steps[min(size, study.plan.sizes[-1])].trained.quantizer
            return transfer_work(study.cut.vectors, own, quantizer_of(shared.codebook))

        facts = {"name": study.name, "size": size}
        return Question("tried", (*study.swept, _key(inside, size)), work, "lending", facts)

    yield from answering(inside[0].store, map(question, every))


def _training(inside: Sequence[Study], size: int) -> Question:
    first = inside[0]

    def work() -> Work[SharedCodebook]:
        share = max(1, MAX_TRAINING_BYTES // (first.layout.dimension * len(inside)))
        samples = [
            sample_of(study.cut.vectors, share, np.random.default_rng([first.settings.seed, place]))
            for place, study in enumerate(inside)
        ]
        return train_shared(np.concatenate(samples), size, first.settings)

    facts = {"size": size, "n": len(inside)}
    return Question("joint", _key(inside, size), work, "joining", facts)


def _key(inside: Sequence[Study], size: int) -> Key:
    return tuple(study.picture.digest for study in inside), inside[0].settings.training, size
