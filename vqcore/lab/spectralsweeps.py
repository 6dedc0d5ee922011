"""The spectra of a sound, many codebook sizes -> what each costs, how far envelopes are apart."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vqcore import metrics
from vqcore.arrays import Floats, Indices, Sketch
from vqcore.codebooks.training import Progress, reported
from vqcore.coding.pointsfile import EncodedPoints, pack_points
from vqcore.lab.finished import FinishedSize
from vqcore.lab.heldout import halves
from vqcore.lab.sweeps import checked_sizes
from vqcore.quantizers import ofpoints, weighted
from vqcore.quantizers.ofpoints import Events, PointQuantizer, TrainedPoints
from vqcore.quantizers.quantizer import HasOptions, Option
from vqcore.signals.frames import FRAMES_A_SECOND
from vqcore.signals.sounds import Pulses, Rate
from vqcore.signals.spectra import (
    Spectra,
    filters_of,
    in_order,
    spectral_distortions_db,
    weights_of,
)
from vqcore.work import Work

SpectralFamily = Literal["plain", "split", "residual"]

SPECTRAL_FAMILIES: tuple[SpectralFamily, ...] = get_args(SpectralFamily)


@dataclass(frozen=True)
class SpectralSettings(HasOptions):
    """All that decides how spectra are quantized, beside the codebook size.

    `options` are the family's own, in the order of its `OPTIONS`; those left out are the defaults.
    With `weighted`, frequencies count as `spectra.weights_of` has it, else all alike.
    """

    rate: Rate = 8000
    family: SpectralFamily = "plain"
    options: tuple[int, ...] = ()
    weighted: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        self.fill_in(self.options)

    @property
    def own_options(self) -> tuple[Option, ...]:
        return ofpoints.OPTIONS[self.family]

    @property
    def given(self) -> tuple[()]:
        """Return the codewords of a start given: none."""
        return ()


@dataclass(frozen=True)
class SpectralFigures:
    """What one codebook size costs and gives.

    Bits are those of a frame of 20 ms: `nominal_bits` Σ log2 K_j, `entropy_bits` the first-order
    entropy of indices, `file_bits` those of a file with codebook and all. Distortions are in dB, of
    frames that are no silence: see `spectra.spectral_distortions_db`; shares are of these frames.
    """

    codebook_size: int
    used_codewords: int
    nominal_bits: float
    nominal_kbps: float
    entropy_bits: float
    file_bits: float
    distortion_db: float
    over_2_db: float
    over_4_db: float
    codebook_bytes: int
    file_bytes: int
    train_seconds: float = 0
    encode_seconds: float = 0

    @property
    def shares_over(self) -> dict[int, float]:
        """Return the shares of frames over 2 and over 4 dB."""
        return {2: self.over_2_db, 4: self.over_4_db}


class SpectralStep(FinishedSize[SpectralFigures, EncodedPoints, TrainedPoints]):
    """A finished codebook size of spectra, whose frequencies are encoded as points."""


@dataclass(frozen=True, eq=False)
class SweptSpectra:
    """The figures of a sound's spectra, ascending in codebook size.

    `limit` is the largest size there can be, if a larger one was asked for.
    """

    spectra: Spectra
    settings: SpectralSettings
    figures: tuple[SpectralFigures, ...]
    limit: int | None = None


@dataclass(frozen=True)
class SpectralHeldOut:
    """A codebook trained on half of the frames: mean distortion in dB of those, and of others."""

    codebook_size: int
    trained_db: float
    others_db: float

    @property
    def gap_db(self) -> float:
        """Return by how much the others are farther: how much is learnt by heart."""
        return self.others_db - self.trained_db


def vectors_of(spectra: Spectra) -> Sketch:
    """Return what is quantized: the line spectral frequencies of all frames, float32 (f, p)."""
    return spectra.frequencies.astype(np.float32)


def possible_sizes(spectra: Spectra, settings: SpectralSettings, sizes: Iterable[int]) -> list[int]:
    """Return the sizes that there are enough distinct frames for, ascending.

    Those above become the most there are.
    """
    wanted, learnt = checked_sizes(sizes), vectors_of(spectra)[spectra.is_heard]
    options = settings.options_by_name
    most = ofpoints.largest_size(learnt, settings.family, options, wanted[-1])
    return sorted({min(size, most) for size in wanted})


def sweep_spectra(
    spectra: Spectra, settings: SpectralSettings, sizes: Sequence[int]
) -> Generator[Progress | SpectralStep]:
    """Train on the frames that are no silence, encode all, and measure each size.

    Parameters
    ----------
    spectra : of a sound at the rate of the settings
    settings
    sizes : ascending, none above what `possible_sizes` allows
    """
    vectors, weights = vectors_of(spectra), weights_of(spectra) if settings.weighted else None
    for event in _trained(vectors, weights, spectra.is_heard, settings, sizes):
        if isinstance(event, Progress):
            yield event
            continue
        size, quantizer = event.codebook_size, event.quantizer
        encoding = _encoded_work(quantizer, vectors, weights, settings.beam)
        indices, seconds = yield from reported(encoding, size)
        encoded = EncodedPoints(quantizer, indices)
        file = pack_points(encoded)
        figures = figures_of(spectra, encoded, len(file))
        figures = replace(figures, train_seconds=event.seconds, encode_seconds=seconds)
        yield SpectralStep(figures, encoded, file, event)


def _trained(
    vectors: Sketch,
    weights: Floats | None,
    some: NDArray[np.bool_] | NDArray[np.intp],
    settings: SpectralSettings,
    sizes: Sequence[int],
) -> Events:
    """Train on some vectors, by their weights if there are any."""
    learnt, options = vectors[some], settings.options_by_name
    for event in ofpoints.train(learnt, sizes, settings.family, options, seed=settings.seed):
        if isinstance(event, Progress) or weights is None:
            yield event
            continue
        fitting = weighted.fitted_work(event.quantizer, learnt, weights[some], beam=settings.beam)
        quantizer, seconds = yield from reported(fitting, event.codebook_size)
        told = event.seconds + seconds, event.sample, event.iterations
        yield TrainedPoints(quantizer, *told)


def _encoded_work(
    quantizer: PointQuantizer, vectors: Sketch, weights: Floats | None, beam: int
) -> Work[Indices]:
    if weights is None:
        return ofpoints.encode_work(quantizer, vectors, beam=beam)
    return weighted.encode_work(quantizer, vectors, weights, beam=beam)


def quantized_filters(encoded: EncodedPoints) -> Floats:
    """Return the stable filter of each frame, as it is quantized, (f, p + 1)."""
    return filters_of(in_order(encoded.decode().astype(np.float64)))


def heard_through(spectra: Spectra, encoded: EncodedPoints) -> Pulses:
    """Return the sound as quantized envelopes would have it, int16 of shape (n,)."""
    return spectra.through(quantized_filters(encoded))


def figures_of(spectra: Spectra, encoded: EncodedPoints, file_bytes: int) -> SpectralFigures:
    """Measure quantized spectra whose file has so many bytes."""
    distortions = spectral_distortions_db(spectra.filters, quantized_filters(encoded))
    heard, quantizer = distortions[spectra.is_heard], encoded.quantizer
    frames, use = len(encoded.indices), encoded.use
    nominal = 8 * metrics.nominal_bytes(frames, *quantizer.sizes) / frames
    return SpectralFigures(
        codebook_size=quantizer.codebook_size,
        used_codewords=int(np.count_nonzero(use[quantizer.main])),
        nominal_bits=nominal,
        nominal_kbps=nominal * FRAMES_A_SECOND / 1000,
        entropy_bits=8 * metrics.entropy_bytes(*use) / frames,
        file_bits=8 * file_bytes / frames,
        distortion_db=float(heard.mean()),
        over_2_db=float((heard > 2).mean()),
        over_4_db=float((heard > 4).mean()),
        codebook_bytes=quantizer.codebook_bytes,
        file_bytes=file_bytes,
    )


def hold_out_spectra(
    spectra: Spectra, settings: SpectralSettings, sizes: Sequence[int]
) -> Generator[Progress | SpectralHeldOut]:
    """Train on half of the frames that are no silence, and measure both halves, size by size.

    Parameters
    ----------
    spectra, settings : the seed also draws the halves
    sizes : ascending; those that half of the frames do not allow are left out
    """
    heard = np.flatnonzero(spectra.is_heard)
    drawn, others = (heard[half] for half in halves(len(heard), settings.seed))
    vectors, weights = vectors_of(spectra), weights_of(spectra) if settings.weighted else None
    options, most = settings.options_by_name, max(sizes, default=0) + 1
    most = ofpoints.largest_size(vectors[drawn], settings.family, options, most)
    possible = [size for size in sizes if size < most]
    for event in _trained(vectors, weights, drawn, settings, possible):
        if isinstance(event, Progress):
            yield event
            continue
        encoding = _encoded_work(event.quantizer, vectors, weights, settings.beam)
        indices, _ = yield from reported(encoding, event.codebook_size)
        filters = quantized_filters(EncodedPoints(event.quantizer, indices))
        found = spectral_distortions_db(spectra.filters, filters)
        yield SpectralHeldOut(
            event.codebook_size, float(found[drawn].mean()), float(found[others].mean())
        )
