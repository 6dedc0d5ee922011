"""Tests of sounds: every kind of file, every refusal, and the samples."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from vqcore.refusals import SoundError
from vqcore.signals import sounds
from vqcore.signals.sounds import (
    MAX_BYTES,
    RATES,
    SAMPLES,
    Recording,
    Sound,
    is_sound,
    length_at,
    read_recording,
    sample_recording,
    sound_of,
)

TONE = np.rint(9000 * np.sin(np.arange(16000) / 10)).astype(np.int16)


def file(
    samples: np.ndarray = TONE, kind: str = "WAV", subtype: str = "PCM_16", rate: int = 16000
) -> bytes:
    data = io.BytesIO()
    soundfile.write(data, samples, rate, format=kind, subtype=subtype)
    return data.getvalue()


LOSSLESS = [
    *(("WAV", it) for it in ("PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")),
    *((kind, "PCM_16") for kind in ("FLAC", "AIFF", "CAF", "AU", "WAVEX", "RF64", "W64")),
]
LOSSY = [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("WAV", "ULAW")]


@pytest.mark.parametrize(("kind", "subtype"), LOSSLESS, ids=str)
def test_every_lossless_kind_is_read_to_the_sample(kind: str, subtype: str) -> None:
    floats = subtype in ("FLOAT", "DOUBLE")
    data = file(TONE / 32768 if floats else TONE, kind, subtype)
    recording = read_recording(data, "tone.wav")
    assert (recording.rate, recording.seconds, recording.heard.done) == (16000, 1, ())
    np.testing.assert_array_equal(sound_of(recording, 16000).samples, TONE)


@pytest.mark.parametrize(("kind", "subtype"), LOSSY, ids=str)
def test_lossy_kinds_come_near(kind: str, subtype: str) -> None:
    heard = sound_of(read_recording(file(kind=kind, subtype=subtype), "tone"), 16000).samples
    middle = TONE[4000:12000].astype(float)
    power, late = np.square(middle).mean(), range(1200)  # an MP3 begins with some silence
    errors = min(np.square(heard[4000 + it :][:8000] - middle).mean() for it in late)
    assert power > 50 * errors


def test_channels_are_averaged_and_it_is_said() -> None:
    both = np.stack([TONE, TONE // 3], axis=1)
    recording = read_recording(file(both), "two.wav")
    assert [str(it) for it in recording.heard.done] == ["2 channels as one"]
    expected = both.astype(np.float64).mean(axis=1) / 32768
    np.testing.assert_allclose(recording.samples, expected, atol=1e-7)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("wanted", RATES)
def test_any_rate_becomes_one_of_two(rate: int, wanted: sounds.Rate) -> None:
    time = np.arange(rate) / rate
    tone = np.rint(9000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)
    sound = sound_of(read_recording(file(tone, rate=rate), "a.wav"), wanted)
    assert sound.seconds == pytest.approx(1, abs=1e-3)
    expected = 9000 * np.sin(2 * np.pi * 440 * np.arange(wanted) / wanted)
    inner = slice(wanted // 10, -wanted // 10)
    np.testing.assert_allclose(sound.samples[inner], expected[inner], atol=40)


def test_resampling_is_scipys() -> None:
    recording = sample_recording("sentence")
    expected = resample_poly(recording.samples, 1, 2) * np.float32(32768)
    np.testing.assert_array_equal(sound_of(recording, 8000).samples, np.rint(expected))


def test_beyond_full_scale_is_cut_off() -> None:
    loud = Recording(np.float32([2, -2, 0.5]), 8000, "loud")
    assert sound_of(loud, 8000).samples.tolist() == [32767, -32768, 16384]


BAD = {
    "empty": (b"", "The file is empty."),
    "text": (b"hello", "This is no sound that can be read"),
    "text with a magic": (b"RIFF\0\0\0\0WAVEjunk", "damaged, or its end is missing"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(99), "This is no sound that can be read"),
    "an mp3 that is none": (b"ID3" + bytes(200), "damaged, or its end is missing"),
    "header only": (file()[:44], "There is not one sample in it."),
    "part of a header": (file()[:30], "damaged, or its end is missing"),
    "no samples": (file(TONE[:0]), "There is not one sample in it."),
    "one sample": (file(TONE[:1]), "There is 1 sample, 0.1 ms: too short to hear."),
    "ten milliseconds": (file(TONE[:160]), "There are 160 samples, 10.0 ms: too short to hear."),
    "0 Hz": (file()[:24] + bytes(4) + file()[28:], "damaged, or its end is missing"),
    "64 channels": (file(np.repeat(TONE[:, None], 64, axis=1)), "has 64 channels; the limit is 32"),
    "a million hertz": (file(rate=999_983), "has 999,983 samples a second; the limit is 384,000"),
    "silence": (file(TONE * 0), "All 1.0 s of it are silent."),
    "next to silence": (file(TONE / 1e9, subtype="FLOAT"), "All 1.0 s of it are silent."),
    "nan": (
        file(np.where(np.arange(16000) == 8000, np.nan, 0.1), subtype="FLOAT"),
        "At 0.500 s there is a sample that is no finite number.",
    ),
    "inf": (
        file(np.where(np.arange(16000) == 4000, np.inf, 0.1), subtype="FLOAT"),
        "At 0.250 s there is a sample that is no finite number.",
    ),
    "too long": (
        file(np.repeat(TONE[:601], 8), rate=8),
        "The sound takes 601 s or more; the limit is 600 s",
    ),
    "cut ogg": (file(kind="OGG", subtype="VORBIS")[:2000], "damaged, or its end is missing"),
    "cut opus": (file(kind="OGG", subtype="OPUS")[:2000], "damaged, or its end is missing"),
    "cut caf": (file(kind="CAF")[:20000], "damaged, or its end is missing"),
    "first block of a flac": (file(kind="FLAC")[:1500], "damaged, or its end is missing"),
    "start of a flac": (file(kind="FLAC")[:60], "damaged, or its end is missing"),
    "too many bytes": (bytes(MAX_BYTES + 1), "The file has 40,000,001 bytes; the limit"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_sound_is_said_in_a_sentence(case: str) -> None:
    data, sentence = BAD[case]
    with pytest.raises(SoundError) as refused:
        read_recording(data, "bad.wav")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "subtype"), [("WAV", "PCM_16"), ("AIFF", "PCM_16"), ("AU", "PCM_16"), ("WAV", "FLOAT")]
)
def test_of_a_file_cut_short_what_is_there_is_heard_and_it_is_said(kind: str, subtype: str) -> None:
    whole = file(TONE / 32768 if subtype == "FLOAT" else TONE, kind, subtype)
    recording = read_recording(whole[: len(whole) * 6 // 10], "cut")
    assert [str(it) for it in recording.heard.done] == ["cut short: 0.6 of 1.0 s are there"]
    heard = sound_of(recording, 16000).samples
    np.testing.assert_array_equal(heard, TONE[: len(heard)])


def test_of_a_flac_cut_short_the_whole_blocks_are_heard() -> None:
    recording = read_recording(file(kind="FLAC")[:4253], "cut.flac")
    [told] = map(str, recording.heard.done)
    assert told.startswith("cut short: 0.")
    heard = sound_of(recording, 16000).samples
    assert len(heard) >= 4096
    np.testing.assert_array_equal(heard, TONE[: len(heard)])


@pytest.mark.parametrize("told", [0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x7FFFF000])
def test_a_streamed_file_that_did_not_know_its_length_is_whole(told: int) -> None:
    data = bytearray(file())
    data[4:8] = data[40:44] = told.to_bytes(4, "little")
    recording = read_recording(bytes(data), "streamed.wav")
    assert (recording.seconds, recording.heard.done) == (1, ())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_samples_far_beyond_full_scale_are_cut_off(rate: int) -> None:
    loud = np.where(np.arange(16000) % 2, 3e38, -3e38)
    sound = sound_of(read_recording(file(loud, rate=rate, subtype="FLOAT"), "loud"), 8000)
    assert len(sound.samples) == length_at(read_recording(file(rate=rate), "tone"), 8000)


def test_m4a_without_av_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(SoundError, match="pip install av"):
        read_recording(b"\0\0\0\x20ftypM4A " + bytes(99), "song.m4a")


@pytest.fixture
def m4a(tmp_path: Path) -> bytearray:
    """A second of a tone whose header comes before its samples."""
    av = pytest.importorskip("av")
    path = tmp_path / "tone.m4a"
    with av.open(str(path), "w", format="ipod", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(TONE[None], format="s16", layout="mono")
        frame.rate = 16000
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return bytearray(path.read_bytes())


def test_m4a_is_read_where_av_is_installed(m4a: bytearray) -> None:
    recording = read_recording(bytes(m4a), "tone.m4a")
    assert (recording.heard.kind, recording.heard.done) == ("M4A", ())
    assert recording.seconds == pytest.approx(1, abs=0.2)
    with pytest.raises(SoundError, match="damaged"):
        read_recording(bytes(m4a[:200]), "tone.m4a")


def test_of_an_m4a_cut_short_or_damaged_what_comes_before_is_heard(m4a: bytearray) -> None:
    middle = m4a.find(b"mdat") + (len(m4a) - m4a.find(b"mdat")) // 2
    damaged = bytes(m4a[:middle]) + b"\xff" * (len(m4a) - middle)
    for data in (bytes(m4a[:middle]), damaged):
        recording = read_recording(data, "tone.m4a")
        [told] = map(str, recording.heard.done)
        assert told.startswith("cut short: 0.")
        assert 0.2 < recording.seconds < 0.8


def test_an_m4a_that_is_locked_says_so(m4a: bytearray) -> None:
    locked = m4a.replace(b"mp4a", b"drms", 1)
    samples = locked.find(b"mdat") + 4
    locked[samples:] = b"\xff" * (len(locked) - samples)
    with pytest.raises(SoundError, match="locked by its seller"):
        read_recording(bytes(locked), "bought.m4p")


def test_an_m4a_is_not_decoded_beyond_the_limit(
    m4a: bytearray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "MAX_SECONDS", 0)
    with pytest.raises(SoundError, match="takes 0 s or more; the limit is 0 s"):
        read_recording(bytes(m4a), "tone.m4a")


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_there_and_the_same_each_time(name: str) -> None:
    first, again = (sound_of(sample_recording(name), 16000) for _ in range(2))
    assert first.digest == again.digest
    assert 4 < first.seconds < 8
    assert np.abs(first.samples.astype(int)).max() > 5000


def test_there_is_no_other_sample() -> None:
    with pytest.raises(SoundError, match="There is no sample 'noise'"):
        sample_recording("noise")


def test_a_sound_is_known_by_rate_and_samples() -> None:
    one, other = (Sound(TONE[:n], 8000, "x") for n in (100, 101))
    assert one.digest != other.digest
    assert one.digest != Sound(TONE[:100], 16000, "x").digest
    assert one.digest == Sound(TONE[:100], 8000, "y").digest


@pytest.mark.parametrize(
    ("samples", "rate"),
    [(TONE.astype(float), 8000), (TONE[None], 8000), (TONE, 44100), (TONE[:0], 8000)],
)
def test_other_arrays_are_no_sound(samples: np.ndarray, rate: sounds.Rate) -> None:
    with pytest.raises(ValueError, match=r"a sound is int16 of shape \(n,\) at 8000 or 16000 Hz"):
        Sound(samples, rate, "")


def test_names_and_beginnings_tell_sounds_from_others() -> None:
    sounds_of_av = (b"", "a.m4a"), (b"", "a.m4p")
    for data, name in ((b"", "a.FLAC"), (b"fLaC", ""), (file(), "a"), *sounds_of_av):
        assert is_sound(data, name)
    for data, name in ((b"RIFF\0\0\0\0WEBP", "a.webp"), (b"\x89PNG", "a.png"), (b"1,2", "a.csv")):
        assert not is_sound(data, name)
