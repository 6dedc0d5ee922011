"""A sound's .vq file: what it decodes to, and which recording it was made from."""

import numpy as np
import pytest

from vqcore.coding.soundcodec import SoundSettings
from vqcore.lab.soundfiles import figures_of, nearest_sound_work, open_sound_file
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.signals.sounds import Recording, Sound, sample_recording, sound_of
from vqcore.work import finish

SENTENCE = sample_recording("sentence")
START = Recording(SENTENCE.samples[16000:32000], 16000, "start")
LATER = Recording(SENTENCE.samples[48000:64000], 16000, "later")
NOISE = np.random.default_rng(0).normal(0, 1, 16000).astype(np.float32)
NOISY = Recording(START.samples * (1 + 0.1 * NOISE), 16000, "noisy")


def step_of(sound: Sound, **settings: object) -> SoundStep:
    events = sweep_sound(sound, SoundSettings(rate=sound.rate, **settings), [16])
    return next(it for it in events if isinstance(it, SoundStep))


@pytest.fixture(scope="module")
def step() -> SoundStep:
    return step_of(sound_of(START, 8000))


@pytest.mark.parametrize(
    ("recordings", "nearest"),
    [
        ([], None),
        ([START], "start"),
        ([NOISY], "noisy"),
        ([NOISY, START], "start"),
        ([START, Recording(START.samples, 16000, "again")], "start"),
        ([Recording(START.samples[:-2], 16000, "shorter")], None),
        ([LATER], None),
        ([LATER, START], "start"),
        ([Recording(START.samples / 4, 16000, "quieter")], None),
    ],
    ids=lambda it: " ".join(each.name for each in it) if isinstance(it, list) else str(it),
)
def test_the_original_is_as_long_as_loud_and_nearest(step, recordings, nearest):
    named = {it.name: it for it in recordings}
    assert finish(nearest_sound_work(step.encoded, named)) == nearest


def test_a_recording_at_another_rate_can_be_the_original():
    made = step_of(sound_of(START, 16000), family="residual")
    at_8000 = Recording(sound_of(START, 8000).samples / np.float32(32768), 8000, "at 8000")
    named = {"at 8000": at_8000, "start": START}
    assert finish(nearest_sound_work(made.encoded, named)) == "start"


def test_a_file_is_what_was_packed_and_is_measured_as_in_the_sweep(step):
    file = open_sound_file(step.file)
    np.testing.assert_array_equal(file.encoded.decode(), step.encoded.decode())
    expected = vars(step.figures) | {"train_seconds": 0, "encode_seconds": 0}
    assert vars(finish(figures_of(file, sound_of(START, 8000)).work())) == expected
    assert vars(file.cost).items() <= expected.items()
