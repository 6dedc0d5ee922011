"""What is heard of a sound, and how it is compared, in a real Chromium."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from vqcore.coding.soundcodec import SoundSettings
from vqcore.coding.soundcontainer import parse_sound
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.lab.spectralsweeps import (
    SpectralSettings,
    SpectralStep,
    heard_through,
    sweep_spectra,
)
from vqcore.signals.sounds import Sound, file_of, sample_recording, sound_of
from vqcore.signals.spectra import analysed

SOUND = "?signal=sound&largest=8&k=8"
SENTENCE = sound_of(sample_recording("sentence"), 8000)


def taken(visitor, button):
    with visitor.page.expect_download() as download:
        button.click()
    return Path(download.value.path()).read_bytes()


def track(visitor, side):
    return visitor.page.locator(f".hearing [data-side={side}]")


def heard(visitor, side):
    """The samples that a side saves."""
    data = taken(visitor, track(visitor, side).get_by_role("button", name="Save WAV"))
    samples, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    assert rate == 8000
    return samples


def seconds(visitor):
    return float(visitor.page.locator(".hearing .time").inner_text().split()[0])


def wait_until_after(visitor, place):
    """Wait until it has played on to a place."""
    for _ in range(200):
        if seconds(visitor) > place:
            return
        visitor.page.wait_for_timeout(50)
    raise AssertionError(f"it stands at {seconds(visitor)} s")


def test_every_k_is_decoded_in_the_page_without_asking(visitor):
    visitor.open(SOUND)
    expect(track(visitor, "b").locator(".what")).to_have_text("K = 8")
    np.testing.assert_array_equal(heard(visitor, "a"), SENTENCE.samples)
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    events = sweep_sound(SENTENCE, SoundSettings(), [1, 2, 4, 8])
    slider = track(visitor, "b").locator(".size")
    for place, step in enumerate(it for it in events if isinstance(it, SoundStep)):
        slider.fill(str(place + 1))
        expect(track(visitor, "b").locator(".what")).to_have_text(f"K = {step.codebook_size}")
        told = track(visitor, "b").locator(".figures")
        expect(told).to_contain_text(f"SNR {step.figures.snr_db:.2f} dB")
        np.testing.assert_array_equal(heard(visitor, "b"), step.encoded.decode())
    assert [url for url in asked if not url.startswith("blob:")] == []


def test_it_plays_switches_and_goes_on_where_it_was(visitor):
    visitor.open(SOUND)
    page = visitor.page
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until_after(visitor, 0.3)
    before = seconds(visitor)
    page.keyboard.press("x")
    expect(track(visitor, "a")).to_have_class("track heard")
    track(visitor, "b").locator(".size").fill("1")
    wait_until_after(visitor, before + 0.3)
    page.get_by_role("button", name="Play", exact=True).click()
    stopped = seconds(visitor)
    page.wait_for_timeout(200)
    assert seconds(visitor) == stopped
    canvas = track(visitor, "a").locator(".wave")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".hearing .time")).to_contain_text(f"{stopped + 0.1:.2f} of 7.10 s")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 2, "y": 20})
    assert seconds(visitor) == pytest.approx(3.55, abs=0.02)
    for key in ("i", "ArrowRight", "o", "Shift+ArrowRight"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Loop").click()  # what was selected from I to O, by keys
    assert seconds(visitor) == pytest.approx(3.55, abs=0.02)
    head = track(visitor, "b").locator(".playhead").bounding_box()
    assert head["x"] + 1 == pytest.approx(box["x"] + box["width"] / 2, abs=2)


def test_a_codeword_s_places_light_up_and_are_heard_alone(visitor):
    visitor.open(SOUND)
    page = visitor.page
    page.get_by_text("Codewords of side B").click()
    alone = page.get_by_role("button", name="Hear these alone")
    expect(alone).to_be_disabled()
    words = page.locator(".hearing .words")
    words.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    events = sweep_sound(SENTENCE, SoundSettings(), [8])
    [step] = (it for it in events if isinstance(it, SoundStep))
    use = step.encoded.use[0]
    second = int(np.argsort(-use, kind="stable")[1])
    told = page.locator(".hearing .wordbook .told")
    expect(told).to_have_text(f"Codeword {second}: {use[second]:,} places.".replace(",", "\u202f"))
    whole = heard(visitor, "b")
    alone.click()
    part = heard(visitor, "b")
    of = np.repeat(step.encoded.indices[:, 0] == second, 4)[: len(whole)]
    np.testing.assert_array_equal(part, np.where(of, whole, 0))


def test_an_upload_is_heard_and_taken_away(visitor):
    visitor.open(f"{SOUND}&sound-panel=files")
    words = SENTENCE.samples[8000:16000]
    name, data = "my words.flac", file_of(words, 8000, "FLAC")
    files = [
        {"name": name, "mimeType": "audio/flac", "buffer": data},
        {"name": "bad.wav", "mimeType": "audio/wav", "buffer": b"hello"},
    ]
    visitor.page.locator("input[type=file]").set_input_files(files)
    visitor.settle()
    expect(visitor.page.get_by_role("heading", name=name)).to_be_visible()
    visitor.settle()  # until then the files of the sound before can be taken
    expect(visitor.page.get_by_role("alert")).to_contain_text("This is no sound that can be read")
    np.testing.assert_array_equal(heard(visitor, "a"), words)
    file = taken(visitor, visitor.page.get_by_role("button", name="Compressed (.vq)"))
    np.testing.assert_array_equal(parse_sound(file).decode(), heard(visitor, "b"))
    page = taken(visitor, visitor.page.get_by_role("button", name="Report (HTML)"))
    assert page.count(b"<audio controls") == 2


def step_of(samples, **settings):
    """What comes of samples at 8 kHz at one K."""
    sound, size = Sound(samples, 8000, ""), settings.pop("size")
    events = sweep_sound(sound, SoundSettings(**settings), [size])
    return next(it for it in events if isinstance(it, SoundStep))


def test_a_vq_is_heard_beside_its_original_and_lends_its_codebook(visitor):
    first, second = SENTENCE.samples[8000:16000], SENTENCE.samples[24000:32000]
    step = step_of(first, size=16, family="residual", dimension=8)
    file = step.file
    damaged = file[:-1] + bytes([file[-1] ^ 1])
    visitor.bring(f"{SOUND}&sound-panel=sounds", ("a.vq", file))
    page = visitor.page
    expect(track(visitor, "a")).to_be_hidden()
    expect(track(visitor, "b").locator(".what")).to_have_text("K = 16")
    expect(track(visitor, "b").locator(".figures")).not_to_contain_text("SNR")
    np.testing.assert_array_equal(heard(visitor, "b"), step.encoded.decode())
    assert visitor.barriers() == []
    assert "needs=a.vq" in page.url

    wavs = {"first.wav": file_of(first, 8000), "second.wav": file_of(second, 8000)}
    files = [
        {"name": name, "mimeType": "", "buffer": it}
        for name, it in {"bad.vq": damaged, **wavs}.items()
    ]
    page.locator("input[type=file]").set_input_files(files)
    visitor.settle()
    expect(page.get_by_role("alert")).to_contain_text("bad.vq: The .vq file is damaged")
    expect(track(visitor, "b").locator(".figures")).to_contain_text(
        f"SNR {step.figures.snr_db:.2f} dB"
    )
    expect(track(visitor, "a").locator(".figures")).to_contain_text("first.wav")
    np.testing.assert_array_equal(heard(visitor, "a"), first)
    np.testing.assert_array_equal(heard(visitor, "b"), step.encoded.decode())

    choose(visitor, "Sound", "second.wav")
    page.get_by_text("One codebook for all").click()
    visitor.settle()
    joint = taken(visitor, page.get_by_role("button", name="This sound with it (.vq)"))
    assert parse_sound(joint).layout.samples == 8000
    page.get_by_role("radio", name="Another codebook").click()
    visitor.settle()
    lent = taken(visitor, page.get_by_role("button", name="a.vq: compressed (.vq)"))
    page.get_by_role("button", name="Show it on side B").click()
    expect(track(visitor, "b").locator(".what")).to_have_text("With a.vq")
    visitor.settle()
    np.testing.assert_array_equal(heard(visitor, "b"), parse_sound(lent).decode())


def choose(visitor, name, option):
    visitor.page.get_by_role("combobox", name=name).click()
    visitor.page.get_by_role("option", name=option, exact=True).click()
    visitor.settle()


@pytest.mark.parametrize(
    "visitor",
    [
        {"viewport": {"width": 1440, "height": 1000}},
        {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"},
    ],
    indirect=True,
    ids=["wide", "narrow and dark"],
)
def test_everybody_can_use_it(visitor):
    visitor.open(f"{SOUND}&sound-panel=health")
    expect(visitor.page.locator(".verdicts")).to_contain_text("Vectors that were not trained on")
    worst = visitor.page.locator(".worst button").first
    index = worst.inner_text().partition(":")[0]
    worst.press("Enter")
    expect(visitor.page.locator(".wordbook .told")).to_contain_text(f"Codeword {index}: ")
    assert visitor.barriers() == []
    track(visitor, "b").locator(".size").fill("3")
    expect(visitor.page.locator(".health .size")).to_have_text("K = 4")
    wide = "() => document.documentElement.scrollWidth <= innerWidth"
    assert visitor.page.evaluate(wide)


def test_a_sound_is_heard_through_quantized_spectra(visitor):
    visitor.open("?signal=sound&sound-kind=spectra&spectral-panel=envelopes&largest=8&k=8")
    expect(track(visitor, "b").locator(".what")).to_have_text("K = 8")
    np.testing.assert_array_equal(heard(visitor, "a"), SENTENCE.samples)
    spectra = analysed(SENTENCE)
    events = sweep_spectra(spectra, SpectralSettings(), [1, 2, 4, 8])
    slider = track(visitor, "b").locator(".size")
    for place, step in enumerate(it for it in events if isinstance(it, SpectralStep)):
        slider.fill(str(place + 1))
        told = track(visitor, "b").locator(".figures")
        expect(told).to_contain_text(f"spectral distortion {step.figures.distortion_db:.2f}")
        np.testing.assert_array_equal(heard(visitor, "b"), heard_through(spectra, step.encoded))
    assert visitor.page.locator(".js-plotly-plot").count() == 1
    assert visitor.barriers() == []
