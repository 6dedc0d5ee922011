"""Tests of soundrivals: codecs come to what is known of them, and ours stand beside them."""

import io

import numpy as np
import pytest
import soundfile

from vqcore.coding.soundcodec import SoundSettings
from vqcore.lab.climb import sweeping
from vqcore.lab.soundrivals import RIVALS, SOUND_CODECS, SoundRival, rivals_work, stored
from vqcore.lab.soundstudy import SoundStudy, encoding, known_rivals, relatives
from vqcore.lab.store import Store
from vqcore.show.soundpanels import rate_chart
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.work import finish

SENTENCE = sound_of(sample_recording("sentence"), 8000)
WORDS = Sound(SENTENCE.samples[4000:14000], 8000, "words")


def found(codec: str) -> list[SoundRival]:
    return finish(rivals_work(SENTENCE, codec))


@pytest.mark.parametrize(
    ("codec", "kbps", "snr_db"), [("g711", 64, 37.3), ("g721", 32, 23.6), ("g723", 24, 19.2)]
)
def test_telephone_codecs_come_to_what_is_known_of_them(
    codec: str, kbps: float, snr_db: float
) -> None:
    [rival] = found(codec)
    assert rival.file_kbps == pytest.approx(kbps, rel=0.005)
    assert rival.snr_db == pytest.approx(snr_db, abs=0.3)


def test_what_is_made_for_ears_is_understood_at_any_snr() -> None:
    every = found("opus")
    assert all(it.stoi > 0.9 for it in every)
    assert min(it.snr_db for it in every) < 10


@pytest.mark.parametrize("codec", [it for it in SOUND_CODECS if RIVALS[it].levels])
def test_a_higher_level_takes_fewer_bytes_and_is_further_off(codec: str) -> None:
    every = found(codec)
    assert [it.level for it in every] == sorted(RIVALS[codec].levels)
    for figure, order in (("file_bytes", -1), ("spectral_db", 1)):
        values = [order * getattr(it, figure) for it in every]
        assert values == sorted(values)


@pytest.mark.parametrize("codec", SOUND_CODECS)
def test_figures_are_those_of_the_file(codec: str) -> None:
    rival = found(codec)[-1]
    file = stored(SENTENCE, codec, rival.level)
    samples, rate = soundfile.read(io.BytesIO(file), dtype="int16")
    length = len(SENTENCE.samples)
    assert (rival.file_bytes, rate) == (len(file), 8000)
    errors = SENTENCE.samples - np.resize(samples, length).astype(float)
    assert rival.mse == pytest.approx(np.square(errors).mean())


def test_a_codec_that_is_not_there_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise soundfile.LibsndfileError(1)

    monkeypatch.setattr(soundfile, "write", fails)
    assert found("mp3") == []


def test_by_an_snr_stand_only_those_that_keep_the_waveform() -> None:
    study = SoundStudy(WORDS, SoundSettings(), (1, 4), Store(10**8))
    list(sweeping(study))
    list(encoding(study, ("g711", "opus")))
    assert [*known_rivals(study, "g711")] != []
    others = relatives(study)
    assert [it.settings.family for it in others] == ["residual", "gain-shape", "tree"]
    list(sweeping(others[0]))
    names = {
        measure: [trace.name for trace in rate_chart(study, others, measure).figure.data]
        for measure in ("snr_db", "stoi")
    }
    ours = ["Plain, fixed length", "Plain, files", "Residual, files"]
    assert names["snr_db"] == [*ours, "G.711 (μ-law)"]
    assert names["stoi"] == [*ours, "G.711 (μ-law)", "Opus"]
