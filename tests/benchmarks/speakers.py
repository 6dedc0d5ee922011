"""Count how many clips go to their speaker, by how long they are.

    python -m tests.benchmarks.speakers [--rate 8000|16000] [--size 16] SOUNDS...

Whose a file is, its name tells, as in the page. Each file is left out in turn: its speaker's
codebook is trained on the others, and it is cut into clips of so many frames that are no silence.
"""

from pathlib import Path

import click

from vqcore.lab.identification import SIZE, distortion_work, spectra_work, voice_work
from vqcore.lab.speakers import speaker_of
from vqcore.signals.frames import FRAMES_A_SECOND
from vqcore.signals.sounds import read_recording, sound_of
from vqcore.work import finish

LENGTHS = 5, 10, 25, 50, 100


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--rate", type=click.Choice(["8000", "16000"]), default="8000", show_default=True)
@click.option("--size", type=int, default=SIZE, show_default=True)
def main(places, rate, size):
    """Count how many clips of SOUNDS go to their speaker."""
    spectra = {place.name: spectra_of(place, int(rate)) for place in places}
    every = {name: answers(name, spectra, size) for name in spectra}
    for length in LENGTHS:
        found = [right for each in every.values() for right in each[length]]
        print(f"{length / FRAMES_A_SECOND:4.1f} s: {sum(found)} of {len(found)}")


def spectra_of(place, rate):
    return finish(spectra_work(sound_of(read_recording(place.read_bytes(), place.name), rate)))


def answers(test, spectra, size):
    """Say by length of each clip of a file whether it goes to its speaker."""
    known = {}
    for name, it in spectra.items():
        if name != test:
            known.setdefault(speaker_of(name), []).append(it)
    voices = {name: finish(voice_work(some, size, 0)) for name, some in known.items()}
    own, speaker = spectra[test], speaker_of(test)
    return {
        length: [
            nearest(own[start : start + length], voices) == speaker
            for start in range(0, len(own) - length + 1, length)
        ]
        for length in LENGTHS
    }


def nearest(clip, voices):
    return min(voices, key=lambda name: finish(distortion_work(clip, voices[name])))


if __name__ == "__main__":
    main()
