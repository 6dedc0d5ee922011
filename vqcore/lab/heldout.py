"""The honest test: a codebook on vectors it was not trained on, and on other pictures."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Samples
from vqcore.codebooks.training import Progress, reported, seldom
from vqcore.coding.codec import Settings
from vqcore.coding.soundcodec import CutSound, SoundSettings
from vqcore.metrics import mse, psnr_db
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.blocks import Cut, distinct_vectors
from vqcore.work import Work


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A quantizer trained on half of the blocks: PSNR in dB of those, and of the others.

    It is that of the samples coded: with YCbCr of Y, Cb and Cr.
    """

    quantizer: Quantizer
    trained_psnr_db: float
    others_psnr_db: float

    @property
    def codebook_size(self) -> int:
        return self.quantizer.codebook_size

    @property
    def gap_db(self) -> float:
        """Return what the others lose: how much is learnt by heart."""
        return lost_db(self.trained_psnr_db, self.others_psnr_db)


@dataclass(frozen=True)
class SnrHeldOut:
    """A codebook trained on half of the vectors: SNR in dB of those, and of the others.

    Both are of the power of all vectors.
    """

    codebook_size: int
    trained_snr_db: float
    others_snr_db: float

    @property
    def gap_db(self) -> float:
        """Return what the others lose: how much is learnt by heart."""
        return lost_db(self.trained_snr_db, self.others_snr_db)


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
        return lost_db(self.own_psnr_db, self.lent_psnr_db)


def lost_db(psnr: float, other: float) -> float:
    """Return by how much a PSNR or SNR in dB is more than another; 0 of two infinite ones."""
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
    cut: Cut | CutSound,
    settings: Settings | SoundSettings,
    sizes: Sequence[int],
    *,
    known: Mapping[int, Quantizer] | None = None,
    beam: int = 1,
) -> Generator[Progress | HeldOut]:
    """Train on half of the vectors and encode both halves, for one codebook size after another.

    Parameters
    ----------
    cut : the picture or the sound
    settings : how to train; the seed also draws the halves
    sizes : ascending codebook sizes; those that half of the vectors do not allow are left out
    known : quantizers of this test trained before, by size; the climb goes on from them
    beam : how many candidates the encoder keeps

    Yields
    ------
    Progress, up to ten times a second, and a HeldOut for each size
    """
    drawn, others = (cut.vectors[half] for half in halves(len(cut.vectors), settings.seed))
    return seldom(_held_out(replace(cut, vectors=drawn), others, settings, sizes, known, beam))


def _held_out(
    drawn: Cut | CutSound,
    others: Samples,
    settings: Settings | SoundSettings,
    sizes: Sequence[int],
    known: Mapping[int, Quantizer] | None,
    beam: int,
) -> Generator[Progress | HeldOut]:
    family, parameters = FAMILIES[settings.family], settings.parameters
    possible = _possible(family.trained_on(drawn.layout, drawn.vectors, parameters), sizes)
    events = family.train(
        drawn.layout, drawn.vectors, possible, parameters, seed=settings.seed, known=known
    )
    for event in events:
        if isinstance(event, Progress):
            yield event
            continue
        quantizer, size = event.quantizer, event.codebook_size
        learnt, _ = yield from reported(psnr_work(drawn.vectors, quantizer, beam), size)
        fresh, _ = yield from reported(psnr_work(others, quantizer, beam), size)
        yield HeldOut(quantizer, learnt, fresh)


def _possible(found_among: Samples, sizes: Sequence[int]) -> list[int]:
    """Return the sizes below the number of distinct vectors."""
    distinct = distinct_vectors(found_among, max(sizes, default=0))
    return [size for size in sizes if distinct is None or size < len(distinct)]


def psnr_work(vectors: Samples, quantizer: Quantizer, beam: int = 1) -> Work[float]:
    """Return the PSNR in dB of vectors encoded as the quantizer's family does, with pauses."""
    indices = yield from FAMILIES[quantizer.family].encode_work(quantizer, vectors, beam=beam)
    return psnr_db(mse(vectors, quantizer.decode(indices)))


def transfer_work(vectors: Samples, own: Quantizer, lent: Quantizer) -> Work[Transfer]:
    """Encode a picture with its own quantizer and with another picture's, with pauses.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    own, lent : of the same K

    Raises
    ------
    ValueError
        If the tables of one have another d; the message gives both shapes.
    """
    own_psnr = yield from psnr_work(vectors, own)
    return Transfer(lent.codebook_size, own_psnr, (yield from psnr_work(vectors, lent)))
