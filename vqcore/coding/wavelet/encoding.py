"""Pictures -> vectors of wavelet coefficients, chosen by distortion and bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from vqcore.arrays import Reals, Samples, Whole
from vqcore.coding.entropy import Writer
from vqcore.coding.wavelet.bitstream import code_planes, code_quantizer
from vqcore.coding.wavelet.choosing import Chooser
from vqcore.coding.wavelet.coarse import most_of
from vqcore.coding.wavelet.encoded import (
    EncodedWavelet,
    grid_of,
    known_of,
    predictor_of,
    step_of,
)
from vqcore.coding.wavelet.tables import STEPS, UNITS
from vqcore.coding.wavelet.walking import walk
from vqcore.quantizers.wavelet import Wavelet, in_grains, quantizer_of, with_nothing
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.wavelet import analysed, planes_of
from vqcore.signals.waveletgrid import vectors_of
from vqcore.work import Work, on_all_cores

ROUNDED_UP = np.float32(0.42)
ROUNDS = 2
LEAST_USE = 5


class Source(NamedTuple):
    """What a plane is before it is encoded.

    Parameters
    ----------
    coarse : int array of shape (4, rows, columns), LL and HL, LH, HH of the last level, in steps
    vectors : float32 array of shape (n, 4), in whole units
    """

    coarse: Whole
    vectors: Reals


def encode_work(layout: BlockLayout, blocks: Samples, quantizer: Wavelet) -> Work[EncodedWavelet]:
    """Encode a picture, given as its tiles, with pauses; a codebook of its own is made better."""
    sources = yield from _sources(layout, blocks, quantizer.step)
    if quantizer.way != "shipped" and quantizer.escape > 1:
        for _ in range(ROUNDS):
            quantizer = yield from _improved(layout, sources[0], quantizer)
    return (yield from _chosen(layout, sources, quantizer))


def choice_work(layout: BlockLayout, blocks: Samples, quantizer: Wavelet) -> Work[EncodedWavelet]:
    """Do as `encode_work`, but leave the codebook as it is."""
    sources = yield from _sources(layout, blocks, quantizer.step)
    return (yield from _chosen(layout, sources, quantizer))


def _sources(layout: BlockLayout, blocks: Samples, step: int) -> Work[list[Source]]:
    found = []
    planes = enumerate(planes_of(layout.join(blocks)))
    for source in on_all_cores(partial(_source, step), planes):
        found.append(source)
        yield
    return found


def _source(step: int, numbered: tuple[int, Reals]) -> Source:
    number, plane = numbered
    return source_of(plane, step_of(step, number))


def source_of(plane: Reals, step: int) -> Source:
    """Return what a plane is, divided by its own step, given by its number.

    What is too large for a file, as a checkerboard in step with the filters may be, is limited.
    """
    size, bands = np.float32(STEPS[step]), analysed(plane)
    details = np.stack(bands.details[-1]) / size
    last = np.sign(details) * np.floor(np.abs(details) + ROUNDED_UP)
    coarse = np.concatenate([np.rint(bands.coarse / size)[None], last]).astype(np.int64)
    most = most_of(step)
    return Source(coarse.clip(-most, most), np.rint(vectors_of(bands) * (UNITS / size)))


def _chosen(
    layout: BlockLayout, sources: Sequence[Source], quantizer: Wavelet
) -> Work[EncodedWavelet]:
    """Choose all vectors, writing them at the same time."""
    writer = Writer()
    quantizer = replace(code_quantizer(writer, quantizer), asked=quantizer.asked)
    choosers = [Chooser(source.vectors, writer) for source in sources]
    coarse = [source.coarse for source in sources]
    encoded = yield from code_planes(writer, layout, quantizer, coarse, choosers)
    object.__setattr__(encoded, "words", writer.bytes())
    return encoded


def _improved(layout: BlockLayout, source: Source, quantizer: Wavelet) -> Work[Wavelet]:
    """Return the codewords as vectors of luma need them, without those that have too few."""
    predictor, chooser = predictor_of(quantizer, "luma"), Chooser(source.vectors)
    known = known_of(quantizer.step, [])
    walked = yield from walk(grid_of(layout), predictor, known, source.coarse[1:], chooser)
    some = walked.found.symbols > 0
    symbols, vectors = walked.found.symbols[some], source.vectors[some]
    if not quantizer.signed:
        vectors = np.abs(vectors)
    use = np.bincount(symbols, minlength=quantizer.escape)
    kept = np.flatnonzero(use >= LEAST_USE)
    kept = kept[np.argsort(-use[kept], kind="stable")]
    sums = [np.bincount(symbols, samples, quantizer.escape)[kept] for samples in vectors.T]
    codewords = in_grains(np.stack(sums, axis=1) / use[kept, None])
    return quantizer_of(with_nothing(codewords), quantizer.step, quantizer.way, quantizer.asked)
