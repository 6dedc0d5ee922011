"""Tests of words: every id has its text, every text its fields, and the plural forms."""

import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from vqcore import words
from vqcore.words import bracketed, catalog, kept, language, said, say, speak, texts, why

FIELD = re.compile(r"\{[^{}]*\}")
NAMES = re.compile(
    r"\b(PSNR|SSIM|SNR|MSE|STOI|RGB|YCbCr|bpp|kHz|kbit/s|JPEG|GSM|Opus|Vorbis|VQ Lab|k-means|"
    r"scikit-learn|Enter|Esc)\b"
)
"""What is written alike in every language."""


@pytest.fixture
def test_language(monkeypatch):
    monkeypatch.setattr(words, "_language_now", lambda: "test")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 blocks"), (1, "1 block"), (2, "2 blocks"), (1234, "1\u202f234 blocks")],
)
def test_plural_goes_by_the_number_and_digits_stand_in_threes(number, text):
    assert say("count.block", n=number) == text


def test_an_unknown_id_and_a_missing_field_are_errors():
    with pytest.raises(KeyError):
        say("no.such.text", n=1)
    with pytest.raises(KeyError):
        say("count.block")


def test_an_unknown_language_is_english(monkeypatch):
    monkeypatch.setattr(words, "_language_now", lambda: "xx")
    assert language() == "en"
    assert say("count.block", n=1) == "1 block"


def test_whoever_speaks_last_chooses_the_language(monkeypatch):
    monkeypatch.setattr(words, "_language_now", words._language_now)
    speak(lambda: "test")
    assert say("count.block", n=2) == "2 [blocks]"


def test_what_is_kept_is_made_in_its_language_wherever_that_is(monkeypatch):
    monkeypatch.setattr(words, "_language_now", lambda: "test")
    make = kept(lambda: say("count.block", n=2))
    monkeypatch.setattr(words, "_language_now", lambda: "en")
    with ThreadPoolExecutor() as elsewhere:
        assert elsewhere.submit(make).result() == make() == "2 [blocks]"
    assert say("count.block", n=2) == "2 blocks"


def test_test_language_has_each_word_of_each_text_in_brackets(test_language):
    for name, text in catalog("test").items():
        assert bracketed(catalog("en")[name]) == text
    assert say("count.byte", n=1) == "1 [byte]"


def fields_of(text):
    """Return the fields of a text with what they are formatted by: {"{psnr_db:.2f}"}."""
    return {*FIELD.findall(text)}


def english_words(text):
    """Return the words of a text that are no fields, no names and no units."""
    return re.findall(r"[^\W\d_]{3,}", NAMES.sub("", FIELD.sub("", text)))


def test_fields_and_english_words_are_read():
    text = "Said of {near[0]} at {psnr_db:.2f} dB by JPEG"
    assert fields_of(text) == {"{near[0]}", "{psnr_db:.2f}"}
    assert english_words(text) == ["Said"]


@pytest.mark.parametrize("other", sorted({*words.LANGUAGES} - {words.DEFAULT}))
def test_a_language_has_each_text_of_english_with_its_fields(other):
    told, english = catalog(other), catalog(words.DEFAULT)
    assert [*english.keys() - told.keys()] == [], "missing"
    assert [*told.keys() - english.keys()] == [], "superfluous"
    assert [it for it in told if fields_of(told[it]) != fields_of(english[it])] == []
    alike = [it for it in told if told[it] == english[it]]
    assert [it for it in alike if english_words(told[it])] == [], "not translated"


@pytest.mark.parametrize(("name", "tag"), [("en", "en"), ("test", "en"), ("zh", "zh-Hans")])
def test_browsers_know_a_language_by_its_tag(monkeypatch, name, tag):
    monkeypatch.setattr(words, "_language_now", lambda: name)
    assert words.tag() == tag


def test_rooms_are_given_whole():
    given = texts("count", "colour")
    assert given["count.block.one"] == "{n} block"
    assert given.keys() == {it for it in catalog("en") if it.startswith(("count.", "colour."))}


def test_infinite_numbers_are_signs():
    assert "have ∞ dB more" in say("verdict.gap.none", gap_db=float("inf"))
    assert say("delta.psnr", psnr_db=float("-inf"), low=1.0, high=2.0).startswith("−∞ dB (1.000")


def test_what_is_said_comes_into_words_when_it_is_read(monkeypatch):
    inner = said("count.byte", n=1234)
    error = ValueError(said("refusal.picture.damaged", kind="PNG", reason=inner))
    assert str(error) == "The PNG file is damaged or incomplete (1\u202f234 bytes)."
    monkeypatch.setattr(words, "_language_now", lambda: "test")
    told = "[The] PNG [file] [is] [damaged] [or] [incomplete] (1\u202f234 [bytes])."
    assert str(error) == str(why(error)) == told


@pytest.mark.parametrize(("name", "told"), [("en", "(PNG, JPEG)."), ("zh", "（PNG、JPEG）。")])
def test_names_stand_one_after_another_as_the_language_has_it(monkeypatch, name, told):
    monkeypatch.setattr(words, "_language_now", lambda: name)
    assert say("refusal.picture.unknown", formats=("PNG", "JPEG")).endswith(told)


def test_what_is_said_can_be_a_key_and_be_sent_to_other_processes():
    later = said("done.frames", frames=2)
    assert {later: 1}[said("done.frames", frames=2)] == 1
    assert later != said("done.frames", frames=3)
    assert pickle.loads(pickle.dumps(later)) == later
    sent = pickle.loads(pickle.dumps(ValueError(later)))
    assert str(sent) == "first of 2 frames"
