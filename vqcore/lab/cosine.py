"""What "cosine" must mean: a direction carries no scale, so that a gain has to be sent with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vqcore.arrays import Floats, Reals, Samples
from vqcore.codebooks.cells import means_work
from vqcore.codebooks.codebook import Codebook, nearest_work
from vqcore.codebooks.scoring import EIGHT_BIT
from vqcore.lab.store import Key, Pieces, Question, answering
from vqcore.lab.study import Study, relatives, sweeping
from vqcore.metrics import psnr_db
from vqcore.quantizers.gains import unit
from vqcore.quantizers.gainshape import assigned, settled
from vqcore.quantizers.plain import ID as PLAIN
from vqcore.quantizers.plain import codebook_of
from vqcore.work import Work

ITERATIONS = 10


@dataclass(frozen=True)
class Cosines:
    """The PSNR in dB of vectors, by what is taken for the likeness of directions.

    Parameters
    ----------
    nearest : the nearest codeword, as plain quantization has it
    assigned : the codeword with the largest cosine, as it is
    means : the same, the codewords moved to the means of their cells by turns
    shapes : the unit shape with the largest cosine, times the vector's own gain, not rounded
    """

    nearest: float
    assigned: float
    means: float
    shapes: float


def cosines_work(vectors: Samples, codebook: Codebook) -> Work[Cosines]:
    """Try what directions alone are worth, beginning with a plain codebook, with pauses.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    codebook : of K codewords; the shapes begin with their directions
    """
    floats, words = vectors.astype(np.float32), codebook.codewords.astype(np.float64)
    indices = yield from nearest_work(vectors, codebook.codewords, EIGHT_BIT)
    nearest = _psnr_db(floats, words[indices])
    part = yield from assigned(floats, unit(words))
    alone = _psnr_db(floats, words[part.cells])
    means = words
    for _ in range(ITERATIONS):
        part = yield from assigned(floats, unit(means))
        means = yield from means_work(vectors, part.cells, means)
    moved = _psnr_db(floats, means[part.cells])
    shapes = yield from settled(floats, unit(words))
    part = yield from assigned(floats, shapes)
    scaled = _psnr_db(floats, part.gains[:, None] * shapes[part.cells])
    return Cosines(nearest, alone, moved, scaled)


def comparing(study: Study, size: int) -> Pieces:
    """Find out what directions are worth on a study's picture, beginning with K plain codewords."""
    plain = _plain(study, size)
    yield from sweeping([plain])

    def work() -> Work[Cosines]:
        (step,) = plain.steps.values()
        return cosines_work(plain.cut.vectors, codebook_of(step.trained.quantizer))

    question = Question("cosines", _key(plain), work, "directions", {"size": size})
    yield from answering(study.store, [question])


def known_cosines(study: Study, size: int) -> Cosines | None:
    found: Cosines | None = study.store.find("cosines", _key(_plain(study, size)))
    return found


def _plain(study: Study, size: int) -> Study:
    return replace(relatives(study)[PLAIN], sizes=(size,))


def _key(plain: Study) -> Key:
    return *plain.trained, plain.sizes


def _psnr_db(vectors: Reals, rebuilt: Floats) -> float:
    return psnr_db(float(np.square(vectors - rebuilt).mean()))
