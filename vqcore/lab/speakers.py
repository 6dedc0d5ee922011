"""Sounds at hand, some of them voices, the others tests: whose voice each test is.

What is found out is kept: spectra by their recording, a voice by its recordings, a distance by
both.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from vqcore.arrays import Sketch
from vqcore.lab.identification import Identified, distortion_work, spectra_work, voice_work
from vqcore.lab.store import Key, Pieces, Question, Store, answering
from vqcore.quantizers.ofpoints import PointQuantizer
from vqcore.signals.sounds import Rate, Recording, sound_of
from vqcore.work import Work

ENOUGH = 2
LEAST_FRAMES = 10
"""Fewer frames that are no silence, 0.2 s of them, are nobody's voice."""


@dataclass(frozen=True, eq=False)
class LineUp:
    """Speakers, each with recordings, and recordings to be told whose they are; all by name.

    Parameters
    ----------
    speakers, tests
    rate : samples a second at which spectra are taken
    size : K of each speaker's codebook
    seed : of the training
    store : where everything found out is kept
    """

    speakers: Mapping[str, Mapping[str, Recording]]
    tests: Mapping[str, Recording]
    rate: Rate
    size: int
    seed: int
    store: Store

    def frames_of(self, recording: Recording) -> int | None:
        """Return how many frames of a recording are no silence, if that is known."""
        spectra: Sketch | None = self.store.find("voice spectra", self._heard_as(recording))
        return None if spectra is None else len(spectra)

    def is_short(self, recording: Recording) -> bool:
        """Tell whether it is known that too little of a recording is heard."""
        frames = self.frames_of(recording)
        return frames is not None and frames < LEAST_FRAMES

    @property
    def short(self) -> list[str]:
        """Return the names of those of which too little is heard, as far as that is known."""
        return [name for name, it in self.every.items() if self.is_short(it)]

    @property
    def voices(self) -> dict[str, list[Recording]]:
        """Return the recordings of each speaker of which enough is heard."""
        heard = {
            name: [it for it in recordings.values() if not self.is_short(it)]
            for name, recordings in self.speakers.items()
        }
        return {name: recordings for name, recordings in heard.items() if recordings}

    @property
    def found(self) -> list[Identified]:
        """Return each test whose distances to all voices are known."""
        voices = self.voices
        every = {
            test: {
                name: self.store.find("voice distance", (*self._key(of), *self._heard_as(it)))
                for name, of in voices.items()
            }
            for test, it in self.tests.items()
        }
        return [Identified(*it) for it in every.items() if it[1] and None not in it[1].values()]

    @property
    def every(self) -> dict[str, Recording]:
        """Return all recordings by name."""
        of_speakers = [it for each in self.speakers.values() for it in each.items()]
        return {**dict(of_speakers), **self.tests}

    def _heard_as(self, recording: Recording) -> Key:
        return recording.digest, self.rate

    def _key(self, recordings: Collection[Recording]) -> Key:
        """Return what sets the codebook of a speaker apart."""
        return tuple(it.digest for it in recordings), self.rate, self.size, self.seed

    # The work

    def listening(self) -> Pieces:
        """Find the spectra of all, the codebook of each speaker, and how far each test is."""
        yield from answering(self.store, self._spectra_questions())
        yield from answering(self.store, self._voice_questions())
        yield from answering(self.store, self._distance_questions())

    def _spectra_questions(self) -> Iterator[Question]:
        for name, recording in self.every.items():
            key, work = self._heard_as(recording), partial(self._spectra_work, recording)
            yield Question("voice spectra", key, work, "hearing-voice", {"name": name})

    def _voice_questions(self) -> Iterator[Question]:
        for name, recordings in self.voices.items():
            key, work = self._key(recordings), partial(self._voice_work, recordings)
            facts = {"name": name, "size": self.size}
            yield Question("voice", key, work, "training-voice", facts)

    def _distance_questions(self) -> Iterator[Question]:
        """Yield how far each test is from each voice."""
        for test, recording in self.tests.items():
            for recordings in [] if self.is_short(recording) else self.voices.values():
                key = *self._key(recordings), *self._heard_as(recording)
                work = partial(self._distance_work, recording, recordings)
                yield Question("voice distance", key, work, "comparing-voice", {"name": test})

    def _spectra_work(self, recording: Recording) -> Work[Sketch]:
        """Find spectra, unless they are kept."""
        known: Sketch | None = self.store.find("voice spectra", self._heard_as(recording))
        if known is not None:
            return known
        yield
        return (yield from spectra_work(sound_of(recording, self.rate)))

    def _voice_work(self, recordings: Collection[Recording]) -> Work[PointQuantizer]:
        """Train a speaker's codebook, unless it is kept."""
        known: PointQuantizer | None = self.store.find("voice", self._key(recordings))
        if known is not None:
            return known
        spectra = []
        for it in recordings:
            spectra.append((yield from self._spectra_work(it)))
        return (yield from voice_work(spectra, self.size, self.seed))

    def _distance_work(
        self, recording: Recording, recordings: Collection[Recording]
    ) -> Work[float]:
        spectra = yield from self._spectra_work(recording)
        voice = yield from self._voice_work(recordings)
        return (yield from distortion_work(spectra, voice))


def line_up(
    every: Mapping[str, Recording],
    voices: Collection[str],
    *,
    rate: Rate,
    size: int,
    seed: int,
    store: Store,
) -> LineUp:
    """Line up the voices among recordings, by speaker; the others are tests."""
    speakers: dict[str, dict[str, Recording]] = {}
    for name in every:
        if name in voices:
            speakers.setdefault(speaker_of(name), {})[name] = every[name]
    tests = {name: it for name, it in every.items() if name not in voices}
    return LineUp(speakers, tests, rate, size, seed, store)


def speaker_of(name: str) -> str:
    """Return whose a file is by its name: all of it but the suffix and a number at the end.

    Examples
    --------
    >>> speaker_of("anne.wav"), speaker_of("anne_02.flac"), speaker_of("anne (3).wav")
    ('anne', 'anne', 'anne')
    >>> speaker_of("001.wav"), speaker_of("anne.wav (2)")
    ('001', 'anne.wav (2)')
    """
    stem = re.sub(r"\.\w+$", "", name)
    return stem if stem == name else re.sub(r"[\s_.-]*(\d+|\(\d+\))$", "", stem) or stem
