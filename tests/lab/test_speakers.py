"""Tests of a line-up: it tells what the command tells, once, of all of whom enough is heard."""

from itertools import islice

import numpy as np
import pytest
from helpers import voice

from vqcore.lab.identification import identify, voice_of
from vqcore.lab.speakers import LineUp, line_up
from vqcore.lab.store import Store
from vqcore.show import soundpanels
from vqcore.signals.sounds import Recording, sound_of

KINDS = "low", "high"


def recorded(name: str, seed: int, seconds: float = 2.0) -> Recording:
    samples = voice(name, seed, seconds).samples / np.float32(32768)
    return Recording(samples, 8000, f"{name}{seed}.wav")


EVERY = {it.name: it for kind in KINDS for seed in (1, 2, 9) for it in [recorded(kind, seed)]}
VOICES = [name for name in EVERY if "9" not in name]
FAINT = Recording(np.repeat(np.float32([0, 0.5, 0]), [8000, 800, 8000]), 8000, "faint.wav")


def of(every: dict[str, Recording] = EVERY, voices: list[str] = VOICES, size: int = 8) -> LineUp:
    return line_up(every, voices, rate=8000, size=size, seed=1, store=Store(2**24))


def listened(it: LineUp) -> LineUp:
    for _ in it.listening():
        pass
    return it


def told(it: LineUp) -> str:
    return " ".join(filter(None, soundpanels.told_of_speakers(it)))


def test_it_tells_what_the_command_tells() -> None:
    sounds = {name: sound_of(it, 8000) for name, it in EVERY.items()}
    own = {kind: [sounds[f"{kind}1.wav"], sounds[f"{kind}2.wav"]] for kind in KINDS}
    voices = {kind: voice_of(some, 8, seed=1) for kind, some in own.items()}
    found = listened(of()).found
    assert found == [identify(sounds[f"{kind}9.wav"], voices) for kind in KINDS]
    assert [it.nearest for it in found] == list(KINDS)


def test_it_is_found_out_once_and_can_be_stopped_at_any_time() -> None:
    whole = listened(of()).found
    it, turns = of(), 1
    while len(it.found) < len(whole):
        begun = it.listening()
        assert list(islice(begun, turns))
        begun.close()
        turns += 1
    assert it.found == whole
    assert list(it.listening()) == []


def test_of_whom_too_little_is_heard_is_left_out_and_the_others_go_on() -> None:
    every = EVERY | {"low3.wav": FAINT, "faint.wav": FAINT}
    it = listened(of(every, [*VOICES, "low3.wav"]))
    assert it.found == listened(of()).found
    assert "Left out, as less than 0.2 s is heard: low3\\.wav, faint\\.wav." in told(it)


def test_the_table_has_a_column_a_voice_and_names_the_nearest() -> None:
    it = of()
    assert soundpanels.speakers_table(it) is None
    table = soundpanels.speakers_table(listened(it))
    headings = [heading for heading, _ in table.columns.values()]
    assert headings == ["Test", "Heard (s)", "Nearest", *KINDS]
    for row, kind, found in zip(table.rows, KINDS, it.found, strict=True):
        cells = list(row.values())
        assert cells == [f"{kind}9.wav", 2.0, kind, *found.distortions.values()]
    assert told(it).startswith("2 of 2 tests named after a speaker went to that speaker.")
    assert "low speaks in low1\\.wav, low2\\.wav." in told(it)


@pytest.mark.parametrize(
    ("voices", "lacking"),
    [
        (VOICES, None),
        (["low1.wav", "low2.wav"], "Choose the voices of two speakers or more."),
        ([], "Choose the voices of two speakers or more."),
        ([*EVERY], "Every sound is a voice now: take the choice from one, and it is a test."),
    ],
)
def test_what_is_lacking_is_said(voices: list[str], lacking: str | None) -> None:
    assert soundpanels.what_a_line_up_lacks(of(EVERY, voices)) == lacking


def test_too_few_sounds_ask_for_more() -> None:
    few = {name: EVERY[name] for name in ("low1.wav", "high1.wav")}
    for voices in ([], ["low1.wav"], [*few]):
        lacking = soundpanels.what_a_line_up_lacks(of(few, voices))
        assert lacking.startswith("It takes two speakers or more, and a sound to test: upload")
