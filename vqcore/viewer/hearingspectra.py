"""Layers of a sound's spectra: what the page needs to hear it through the envelopes of each K.

Beside those of `hearing`:

kind       header besides                                      body
analysis   order (p)                                           a₁ … a_p of the filter of each
                                                               frame, little-endian float64 (f, p)
soundbook  also order; d is of what is drawn                   as of sounds; then a₁ … a_p of the
                                                               filter of each tuple, little-endian
                                                               float64 (t, p)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from vqcore.arrays import Floats, Samples
from vqcore.lab.spectralstudy import SpectralStudy
from vqcore.lab.spectralsweeps import SpectralStep, quantized_filters
from vqcore.show.wording import figures_of_spectra
from vqcore.signals.spectra import POINTS, Spectra, envelopes_db
from vqcore.viewer.payload import MOST_IN_2_BYTES, message
from vqcore.words import language

DRAWN = 32
"""Places at which an envelope is drawn where codewords are little pictures."""


def analysis_layer(spectra: Spectra) -> bytes:
    """Return the layer of a sound's own envelopes."""
    filters, of = spectra.filters[:, 1:], spectra.sound.digest
    return message(filters.astype("<f8").tobytes(), kind="analysis", of=of, order=filters.shape[1])


def spectra_layer(step: SpectralStep, of: str) -> bytes:
    """Return the layer of a codebook size of spectra, by what sets its sweep apart."""
    tuples, places = np.unique(step.encoded.indices, axis=0, return_inverse=True)
    wide = "<u4" if len(tuples) > MOST_IN_2_BYTES else "<u2"
    filters = quantized_filters(replace(step.encoded, indices=tuples))
    drawn = _as_bytes(envelopes_db(filters)[:, : -1 : POINTS // DRAWN])
    header = {
        "size": step.codebook_size,
        "dimension": drawn.shape[1],
        "distinct": len(tuples),
        "count": len(places),
        "order": filters.shape[1] - 1,
        "figures": figures_of_spectra(step.figures),
    }
    parts = places.astype(wide), drawn, filters[:, 1:].astype("<f8")
    body = b"".join(part.tobytes() for part in parts)
    return message(body, kind="soundbook", of=of, **header)


def _as_bytes(envelopes: Floats) -> Samples:
    """Return envelopes in dB, (t, d), as bytes, from the deepest of all to the highest."""
    low, high = envelopes.min(), envelopes.max()
    drawn: Samples = np.rint((envelopes - low) * (255 / max(high - low, 1e-9))).astype(np.uint8)
    return drawn


def spectra_layers(study: SpectralStudy) -> Iterator[tuple[str, bytes]]:
    """Yield the layers of a sound's envelopes, as `sound_layers` does those of its waveform."""
    key, spectra = (study.sound.digest,), study.spectra
    yield "analysis", study.store.once("analysis layer", key, lambda: analysis_layer(spectra))
    for size, step in study.steps.items():
        make, own = partial(spectra_layer, step, study.sweep_id), (language(), *study.swept, size)
        yield f"book-{size}", study.store.once("spectra book", own, make)
