"""Vectors of wavelet coefficients <-> coded words.

First three numbers, each as likely as any other up to 4096: how much is shipped (0 nothing, 1 the
network, 2 the codebook as well, all of model 1), the number of the step, and K − 1. A codebook of
the picture's own comes next, the four numbers of all codewords but the first one after another: how
large they are (one of 32, in quarter octaves), then each, two-sided exponentially.

Plane by plane then what is `coarse`, and the vectors level by level, the coarsest first, HL, LH and
HH of each, in four passes, see `walking` and `following`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vqcore.arrays import Differences, Indices, Whole
from vqcore.coding.entropy import Coder, Impossible
from vqcore.coding.wavelet.coarse import code_coarse
from vqcore.coding.wavelet.encoded import (
    EncodedWavelet,
    encoded_of,
    grid_of,
    kinds_of,
    known_of,
    predictor_of,
)
from vqcore.coding.wavelet.following import Follower
from vqcore.coding.wavelet.tables import SCALES, geometric_weights
from vqcore.coding.wavelet.walking import Decider, Walked, walk
from vqcore.quantizers.wavelet import (
    GRAIN,
    LARGEST,
    MOST_SHIPPED,
    STEP_NUMBERS,
    WAYS,
    Wavelet,
    quantizer_of,
)
from vqcore.signals.blocks import BlockLayout
from vqcore.work import Work

MAX_SIZE = 4096
SPREADS = 32
NO_OCTAVE = 8


def code(coder: Coder, wanted: EncodedWavelet) -> Work[EncodedWavelet]:
    """Pass all of a picture through the coder, with pauses; a Reader looks at the layout alone."""
    quantizer = code_quantizer(coder, wanted.quantizer)
    yield
    followers = [Follower(coder, found) for found in wanted.found]
    return (yield from code_planes(coder, wanted.layout, quantizer, wanted.coarse, followers))


def code_planes(
    coder: Coder,
    layout: BlockLayout,
    quantizer: Wavelet,
    wanted: Sequence[Whole],
    deciders: Sequence[Decider],
) -> Work[EncodedWavelet]:
    """Pass what is coarse, and the vectors that deciders pass through, plane by plane."""
    walked, coarse = list[Walked](), list[Whole]()
    for kind, own, decider in zip(kinds_of(layout), wanted, deciders, strict=True):
        known = known_of(quantizer.step, [it.maps for it in walked])
        coarse.append((yield from code_coarse(coder, own, known.step, chroma=known.chroma)))
        predictor = predictor_of(quantizer, kind)
        work = walk(grid_of(layout), predictor, known, coarse[-1][1:], decider)
        walked.append((yield from work))
    return encoded_of(layout, quantizer, [it.found for it in walked], coarse)


def code_quantizer(coder: Coder, quantizer: Wavelet) -> Wavelet:
    """Pass the quantizer through the coder; a Reader looks at nothing."""
    numbers = WAYS.index(quantizer.way), quantizer.step, quantizer.escape - 1
    weights = np.ones((len(numbers), MAX_SIZE))
    way, step, last = coder.code(np.array(numbers), weights).tolist()
    if way >= len(WAYS) or step not in STEP_NUMBERS:
        raise Impossible(f"way {way}, step {step}")
    table = np.resize(quantizer.tables[0], (last + 1, 4))
    if WAYS[way] == "shipped":
        if last >= MOST_SHIPPED:
            raise Impossible(f"{last} codewords are shipped")
    elif last:
        table[1:] = np.stack([_code_numbers(coder, it // GRAIN) for it in table[1:].T], axis=1)
        table[1:] *= GRAIN
    return quantizer_of(table, step, WAYS[way])


def _code_numbers(coder: Coder, wanted: Differences) -> Indices:
    """Pass one number of each codeword through."""
    mean = np.abs(wanted.astype(np.int64)).mean()
    spread = np.searchsorted(SCALES[NO_OCTAVE : NO_OCTAVE + SPREADS - 1], mean)
    spread = int(coder.code(np.array([spread]), np.ones((1, SPREADS)))[0])
    expected = np.full(len(wanted), int(16 * SCALES[NO_OCTAVE + spread]))
    return coder.code(wanted + LARGEST, geometric_weights(expected, LARGEST)) - LARGEST
