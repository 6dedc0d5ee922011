"""Layers of sounds, as `payload` has those of pictures: what the page needs to hear each K.

kind       header besides                                      body
sound      name, figures, rate, frame (samples), n, alone     little-endian: what each gain and
                                                               byte stand for, int16 (32, 256);
                                                               samples, int16 (n,), none if it is
                                                               a file alone; then gains, 1 byte a
                                                               frame
soundbook  size (K), dimension (d), distinct (t), count (n),   2 bytes a vector (if t is over
           figures; one from elsewhere: name, stem             65536, 4): which of the distinct
                                                               tuples it is; then these as
                                                               samples, 1 byte each, (t, d)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from vqcore.arrays import Samples
from vqcore.coding.soundcodec import EncodedSound
from vqcore.lab.climb import known_healths
from vqcore.lab.soundfiles import SoundFile
from vqcore.lab.soundsharing import SoundUse
from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.soundsweeps import SoundCost
from vqcore.lab.spectralstudy import SpectralStudy
from vqcore.lab.store import Store
from vqcore.show.provenance import stem_of
from vqcore.show.wording import figures_of_sound, sound_name
from vqcore.signals.frames import FrameLayout, heard_table, layout_of, scaled
from vqcore.signals.sounds import Pulses, Sound
from vqcore.viewer.payload import MOST_IN_2_BYTES, health_layer, message
from vqcore.words import language, say

AnyStudy = SoundStudy | SpectralStudy


def sound_layer(sound: Sound) -> bytes:
    """Return the layer of a sound as it is."""
    layout, told = layout_of(sound, 1), say("sound.original")
    gains, _ = scaled(sound, layout)
    return _sound_layer(sound.digest, sound.name, layout, gains, sound.samples, told)


def file_layer(file: SoundFile, original: Sound | None) -> bytes:
    """Return the layer of a .vq file's original, or of none, at the gains of the file."""
    layout, gains = file.encoded.layout, file.encoded.gains
    of = _beside(file, original)
    if original is None:
        return _sound_layer(of, "", layout, gains, None, "")
    told = f"{sound_name(original.name)} · {say('sound.original')}"
    return _sound_layer(of, original.name, layout, gains, original.samples, told)


def _sound_layer(
    of: str, name: str, layout: FrameLayout, gains: Samples, samples: Pulses | None, told: str
) -> bytes:
    known = b"" if samples is None else samples.astype("<i2").tobytes()
    return message(
        heard_table().astype("<i2").tobytes() + known + gains.tobytes(),
        kind="sound",
        of=of,
        figures=told,
        n=layout.samples,
        name=name,
        rate=layout.rate,
        frame=layout.frame,
        alone=samples is None,
    )


def book_layer(encoded: EncodedSound, of: str, figures: str, **more: Any) -> bytes:
    """Return the layer of what a codebook makes of a sound, by what sets its sweep apart."""
    table = encoded.lookup()
    wide = "<u4" if len(table.tuples) > MOST_IN_2_BYTES else "<u2"
    header = {
        "size": encoded.quantizer.codebook_size,
        "dimension": encoded.layout.dimension,
        "distinct": len(table.tuples),
        "count": encoded.layout.count,
        "figures": figures,
    }
    body = table.places.astype(wide).tobytes() + np.ascontiguousarray(table.vectors).tobytes()
    return message(body, kind="soundbook", of=of, **header, **more)


def sound_layers(study: SoundStudy) -> Iterator[tuple[str, bytes]]:
    """Yield the layer of each size that is done, by a name of its own; each is made once."""
    for size, step in study.steps.items():
        told = figures_of_sound(step.figures)
        make = partial(book_layer, step.encoded, study.sweep_id, told)
        yield f"book-{size}", study.store.once("sound book", (language(), *study.swept, size), make)


def original_sound(study: AnyStudy) -> bytes:
    """Return the layer of the sound as it is, made once."""
    key = language(), study.sound.digest
    return study.store.once("sound layer", key, lambda: sound_layer(study.sound))


def use_layer(use: SoundUse, of: str, name: str) -> bytes:
    """Return the layer of a sound, by its digest, with the codebook of a .vq file of that name."""
    told = figures_of_sound(use.figures)
    return book_layer(use.encoded, of, told, name=name, stem=stem_of(name))


def view_of_sound(study: AnyStudy, size: int) -> dict[str, Any]:
    """Return what the page is told of a sound: which layers are its own, the K to begin with."""
    stem, original = stem_of(study.sound.name), study.sound.digest
    is_spectra = isinstance(study, SpectralStudy)
    of = {"original": original, "sweep": study.sweep_id, "isSpectra": is_spectra}
    return {**of, "size": size, "stem": stem}


def layers_of_file(
    store: Store, file: SoundFile, original: Sound | None, cost: SoundCost
) -> Iterator[tuple[str, bytes]]:
    """Yield the layers of a .vq file: its original, or what is known without, and its codebook."""
    key = language(), _beside(file, original)
    yield "sound", store.once("sound layer", key, lambda: file_layer(file, original))
    told = figures_of_sound(cost)
    make = partial(book_layer, file.encoded, file.digest, told)
    yield "book-file", store.once("sound book", (file.digest, told), make)


def view_of_file(name: str, file: SoundFile, original: Sound | None) -> dict[str, Any]:
    """Return what the page is told of a .vq file of a sound."""
    size, beside = file.encoded.quantizer.codebook_size, _beside(file, original)
    return {"original": beside, "sweep": file.digest, "size": size, "stem": stem_of(name)}


def _beside(file: SoundFile, original: Sound | None) -> str:
    return f"{file.digest} {original.digest}" if original else file.digest


def health_bytes(study: AnyStudy, sentences: Callable[[Any, int], list[str]]) -> bytes:
    """Return the health of the sizes examined so far, and what it comes to; nothing if none is."""
    healths = known_healths(study).items()
    judged = [(health, sentences(study, size)) for size, health in healths]
    return health_layer(study.sweep_id, judged, heard=True) if judged else b""
