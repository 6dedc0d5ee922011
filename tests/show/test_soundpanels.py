"""What the panels of sounds show of health: sentences, charts, tables, the page's layer."""

import json
import math
from functools import cache

import pytest

from vqcore.coding.soundcodec import SoundSettings
from vqcore.lab.climb import examining, holding_out, known_healths, known_held_out, sweeping
from vqcore.lab.soundstudy import SoundStudy, borrowing
from vqcore.lab.store import Store
from vqcore.show.soundpanels import health_charts, health_sentences, health_table, transfers_table
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.viewer.hearing import health_bytes


@cache
def spoken(start: int, end: int, name: str) -> Sound:
    return Sound(sound_of(sample_recording("sentence"), 8000).samples[start:end], 8000, name)


def words() -> Sound:
    return spoken(8000, 12000, "words")


@pytest.fixture(scope="module")
def study() -> SoundStudy:
    study = SoundStudy(words(), SoundSettings(4), (1, 4, 256), Store(10**8))
    list(sweeping(study))
    return study


@pytest.fixture(scope="module")
def examined(study: SoundStudy) -> SoundStudy:
    for work in examining(study), holding_out(study):
        list(work)
    return study


def test_nothing_is_said_before_it_is_known() -> None:
    study = SoundStudy(words(), SoundSettings(4), (1, 2), Store(10**8))
    list(sweeping(study))
    assert health_bytes(study, health_sentences) == b""
    assert health_sentences(study, 2) == []
    assert transfers_table(study, words()) is None


def test_sentences_are_of_vectors_of_a_sound(examined: SoundStudy) -> None:
    health, out = known_healths(examined)[256], known_held_out(examined)[256]
    told = health_sentences(examined, 256)
    assert told[0] == "Every codeword is in use."
    assert "vectors a codeword (median): starved; it copies vectors." in told[1]
    assert told[2].startswith(f"Perplexity {health.perplexity:.1f} of 256, entropy")
    share = f"The codebook is {100 * health.codebook_share:.0f} % of the file"
    assert told[3] == f"{share}: it weighs, but gains and indices weigh more."
    first, second = health.nearest_pair.first, health.nearest_pair.second
    assert told[4].startswith(f"The nearest codewords, {first} and {second}, differ by")
    assert "levels, where a frame has an RMS of 28" in told[4]
    assert told[-1].startswith(f"Vectors that were not trained on have {out.gap_db:.2f} dB less")
    alone, _ = health_sentences(examined, 1)
    assert alone == "One codeword stands for every vector: there is nothing to judge yet."


def test_charts_and_table_have_every_size(examined: SoundStudy) -> None:
    perplexity, halves = health_charts(examined)
    assert list(perplexity.figure.data[1].y) == [
        it.perplexity for it in known_healths(examined).values()
    ]
    trained, others = halves.figure.data
    assert list(trained.y) == [it.trained_snr_db for it in known_held_out(examined).values()]
    assert list(others.y) == [it.others_snr_db for it in known_held_out(examined).values()]
    assert perplexity.area == halves.area is not None
    assert "scaled samples" in halves.caption
    rows = {row["codebook_size"]: row for row in health_table(examined).rows}
    assert [*rows] == [1, 4, 256]
    assert rows[256]["gap_db"] == known_held_out(examined)[256].gap_db
    assert rows[4]["nearest_levels"] == known_healths(examined)[4].nearest_pair.difference


def test_the_page_gets_shares_and_sentences_of_a_sound(examined: SoundStudy) -> None:
    data = health_bytes(examined, health_sentences)
    told = json.loads(data[8 : 8 + int.from_bytes(data[:4], "little")])
    assert (told["kind"], told["of"], told["heard"]) == ("health", examined.sweep_id, True)
    assert [it["size"] for it in told["sizes"]] == [1, 4, 256]
    assert told["sizes"][2]["verdicts"] == health_sentences(examined, 256)


def test_a_lent_codebook_stands_beside_the_own(study: SoundStudy) -> None:
    other = spoken(20000, 26000, "a_b")
    list(borrowing(study, other))
    table = transfers_table(study, other)
    assert table.caption.endswith(r"and with those trained on a\_b.")
    for row in table.rows:
        own = study.steps[row["codebook_size"]].figures.snr_db
        assert row["own_snr_db"] == own
        assert math.isclose(row["loss_db"], own - row["lent_snr_db"])
