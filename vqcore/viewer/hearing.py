"""Layers of sounds, as `payload` has those of pictures: what the page needs to hear each K.

kind       header besides                                      body
sound      name, figures, rate, frame (samples), n             little-endian: what each gain and
                                                               byte stand for, int16 (32, 256);
                                                               samples, int16 (n,); then gains,
                                                               1 byte a frame
soundbook  size (K), dimension (d), distinct (t), count (n),   2 bytes a vector (if t is over
           figures                                             65536, 4): which of the distinct
                                                               tuples it is; then these as
                                                               samples, 1 byte each, (t, d)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from vqcore.coding.codec import lookup_of
from vqcore.coding.soundcodec import CutSound
from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.soundsweeps import SoundStep
from vqcore.show.provenance import stem_of
from vqcore.show.wording import figures_of_sound
from vqcore.signals.frames import heard_table
from vqcore.viewer.payload import MOST_IN_2_BYTES, message
from vqcore.words import language, say


def sound_layer(cut: CutSound) -> bytes:
    """Return the layer of a sound as it is."""
    sound = cut.sound
    parts = heard_table().astype("<i2"), sound.samples.astype("<i2"), cut.gains
    body = b"".join(part.tobytes() for part in parts)
    return message(
        body,
        kind="sound",
        of=sound.digest,
        figures=say("sound.original"),
        n=len(sound.samples),
        name=sound.name,
        rate=sound.rate,
        frame=cut.layout.frame,
    )


def book_layer(step: SoundStep, of: str) -> bytes:
    """Return the layer of a codebook size, by what sets its sweep apart."""
    encoded, size = step.encoded, step.codebook_size
    table = lookup_of(encoded.quantizer, encoded.indices)
    wide = "<u4" if len(table.tuples) > MOST_IN_2_BYTES else "<u2"
    header = {
        "size": size,
        "dimension": encoded.layout.dimension,
        "distinct": len(table.tuples),
        "count": encoded.layout.count,
        "figures": figures_of_sound(step.figures),
    }
    body = table.places.astype(wide).tobytes() + np.ascontiguousarray(table.vectors).tobytes()
    return message(body, kind="soundbook", of=of, **header)


def sound_layers(study: SoundStudy) -> Iterator[tuple[str, bytes]]:
    """Yield the layer of each size that is done, by a name of its own; each is made once."""
    for size, step in study.steps.items():
        make = partial(book_layer, step, study.sweep_id)
        yield f"book-{size}", study.store.once("sound book", (language(), *study.swept, size), make)


def original_sound(study: SoundStudy) -> bytes:
    """Return the layer of the sound as it is, made once."""
    key = language(), study.sound.digest
    return study.store.once("sound layer", key, lambda: sound_layer(study.cut))


def view_of_sound(study: SoundStudy, size: int) -> dict[str, Any]:
    """Return what the page is told of a sound: which layers are its own, the K to begin with."""
    stem, original = stem_of(study.sound.name), study.sound.digest
    return {"original": original, "sweep": study.sweep_id, "size": size, "stem": stem}
