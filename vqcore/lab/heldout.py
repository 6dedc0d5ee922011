"""The honest test: a codebook on blocks it was not trained on, and on other pictures."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Samples
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.errors import psnr_work
from vqcore.codebooks.training import Progress, Trainer, reported, seldom, train
from vqcore.signals.blocks import distinct_vectors
from vqcore.work import Work


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A codebook trained on half of the blocks: PSNR in dB of those, and of the others.

    It is that of the samples coded: with YCbCr of Y, Cb and Cr.
    """

    codebook: Codebook
    trained_psnr_db: float
    others_psnr_db: float

    @property
    def codebook_size(self) -> int:
        return self.codebook.size

    @property
    def gap_db(self) -> float:
        """Return what the others lose: how much is learnt by heart."""
        return _less(self.trained_psnr_db, self.others_psnr_db)


@dataclass(frozen=True)
class Transfer:
    """A picture encoded with its own codebook and with one lent by another picture, of one K.

    PSNR in dB is that of the samples coded: with YCbCr of Y, Cb and Cr.
    """

    codebook_size: int
    own_psnr_db: float
    lent_psnr_db: float

    @property
    def loss_db(self) -> float:
        return _less(self.own_psnr_db, self.lent_psnr_db)


def _less(psnr: float, other: float) -> float:
    return 0.0 if psnr == other else psnr - other


def halves(blocks: int, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw half of the blocks at random, one more if they are odd; return these and the others.

    Examples
    --------
    >>> [half.tolist() for half in halves(5, seed=0)]
    [[2, 3, 4], [0, 1]]
    """
    order = np.random.default_rng(seed).permutation(blocks)
    drawn = -(-blocks // 2)
    return np.sort(order[:drawn]), np.sort(order[drawn:])


def held_out(
    vectors: Samples,
    sizes: Sequence[int],
    *,
    trainer: Trainer = "lbg",
    seed: int = 0,
    known: Mapping[int, Codebook] | None = None,
) -> Generator[Progress | HeldOut]:
    """Train on half of the blocks and encode both halves, for one codebook size after another.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    sizes : ascending codebook sizes; those that half of the blocks do not allow are left out
    trainer, seed : as in `training.train`; the seed also draws the halves
    known : codebooks of this test trained before, by size; the climb goes on from them

    Yields
    ------
    Progress, up to ten times a second, and a HeldOut for each size
    """
    drawn, others = (vectors[half] for half in halves(len(vectors), seed))
    return seldom(_held_out(drawn, others, sizes, trainer, seed, known))


def _held_out(
    drawn: Samples,
    others: Samples,
    sizes: Sequence[int],
    trainer: Trainer,
    seed: int,
    known: Mapping[int, Codebook] | None,
) -> Generator[Progress | HeldOut]:
    events = train(drawn, _possible(drawn, sizes), trainer=trainer, seed=seed, known=known)
    for event in events:
        if isinstance(event, Progress):
            yield event
            continue
        codebook = event.codebook
        learnt, _ = yield from reported(psnr_work(drawn, codebook), codebook.size)
        fresh, _ = yield from reported(psnr_work(others, codebook), codebook.size)
        yield HeldOut(codebook, learnt, fresh)


def _possible(vectors: Samples, sizes: Sequence[int]) -> list[int]:
    """Return the sizes below the number of distinct vectors."""
    distinct = distinct_vectors(vectors, max(sizes, default=0))
    return [size for size in sizes if distinct is None or size < len(distinct)]


def transfer_work(vectors: Samples, own: Codebook, lent: Codebook) -> Work[Transfer]:
    """Encode a picture with its own codebook and with another picture's, with pauses.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    own, lent : of the same K

    Raises
    ------
    ValueError
        If the codewords of one have another d; the message gives both shapes.
    """
    own_psnr = yield from psnr_work(vectors, own)
    return Transfer(lent.size, own_psnr, (yield from psnr_work(vectors, lent)))
