"""The dashboard's logic, through streamlit's own test runner."""

import io
import json
import math
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from helpers import link_to, photograph, smooth_picture, vectors_of, voice
from PIL import Image
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, local_script_runner

from vqcore import words
from vqcore.codebooks.codebook import Codebook, nearest
from vqcore.codebooks.textbook import Rules, runs_work
from vqcore.codebooks.training import Trained, train
from vqcore.coding.codebookfile import SharedCodebook, pack_codebook
from vqcore.coding.codec import Settings
from vqcore.lab.contest import point_run_work, run_work
from vqcore.lab.cosine import cosines_work
from vqcore.lab.health import health_work
from vqcore.lab.heldout import HeldOut, held_out, transfer_work
from vqcore.lab.plane import first_codewords, lloyd_path, pair_density
from vqcore.lab.playback import frames_work
from vqcore.lab.pointreplay import point_frames_work
from vqcore.lab.pointstudy import PointStudy, examining, holding_out, sweeping
from vqcore.lab.pointsweeps import PointSettings
from vqcore.lab.rivals import RIVALS, largest_within, rival_file, same_psnr
from vqcore.lab.sharing import use_work
from vqcore.lab.store import Store
from vqcore.lab.sweeps import Step, cut_for, sweep
from vqcore.metrics import mse, psnr_db
from vqcore.quantizers import plain
from vqcore.quantizers.family import FAMILIES
from vqcore.show import pointpanels
from vqcore.show.links import short_digest
from vqcore.show.provenance import provenance_of
from vqcore.show.reproduce import command_line, python_lines
from vqcore.show.verdicts import health_row
from vqcore.show.wording import decibels, kilobytes, sound_name
from vqcore.signals.pictures import png_bytes, read_picture
from vqcore.signals.points import read_points
from vqcore.signals.sounds import SAMPLES as SOUND_SAMPLES
from vqcore.signals.sounds import file_of
from vqcore.signals.sources import made
from vqcore.words import say
from vqcore.work import finish

APP = Path(__file__).parents[1] / "app.py"
SMALL = {"block": "8", "largest": "8"}
REFERENCES = ["scalar (reference)", "DCT (reference)"]


@pytest.fixture(scope="module", autouse=True)
def _quick():
    """Do once what each run of an AppTest does anew; show every other pixel of the samples."""
    waited = local_script_runner.require_widgets_deltas

    def joined(runner, timeout):
        """Wait for a run's end without looking up a thousand times a second."""
        runner._script_thread.join(timeout)
        waited(runner, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", joined)
        patch.setattr(plain, "trained_codebooks", trained_once(plain.trained_codebooks))
        name = "scan_component_manifests"  # looks through all installed packages: there are none
        patch.setattr(manifest_scanner, name, cache(getattr(manifest_scanner, name)))
        compiled = ScriptCache()
        patch.setattr(local_script_runner, "ScriptCache", lambda: compiled)
        patch.setattr("vqcore.signals.pictures.sample_picture", sample_picture)
        patch.setattr("vqcore.show.visit.let_load", lambda seconds: None)
        yield


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    """Forget what was found out, and which language is spoken."""
    monkeypatch.setattr(words, "_language_now", words._language_now)
    yield
    st.cache_resource.clear()


def sample_picture(name):
    return photograph(name, 2)


def trained_once(train):
    """What trains codebooks, and gives again what it has trained to the end before."""
    trained = {}

    def again(vectors, sizes, *, known, **how):
        words = [it.codewords.tobytes() for it in known.values()]
        key = (vectors.tobytes(), *vectors.shape, *sizes, *known, *words, *how.values())
        if key in trained:
            yield from trained[key]
            return
        events = []
        for event in train(vectors, sizes, known=known, **how):
            events.append(event)
            yield event
        trained[key] = events

    return again


def opened(**query):
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params.update(SMALL | query)
    return sound(app.run())


@cache
def seen(**query):
    """A page for tests that look at it and do nothing else."""
    return opened(**query)


def sound(app):
    assert not app.exception, app.exception[0].stack_trace
    return app


def upload(app, *files):
    app.file_uploader[0].set_value([(name, data, "image/png") for name, data in files])
    return sound(app.run())


def brought(*files, **query):
    """A page that was opened by a link to a file, and showed nothing else before it came."""
    return upload(opened(**query | link_to(*files)), *files)


def components(app, name):
    """What our components of a name got, in their order on the page."""
    every = (it.proto for it in app.get("bidi_component"))
    return [proto for proto in every if proto.component_name == name]


def headers(data):
    """What heads each layer of a message."""
    while data:
        header, body = (int.from_bytes(data[at : at + 4], "little") for at in (0, 4))
        yield json.loads(data[8 : 8 + header])
        data = data[8 + header + body :]


def header(data):
    [only] = headers(data)
    return only


def layers(app):
    """What heads each layer that the page has, in their order."""
    return [each for it in components(app, "vq_layer") for each in headers(it.bytes)]


def figures(app):
    """All figures of the chosen K."""
    return shown(app)["every"]


def shown(app):
    """What the viewer shows of the chosen K."""
    size = viewer(app)["size"]
    known = [each for it in layers(app) if it["kind"] == "figures" for each in it["sizes"]]
    return next(it for it in known if it["size"] == size)


def viewer(app):
    """What the script tells the viewer."""
    return json.loads(components(app, "vq_viewer")[0].json)


def facts(app):
    return next(text.value for text in app.markdown if "uncompressed" in text.value)


def curve(app, place, name=""):
    """The x and y of a chart's line."""
    spec = json.loads(app.get("plotly_chart")[place].proto.spec)
    lines = [trace for trace in spec["data"] if "lines" in trace["mode"]]
    line = next(trace for trace in lines if trace.get("name", "") == name)
    return line["x"], line["y"]


def points(name, settings, sizes):
    events = sweep(sample_picture(name), settings, sizes)
    return {event.point.codebook_size: event.point for event in events if isinstance(event, Step)}


def noise(height, width):
    return np.random.default_rng(height * width).integers(0, 256, (height, width), dtype=np.uint8)


def test_opens_on_a_sample_already_swept():
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["largest"] = "8"
    sound(app.run())
    assert app.header[0].value == "camera"
    swept = points("camera", Settings(4, "gray"), [1, 2, 4, 8])
    assert curve(app, 0) == ([1, 2, 4, 8], [point.psnr_db for point in swept.values()])
    sound(app.selectbox(key="picture").set_value("chelsea").run())
    assert "RGB" in facts(app)
    assert "blocks of 4 × 4" in facts(app)


def test_nothing_stands_above_the_name():
    """Streamlit shows what stands alone on a line of the script, even a docstring."""
    first = seen().main.children[0]
    assert [it.type for it in first.children.values()] == ["header", "markdown"]


def test_explanation_counts_the_bits_of_a_whole_block():
    facts = viewer(opened(picture="chelsea"))["facts"]
    assert {name: str(text).replace("\u202f", "") for name, text in facts.items()} == {
        "blocks": "551 blocks", "size": "8 × 8", "bits": "1536", "dimension": "192",
    }  # fmt: skip


def test_figures_are_those_of_the_sweep():
    app = opened(picture="camera", k="4")
    point = points("camera", Settings(colour="gray"), [1, 2, 4])[4]
    shown = figures(app)
    assert shown["psnr_db"] == f"{point.psnr_db:.2f} dB"
    assert shown["ssim"] == f"{point.ssim:.4f}"
    assert shown["nominal_ratio"] == "256:1"
    assert shown["file_bytes"] == f"{point.file_bytes} B"
    assert shown["file_ratio"] == f"{256 * 256 / point.file_bytes:.4g}:1"
    assert shown["rate_bpp"] == f"{8 * point.file_bytes / 256**2:.4f} bpp"
    assert shown["codebook_bytes"] == "256 B"
    assert shown["used_codewords"] == "4 of 4"


def test_charts_hold_the_points_of_the_sweep():
    app = seen(picture="camera")
    swept = points("camera", Settings(colour="gray"), [1, 2, 4, 8])
    assert curve(app, 0) == ([1, 2, 4, 8], [point.psnr_db for point in swept.values()])
    nominal = [swept[size].nominal_ratio for size in (2, 4, 8)]
    assert curve(app, 1, "nominal") == ([2, 4, 8], nominal)
    file = [point.file_ratio for point in swept.values()]
    assert curve(app, 1, "file") == ([1, 2, 4, 8], file)


@pytest.mark.parametrize(("query", "expected"), [({"k": "2"}, "2 of 2"), ({"k": "7"}, "8 of 8")])
def test_size_in_the_address(query, expected):
    assert figures(opened(picture="camera", **query))["used_codewords"] == expected


def test_address_gives_the_settings():
    app = opened(picture="coffee", block="4", colour="YCbCr", seed="3", more="100", k="100")
    assert app.header[0].value == "coffee"
    assert "YCbCr" in facts(app)
    assert "3 750 blocks of 4 × 4" in facts(app).replace("\u202f", " ")
    expected = points("coffee", Settings(4, "ycbcr", "lbg", 3), [100])[100]
    assert figures(app)["psnr_db"] == f"{expected.psnr_db:.2f} dB"


@pytest.mark.parametrize(
    "query",
    [
        {"picture": "no such.png"},
        {"block": "99"},
        {"colour": "pink"},
        {"trainer": "nobody"},
        {"seed": "-1"},
        {"k": "x"},
        {"k": "0"},
        {"k": "9" * 5000},
        {"largest": "7"},
        {"more": "9999, x"},
    ],
    ids=lambda query: str(query)[:20],
)
def test_nonsense_in_the_address_does_no_harm(query):
    assert opened(**query).header[0].value == "camera"


def test_own_sizes_join_the_ladder():
    app = opened(picture="camera", more="100, 3")
    assert curve(app, 0)[0] == [1, 2, 3, 4, 8, 100]


@pytest.mark.parametrize("text", ["0", "4097", "ten", "-3", "1.5"])
def test_sizes_that_cannot_be_are_named(text):
    app = opened(picture="camera", more=f"5 {text}")
    assert text in app.error[0].value.replace("\\", "")
    assert curve(app, 0)[0] == [1, 2, 4, 8]


def test_newest_upload_is_chosen_and_the_others_stay():
    app = upload(opened(), ("one.png", png_bytes(noise(40, 40))))
    assert app.header[0].value == r"one\.png"
    upload(app, ("one.png", png_bytes(noise(40, 40))), ("two.png", png_bytes(noise(24, 32))))
    assert app.header[0].value == r"two\.png"
    sound(app.selectbox(key="picture").set_value("one.png").run())
    assert "40 × 40 pixels" in facts(app)


def test_bad_upload_is_named_and_the_good_one_goes_on():
    app = upload(opened(), ("good.png", png_bytes(noise(40, 40))), ("a*b.png", b"not a picture"))
    assert app.header[0].value == r"good\.png"
    assert len(app.error) == 1
    assert app.error[0].value.startswith(r"**a\*b\.png**: This is not a picture")


def test_raw_upload_whose_name_says_its_size():
    app = upload(opened(), ("waves_40x24.raw", noise(24, 40).tobytes()))
    assert app.selectbox(key="picture").value == "waves_40x24.raw"
    assert "RAW" in facts(app)
    assert not [field for field in app.text_input if field.label.startswith("Size of")]


def test_raw_upload_is_asked_for_its_size_and_the_others_stay():
    good, raw = ("good.png", png_bytes(noise(40, 40))), ("a*b.raw", noise(24, 40).tobytes())
    app = upload(opened(), good, raw)
    assert app.selectbox(key="picture").value == "good.png"
    assert "WIDTHxHEIGHT" in app.error[0].value
    size_field(app).input("40x25")
    sound(app.run())
    assert "40×25 pixels in gray are" in app.error[0].value
    assert app.selectbox(key="picture").value == "good.png"
    size_field(app).input("40x24")
    sound(app.run())
    assert not app.error
    assert app.selectbox(key="picture").value == "a*b.raw"
    assert facts(app).startswith("40 × 24 pixels")
    app.selectbox(key="picture").set_value("good.png")
    sound(app.run())
    assert "a*b.raw" in app.selectbox(key="picture").options
    assert size_field(app).value == "40x24"


def size_field(app):
    [field] = [field for field in app.text_input if field.label.startswith("Size of")]
    return field


def test_only_bad_uploads_leave_the_sample():
    app = upload(opened(), ("empty.png", b""))
    assert app.header[0].value == "camera"
    assert "The file is empty" in app.error[0].value


def test_same_name_twice():
    app = upload(opened(), ("p.png", png_bytes(noise(40, 40))), ("p.png", png_bytes(noise(24, 32))))
    assert app.selectbox(key="picture").options[:2] == ["p.png", "p.png (2)"]
    assert "32 × 24 pixels" in facts(app)


def test_upload_named_like_a_sample_does_not_hide_it():
    app = upload(opened(), ("camera", png_bytes(noise(40, 40))))
    assert app.selectbox(key="picture").value == "camera (2)"
    assert "40 × 40 pixels" in facts(app)


def test_only_what_markdown_reads_is_escaped():
    app = upload(opened(), ("5×5 …é.png", b"nothing"))
    assert app.error[0].value.startswith(r"**5×5 …é\.png**: ")


def test_markdown_in_a_name_is_text():
    app = upload(opened(), ("<script>*x*:red[y]$z$.png", png_bytes(noise(40, 40))))
    assert app.header[0].value == r"\<script\>\*x\*\:red\[y\]\$z\$\.png"


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (1, 300), (9, 8)], ids=str)
def test_tiny_pictures(shape):
    app = upload(opened(), ("tiny.png", png_bytes(noise(*shape))))
    assert f"{shape[1]} × {shape[0]} pixels" in facts(app)


def test_constant_picture_has_one_codeword_and_no_error():
    app = upload(opened(), ("flat.png", png_bytes(np.full((40, 40, 3), 7, np.uint8))))
    assert "1 block is distinct" in app.info[0].value
    assert figures(app)["psnr_db"] == "lossless"
    assert figures(app)["nominal_ratio"] == "∞"


SAMPLED = "Trained on a sample of 16 384 blocks, finished on all 65 536."


@pytest.mark.parametrize(("block", "told"), [("2", ""), ("1", SAMPLED)])
def test_a_sample_of_the_blocks_is_told_with_its_size(block, told):
    app = opened(picture="camera", block=block)
    assert told == shown(app)["sentence"].replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_clamping_is_told():
    app = upload(opened(), ("few.png", png_bytes(noise(8, 40))))
    assert "5 blocks are distinct" in app.info[0].value
    assert curve(app, 1, "file")[0] == [1, 2, 4, 5]


def vq_file():
    events = sweep(sample_picture("camera"), Settings(colour="gray"), [4])
    return next(event for event in events if isinstance(event, Step)).file


def test_vq_file_is_shown_by_itself():
    app = upload(opened(), ("four.vq", vq_file()))
    assert app.header[0].value == r"four\.vq"
    assert "256 × 256 pixels · Gray" in facts(app)
    assert figures(app)["file_bytes"] == f"{len(vq_file())} B"
    assert figures(app)["used_codewords"] == "4 of 4"
    assert figures(app)["nominal_ratio"] == "256:1"
    assert not {"psnr_db", "ssim"} & figures(app).keys()
    assert (viewer(app)["original"], viewer(app)["rivals"]) == (None, [])
    assert not app.get("image")


def test_damaged_vq_file_is_refused():
    app = upload(opened(), ("torn.vq", vq_file()[:-1]))
    assert app.error[0].value.startswith(r"**torn\.vq**: The \.vq file is incomplete")


def test_gray_picture_switches_colour_off():
    assert seen(picture="camera").button_group(key="colour").disabled
    assert not opened(picture="coffee").button_group(key="colour").disabled


def test_finished_sizes_are_not_trained_again(monkeypatch):
    app = opened(picture="camera")
    monkeypatch.setattr(plain, "trained_codebooks", None)
    app.session_state.size = 2
    sound(app.run())
    assert figures(app)["used_codewords"] == "2 of 2"


def test_more_sizes_train_only_what_is_missing(monkeypatch):
    app = opened(picture="camera")
    asked, train = [], plain.trained_codebooks

    def spy(vectors, sizes, **options):
        asked.extend(sizes)
        return train(vectors, sizes, **options)

    monkeypatch.setattr(plain, "trained_codebooks", spy)
    app.text_input(key="more").set_value("6")
    sound(app.run())
    assert asked == [6]


def test_rate_weight_trains_nothing_new(monkeypatch):
    app = opened(picture="camera")
    before = figures(app)
    monkeypatch.setattr(plain, "trained_codebooks", None)
    sound(app.select_slider(key="rate").set_value(5000).run())
    after = figures(app)
    assert float(after["psnr_db"].split()[0]) < float(before["psnr_db"].split()[0])
    assert float(after["file_ratio"].split(":")[0]) > float(before["file_ratio"].split(":")[0])


def test_infinite_ratio_is_no_error_in_the_table():
    table = seen(picture="camera").dataframe[0].value
    assert math.isinf(table["nominal_ratio"][0])
    assert not table.isna().any(axis=None)


def at_downloads(size, **query):
    app = opened(picture="camera", **query)
    app.session_state.offer = {"size": size, "link": "http://here/?k=4"}
    return sound(app.run())


def test_everything_is_offered_with_its_size():
    app = at_downloads(4)
    offered = {it.proto.label: it.proto for it in app.get("download_button")}
    assert len(offered) == 9
    told = [text.value for text in app.markdown]
    step = swept_steps("camera")[4]
    for size in (len(step.file), len(pack_codebook(step.encoded.shared, source_of(step).comment))):
        assert f":small[{kilobytes(size)}]" in told
    deferred = [label for label, it in offered.items() if it.deferred_file_id]
    assert deferred == [":primary[Report (HTML)]"]
    assert told.count(":small[–]") == 1
    assert any("live plots" in text and "made when asked for" in text for text in told)


def source_of(step):
    return provenance_of(sample_picture("camera"), Settings(), step.point.codebook_size)


def test_what_gives_the_file_again_is_shown():
    app = at_downloads(4)
    picture, source = sample_picture("camera"), source_of(swept_steps("camera")[4])
    codes = [code.value for code in app.code]
    assert codes.pop() == "http://here/?k=4"
    by_hand, *others = codes
    assert "Image.open('camera.png').convert('L')" in by_hand
    assert others == [python_lines(picture, source).strip(), command_line(picture, source)]
    assert any(r"camera\.png is the *Original" in text.value for text in app.markdown)


def test_an_upload_needs_no_original_to_be_saved():
    app = upload(opened(), ("waves.png", waves()))
    app.session_state.offer = {"size": 8}
    sound(app.run())
    assert "encode waves.png waves-8x8-rgb-K8.vq" in app.code[2].value
    assert not any("*Original" in text.value for text in app.markdown)


RATES = {"panel": "Rate–distortion"}


def waves(seed=0):
    return png_bytes(smooth_picture(40, 56, seed=seed).pixels)


def at_rates(*files, **query):
    return brought(*files, **RATES | query)


@cache
def rates_seen():
    """The rates of a picture, for tests that look at them and do nothing else."""
    return at_rates(("waves.png", waves()), block="4")


def traces(app):
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    return {trace["name"]: trace for trace in spec["data"] if "name" in trace}


def button(app, label):
    return next(button for button in app.button if button.label == label)


def test_rivals_are_real_files_on_the_same_plane():
    app = rates_seen()
    drawn = traces(app)
    others = ["JPEG", "WebP", "AVIF", "PNG-8", *REFERENCES]
    assert list(drawn) == ["lower hull", "4×4 RGB", "nominal", *others]
    pixels = read_picture(waves(), "").pixels
    rates = [8 * len(rival_file(pixels, "jpeg", level)) / (40 * 56) for level in (1, 95)]
    assert [drawn["JPEG"]["x"][at] for at in (0, -1)] == rates
    against = list(app.table[0].value["Ours against"])
    assert all(any(name in text for text in against) for name in others)


def test_references_are_dotted_lines_of_real_files_with_names_that_say_so():
    app = at_rates(("waves.png", waves()), block="4", beside="scalar,dct")
    drawn = traces(app)
    assert list(drawn) == ["lower hull", "4×4 RGB", "nominal", *REFERENCES]
    pixels = read_picture(waves(), "").pixels
    for codec, name in zip(("scalar", "dct"), REFERENCES, strict=True):
        assert (drawn[name]["line"]["dash"], drawn[name]["text"][0].split("<br>")[0]) == (
            "dot",
            f"step {RIVALS[codec].levels[0]}",
        )
        sizes = [len(rival_file(pixels, codec, level)) for level in RIVALS[codec].levels]
        assert list(drawn[name]["x"]) == [8 * size / (40 * 56) for size in sizes]
    assert any("Lloyd–Max scalar quantization" in text.value for text in app.markdown)


def test_the_viewer_offers_no_file_that_no_browser_reads():
    offered = [codec for codec, _ in viewer(rates_seen())["rivals"]]
    assert offered == ["jpeg", "webp", "avif", "png8"]


def test_only_the_rivals_chosen_are_drawn():
    app = at_rates(("waves.png", waves()), block="4", beside="JPEG")
    assert list(traces(app)) == ["lower hull", "4×4 RGB", "nominal", "JPEG"]


def test_pinned_curve_stays_while_settings_change():
    app = at_rates(("waves.png", waves()), block="4", beside="JPEG")
    sound(button(app, "Pin this curve").click().run())
    before = traces(app)["4×4 RGB"]["y"]
    sound(app.slider(key="block").set_value(8).run())
    assert traces(app)["4×4 RGB"]["y"] == before
    assert "8×8 RGB" in traces(app)
    sound(button(app, "Unpin all").click().run())
    assert "4×4 RGB" not in traces(app)


def test_a_pinned_curve_in_gray_is_not_drawn_among_those_in_colour():
    app = at_rates(("waves.png", waves()), block="4", beside="JPEG", colour="Gray")
    sound(button(app, "Pin this curve").click().run())
    assert "4×4 Gray" in traces(app)
    app.session_state.colour = "rgb"
    sound(app.run())
    assert "4×4 Gray" not in traces(app)


def table_of(app, column):
    return next(it.value for it in app.dataframe if column in it.value)


def test_all_families_are_curves_and_a_table_and_meet_a_target():
    """One visit for all that is drawn of them, as they are trained only once."""
    app = at_rates(("waves.png", waves()), block="4", beside="JPEG", largest="8", families="all")
    check_plane_and_table(app)
    check_the_textbooks_axis(app)
    check_pinned_and_families_by_psnr(app)
    check_the_best_of_all_families(app)


def check_plane_and_table(app):
    drawn = traces(app)
    *others, over_steps = drawn_families()
    assert list(drawn)[1:] == ["4×4 RGB, plain", "nominal", *others, over_steps, "JPEG"]
    member = swept_members()["residual"]
    assert list(drawn["residual"]["y"]) == [point.psnr_db for point in member]
    assert list(drawn["residual"]["x"]) == [point.rate_bpp for point in member]
    table = table_of(app, "family")
    assert list(table["family"]) == ["plain", *others, over_steps]
    size = dict(zip(table["family"], table["codebook_bytes"], strict=True))
    names = [say(f"family.{it}") for it in ("plain", "mean-removed", "residual")]
    assert [size[it] for it in names] == [8 * 48, 7 * 48, 8 * 48 + 7 * 48]
    sound(app.selectbox(key="each").set_value(4).run())
    assert table_of(app, "family")["codebook_bytes"][0] == 4 * 48
    assert any("JPEG" in text for text in app.table[0].value["Ours against"])
    assert not any("residual" in text for text in app.table[0].value["Ours against"])


def drawn_families():
    """What the curves of all but plain codebooks are called; where K = 8 is not, no step is."""
    over_sizes = [say(f"family.{it}") for it in FAMILIES if not FAMILIES[it].WHOLE]
    return [*over_sizes[1:], "wavelet, K = 8, q = 4 … 34"]


@cache
def swept_members():
    """Sweep each family as the page should, but for what is over steps."""
    picture = read_picture(waves(), "")
    swept = {
        name: sweep(picture, Settings(4, family=name), [1, 2, 4, 8])
        for name, family in FAMILIES.items()
        if not family.WHOLE
    }
    return {
        family: [event.point for event in events if isinstance(event, Step)]
        for family, events in swept.items()
    }


def points_over_steps():
    """Encode by wavelets at each step, with K = 8."""
    picture = read_picture(waves(), "")
    every = [Settings(family="wavelet").with_step(step) for step in (*range(4, 35, 6), 20)]
    return [it.point for own in every for it in sweep(picture, own, [8]) if isinstance(it, Step)]


def check_the_textbooks_axis(app):
    app.session_state.axis = "nominal"
    drawn = traces(sound(app.run()))
    app.session_state.axis = "file"
    assert "JPEG" not in drawn
    assert "nominal" not in drawn
    assert drawn["4×4 RGB, plain"]["x"] == [1, 2, 3]
    assert drawn["residual"]["x"] == [2, 4, 6]


def check_pinned_and_families_by_psnr(app):
    sound(button(app, "Pin this curve").click().run())
    app.session_state.panel = "sizes"
    drawn = traces(sound(app.run()))
    assert {"4×4 RGB, plain", "mean-removed", "residual"} <= set(drawn)
    assert "nominal" not in drawn
    assert drawn["residual"]["x"] == [1, 2, 4, 8]
    app.session_state.families = "this"
    sound(app.slider(key="block").set_value(8).run())
    drawn = traces(app)
    assert drawn["4×4 RGB"]["x"] == [1, 2, 4, 8]
    app.session_state.families, app.session_state.panel = "all", "rates"
    sound(app.slider(key="block").set_value(4).run())


def check_the_best_of_all_families(app):
    app.selectbox(key="target").set_value("decibels")
    sound(app.number_input(key="value").set_value(25.0).run())
    good = [
        (point.file_bytes, family, point.codebook_size)
        for family, points in (swept_members() | {"wavelet": points_over_steps()}).items()
        for point in points
        if point.psnr_db >= 25
    ]
    fewest, family, size = min(good)
    assert family != "plain"
    [told] = [text.value for text in app.markdown if f"K = {size}**" in text.value]
    assert say(f"family.{family}") in told
    assert say("count.byte", n=fewest) in told
    sound(button(app, "Show it").click().run())
    assert (app.session_state.family, app.session_state.size) == (family, size)


def test_what_directions_are_worth_is_shown_beside_gain_shape():
    app = at_rates(("waves.png", waves()), block="4", largest="8", family="gain-shape")
    vectors = cut_for(read_picture(waves(), ""), Settings(4)).vectors
    [trained] = (it for it in train(vectors, [8]) if isinstance(it, Trained))
    found = finish(cosines_work(vectors, trained.codebook))
    shown = table_of(app, "stands_for")
    assert list(shown["psnr_db"]) == list(vars(found).values())
    [_, cosine, _, scaled] = shown["psnr_db"]
    assert cosine < scaled
    assert say("cosine.title") in [it.value for it in app.subheader]
    assert say("cosine.title") not in [it.value for it in rates_seen().subheader]


def test_target_finds_the_best_setting_swept():
    app = at_rates(("waves.png", waves()), block="4", beside="JPEG")
    settings, sizes = Settings(4), [1, 2, 4, 8]
    events = sweep(read_picture(waves(), ""), settings, sizes)
    swept = [event.point for event in events if isinstance(event, Step)]
    app.selectbox(key="target").set_value("At least (dB)")
    sound(app.number_input(key="value").set_value(swept[2].psnr_db).run())
    best = min((it for it in swept if it.psnr_db >= swept[2].psnr_db), key=lambda it: it.file_bytes)
    told = next(text.value for text in app.markdown if text.value.startswith("**4×4 RGB"))
    assert f"K = {best.codebook_size}" in told
    sound(button(app, "Show it").click().run())
    assert figures(app)["psnr_db"] == f"{best.psnr_db:.2f} dB"
    sound(app.number_input(key="value").set_value(99.0).run())
    assert any("No setting" in text.value for text in app.markdown)


def test_one_codebook_for_all_pictures_and_whom_it_never_saw():
    app = at_rates(("one.png", waves(1)), ("two.png", waves(2)), panel="All pictures", block="4")
    sound(app.toggle(key="joint").set_value(True).run())
    assert list(table_of(app, "trained_on")["trained_on"]) == ["inside", "inside"]
    assert [it.picture for it in app.session_state.tries] == ["one.png", "two.png"]  # for reports
    app.session_state.inside = ["one.png"]
    sound(app.run())
    table = table_of(app, "trained_on")
    assert list(table["trained_on"]) == ["inside", "outside"]
    first, second = (cut_for(read_picture(waves(it), ""), Settings(4)).vectors for it in (1, 2))
    [own] = (it.codebook for it in train(first, [8]) if isinstance(it, Trained))
    rebuilt = own.codewords[nearest(second, own.codewords)]
    assert table["joint_psnr_db"][1] == psnr_db(mse(second, rebuilt))
    assert table["loss_db"][0] == 0 < table["loss_db"][1]
    app.session_state.inside = []
    sound(app.run())
    assert not any("trained_on" in it.value for it in app.dataframe)
    for family, told in (("residual", "plain"), ("wavelet", "whole")):
        app.session_state.family = family
        sound(app.run())
        assert "joint" not in [it.key for it in app.toggle]
        assert any(say(f"pictures.joint-{told}") in it.value for it in app.markdown)
    assert app.session_state.tries == []


def test_all_pictures_and_their_means():
    app = at_rates(("one.png", waves(1)), ("two.png", waves(2)), panel="All pictures", block="4")
    each, table = (it.value for it in app.dataframe)
    swept = []
    for seed in (1, 2):
        events = sweep(read_picture(waves(seed), ""), Settings(4), [1, 2, 4, 8])
        swept.append([event.point for event in events if isinstance(event, Step)])
    assert list(each["picture"]) == ["one.png", "two.png"]
    assert list(each["psnr_db"]) == [one[3].psnr_db for one in swept]
    assert list(each["upload_bytes"]) == [len(waves(seed)) for seed in (1, 2)]
    expected = [(one.psnr_db + two.psnr_db) / 2 for one, two in zip(*swept, strict=True)]
    assert list(table["psnr_db"]) == pytest.approx(expected)
    assert list(traces(app)) == ["one.png", "two.png", "mean ± standard deviation"]
    assert not any("A mean is lossless" in text.value for text in app.markdown)
    sound(app.selectbox(key="each").set_value(2).run())
    assert list(app.dataframe[0].value["file_bytes"]) == [one[1].file_bytes for one in swept]


def test_a_picture_of_few_blocks_stands_beside_the_others_and_its_mean_is_lossless():
    files = ("few.png", png_bytes(noise(8, 40))), ("two.png", waves(2))
    app = at_rates(*files, panel="All pictures", each="8")
    assert list(app.dataframe[0].value["codebook_size"]) == [5, 8]
    assert app.dataframe[0].value["psnr_db"][0] == math.inf
    assert not any("A mean is lossless" in text.value for text in app.markdown)
    flat = png_bytes(np.full((8, 8), 9, np.uint8))
    app = at_rates(("flat.png", flat), ("two.png", waves(2)), panel="All pictures")
    assert any("A mean is lossless" in text.value for text in app.markdown)


def test_one_picture_has_no_mean():
    app = opened(panel="All pictures")
    assert any("Upload two pictures" in it.value for it in app.main.markdown)


def test_training_is_replayed_and_told():
    app = seen(panel="Training", picture="camera", k="4")
    steps = training_steps(app)
    assert list(steps) == [2, 4, 8]
    assert list(app.dataframe[0].value["size"]) == [2, 4, 8]
    swept = points("camera", Settings(colour="gray"), [1, 2, 4, 8])
    for size, (*_, last) in steps.items():
        assert (last["stage"], last["mse"]) == ("finish", swept[size].mse)


def test_what_is_known_comes_in_one_message():
    app = seen(panel="Training", picture="camera", k="4")
    messages = [[it["kind"] for it in headers(each.bytes)] for each in components(app, "vq_layer")]
    assert [it for it in messages if "codebook" in it] == [["codebook"] * 4]
    assert [it for it in messages if "training" in it] == [["training"] * 3]


def test_the_training_asked_for_is_replayed_first(monkeypatch):
    order = []

    def noted(cut, settings, size, **more):
        order.append(size)
        return frames_work(cut, settings, size, **more)

    monkeypatch.setattr("vqcore.lab.study.frames_work", noted)
    opened(panel="Training", picture="camera", largest="8", k="4")
    assert order == [4, 2, 8]


def training_steps(app):
    """The steps of each training that the page has, by K."""
    return {it["size"]: it["steps"] for it in layers(app) if it["kind"] == "training"}


@pytest.mark.usefixtures("in_this_process")
def test_only_the_ladder_can_be_replayed():
    trained_otherwise = opened(panel="Training", picture="camera").selectbox(key="trainer")
    assert training_steps(sound(trained_otherwise.set_value("minibatch").run())) == {}
    assert training_steps(opened(picture="camera", k="8")) == {}


def test_a_training_by_the_book_is_told_as_numbers():
    query = {"panel": "Training", "block": "4", "largest": "8", "k": "8", "trainer": "textbook"}
    query |= {"begin": "first", "epsilon": "0", "iterations": "3"}
    app = brought(("waves.png", waves()), **query)
    vectors = cut_for(read_picture(waves(), ""), Settings(4)).vectors
    runs = finish(runs_work(vectors, 8, Rules("first", epsilon=0, iterations=3)))
    table = table_of(app, "error_a_vector")
    assert list(table["error_a_vector"]) == [each.distortion for each in runs[0].rounds]
    assert list(table["iteration"]) == [0, 1, 2, 3]
    assert training_steps(app) == {}
    assert not components(app, "vq_training")
    assert "Iteration by iteration" in [it.value for it in app.subheader]


def test_an_uploaded_codebook_can_be_the_start():
    vectors = cut_for(read_picture(waves(), ""), Settings(4)).vectors
    shared = SharedCodebook(Codebook(vectors[:5].copy()), (4, 4), "rgb")
    query = {"block": "4", "largest": "8", "trainer": "textbook", "iterations": "0"}
    app = brought(("waves.png", waves()), ("a.npz", pack_codebook(shared)), **query)
    sound(app.selectbox(key="begin").set_value("given").run())
    [size] = table_of(app, "codebook_size")["codebook_size"]
    use = finish(use_work(read_picture(waves(), ""), shared))
    assert size == 5
    assert list(table_of(app, "psnr_db")["psnr_db"]) == [use.point.psnr_db]


GIVEN = {"block": "4", "largest": "8", "trainer": "textbook", "iterations": "1"}


def begun_with_a_codebook(*files, **query):
    """The lab of files with a start of five codewords given."""
    vectors = cut_for(read_picture(waves(), ""), Settings(4)).vectors
    own = SharedCodebook(Codebook(vectors[:5].copy()), (4, 4), "rgb")
    named = ("a.npz", pack_codebook(own))
    app = brought(*files, ("waves.png", waves()), named, **GIVEN | query)
    return sound(app.selectbox(key="begin").set_value("given").run())


def test_a_start_given_stays_pinned_beside_all_sizes():
    app = begun_with_a_codebook(panel="Rate–distortion", beside="JPEG")
    sound(button(app, "Pin this curve").click().run())
    sound(app.selectbox(key="begin").set_value("first").run())
    points = [len(it["x"]) for name, it in traces(app).items() if "4×4" in name]
    assert sorted(points) == [1, 4]


def test_a_start_given_is_left_out_where_it_does_not_fit():
    gray = ("gray.png", png_bytes(noise(40, 40)))
    flat = ("flat.png", png_bytes(np.full((16, 16, 3), 9, np.uint8)))
    app = begun_with_a_codebook(gray, flat, panel="All pictures")
    each = app.dataframe[0].value
    assert dict(zip(each["picture"], each["codebook_size"], strict=True)) == {
        "gray.png": 5,
        "flat.png": 1,
        "waves.png": 5,
    }


def test_another_codebook_is_compared_with_an_own_one_whatever_the_start():
    app = begun_with_a_codebook(npz(codebook_of(1)), panel="Another codebook")
    names = [r"other\.npz", r"This picture\'s own"]
    assert list(app.table[0].value["Codebook"]) == names


@pytest.mark.parametrize("panel", ["codebook", "pictures"])
def test_weights_are_left_out_where_they_do_not_fit(panel):
    query = {"block": "1", "trainer": "textbook", "weights": "1 9 1", "panel": panel}
    gray = ("gray.png", png_bytes(noise(40, 40)))
    app = brought(gray, npz(codebook_of(1)), ("waves.png", waves()), **query)
    if panel == "codebook":
        assert len(app.table[0].value) == 2
    else:
        assert {*app.dataframe[0].value["picture"]} == {"gray.png", "waves.png"}


@pytest.mark.parametrize("endless", ["inf", "-inf", "1e400"])
def test_a_number_without_end_in_a_link_is_ignored(endless):
    app = opened(trainer="textbook", seed=endless, iterations=endless, epsilon=endless)
    values = [app.number_input(key=it).value for it in ("seed", "iterations", "epsilon")]
    assert values == [0, 100, 0.001]


def test_codewords_can_be_typed_in():
    query = {"block": "1", "colour": "gray", "trainer": "textbook", "iterations": "0"}
    app = brought(("waves.png", waves()), **query, begin="given")
    told = [it.value for it in app.sidebar.markdown]
    assert ":small[While there are none, splitting is the start.]" in told
    sound(app.text_area(key="codewords").set_value("0\n128, \n\n255").run())
    assert list(table_of(app, "codebook_size")["codebook_size"]) == [3]
    vectors = cut_for(read_picture(waves(), ""), Settings(1, "gray")).vectors
    words = np.uint8([[0], [128], [255]])
    assert table_of(app, "mse")["mse"][0] == mse(vectors, words[nearest(vectors, words)])
    sound(app.text_area(key="codewords").set_value("0 1").run())
    assert "codeword 1 has 2 numbers\\, not 1" in app.error[0].value
    folded, below = (it.value for it in app.error)
    assert folded == below  # told where the fold is closed as well


def test_weights_can_be_typed_in():
    query = {"block": "2", "height": "1", "colour": "gray", "trainer": "textbook", "largest": "4"}
    app = brought(("waves.png", waves()), **query)
    plain, weighted = (errors_by_the_book(Rules(weights=it)) for it in ((), (1, 9)))
    assert list(table_of(app, "mse")["mse"]) == plain != weighted
    sound(app.text_input(key="weights").set_value("1, 9").run())
    assert list(table_of(app, "mse")["mse"]) == weighted
    for text, told in (
        ("1", "there are 1 for vectors of 2"),
        ("1 x", "is no number"),
        ("0 1", "each is a number above 0"),
    ):
        sound(app.text_input(key="weights").set_value(text).run())
        assert told in app.error[0].value
        assert list(table_of(app, "mse")["mse"]) == plain


def errors_by_the_book(rules):
    settings = Settings((2, 1), "gray", "textbook", rules=rules)
    events = sweep(read_picture(waves(), ""), settings, [1, 2, 4])
    return [event.point.mse for event in events if isinstance(event, Step)]


def test_codewords_split_by_no_more_than_samples_can_differ():
    assert opened(trainer="textbook", apart="1e308").number_input(key="apart").value <= 255


def test_each_trainer_runs_with_three_seeds(monkeypatch):
    def quick(vectors, sizes, trainer, seed, rules):
        return train(vectors, sizes, seed=seed)  # scikit-learn's take seconds to start

    monkeypatch.setattr("vqcore.lab.contest.train", quick)
    app = brought(("waves.png", waves()), panel="Training", block="4", k="4")
    sound(app.toggle(key="compare").set_value(True).run())
    assert_raced(app, 4)
    sound(app.selectbox(key="contest").set_value(2).run())
    assert_raced(app, 2)


def assert_raced(app, size):
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert [len(trace["y"]) for trace in spec["data"]] == [3, 3, 3, 3, 3]
    picture = read_picture(waves(), "")
    first = finish(run_work(cut_for(picture, Settings(4)), Settings(4), size))
    assert spec["data"][0]["y"][0] == first.decibels


def test_a_codec_that_pillow_lacks_is_named(monkeypatch):
    monkeypatch.setattr("vqcore.lab.rivals.missing_rivals", lambda: ["avif"])
    app = at_rates(("waves.png", waves()), block="4")
    assert "AVIF" not in traces(app)
    assert any("cannot write AVIF" in text.value for text in app.markdown)


# A codebook elsewhere: trained on another picture, and uploaded

ANOTHER = {"panel": "Another codebook"}


def codebook_of(seed, colour="rgb"):
    events = sweep(read_picture(waves(seed), ""), Settings(4, colour), [8])
    return next(event for event in events if isinstance(event, Step)).encoded.shared


def npz(shared):
    return ("other.npz", pack_codebook(shared))


def test_uploaded_codebook_is_compared_with_the_picture_s_own():
    shared = codebook_of(1)
    app = brought(("waves.png", waves(2)), npz(shared), **ANOTHER)
    picture = read_picture(waves(2), "")
    elsewhere = finish(use_work(picture, shared)).point
    events = sweep(picture, Settings(4), [8])
    own = next(event.point for event in events if isinstance(event, Step))
    table = app.table[0].value
    assert list(table["Codebook"]) == [r"other\.npz", r"This picture\'s own"]
    assert list(table["PSNR"]) == [f"{it.psnr_db:.2f} dB" for it in (elsewhere, own)]
    assert list(table["File"]) == [f"{it.file_bytes} B" for it in (elsewhere, own)]
    assert list(table["Rate"]) == [f"{it.rate_bpp:.4f} bpp" for it in (elsewhere, own)]
    assert list(table["In use"]) == [f"{it.used_codewords} of 8" for it in (elsewhere, own)]
    assert not app.get("image")
    assert app.selectbox(key="picture").options[0] == "waves.png"


def npy(codewords):
    file = io.BytesIO()
    np.save(file, codewords)
    return ("words.npy", file.getvalue())


def test_uploaded_codewords_are_a_codebook_where_they_fit():
    shared = codebook_of(1)
    query = ANOTHER | {"block": "4"}
    app = brought(("waves.png", waves(2)), npy(shared.codebook.codewords), **query)
    elsewhere = finish(use_work(read_picture(waves(2), ""), shared)).point
    assert app.table[0].value["PSNR"].iloc[0] == f"{elsewhere.psnr_db:.2f} dB"
    assert any("loaded" in text.value for text in app.sidebar.markdown)
    app.slider(key="block").set_value(8)
    sound(app.run())
    told = [text.value for text in app.sidebar.markdown if r"words\.npy" in text.value]
    assert len(told) == 1
    assert (
        "d = 48, blocks of 8\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}8 in RGB have d = 192" in told[0]
    )
    assert "what fits: 4\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}4 in RGB" in told[0]
    assert not app.error
    assert not app.table


def test_codewords_are_answered_beside_a_vq_file():
    use = finish(use_work(sample_picture("camera"), codebook_of(1, "gray")))
    words = npy(codebook_of(1, "gray").codebook.codewords)
    app = upload(opened(), words, ("two.vq", use.file))
    assert app.selectbox(key="picture").value == "two.vq"
    assert any("words" in text.value and "loaded" in text.value for text in app.sidebar.markdown)


def test_files_of_another_codebook_are_called_by_it(monkeypatch):
    called, offer = [], st.download_button

    def spy(label, *data, file_name, **options):
        called.append(file_name)
        return offer(label, *data, file_name=file_name, **options)

    monkeypatch.setattr(st, "download_button", spy)
    brought(("waves.png", waves(2)), npz(codebook_of(1)), **ANOTHER, seed="3", rate="50")
    own, elsewhere = "waves-4x4-rgb-K8-seed3-lambda50.vq", "waves-4x4-rgb-K8-lambda50-with-other.vq"
    assert called[-2:] == [elsewhere, own]


def test_codebook_uses_the_rate_weight():
    shared = codebook_of(1)
    app = brought(("waves.png", waves(2)), npz(shared), **ANOTHER, rate="5000")
    picture = read_picture(waves(2), "")
    plain, expected = (finish(use_work(picture, shared, weight)).point for weight in (0, 5000))
    assert app.table[0].value["File"][0] == f"{expected.file_bytes} B" != f"{plain.file_bytes} B"


def test_what_a_codebook_takes_elsewhere_is_told():
    tiny = SharedCodebook(Codebook(np.uint8([[7]])), 1, "gray")
    app = brought(("waves.png", waves(2)), npz(tiny), **ANOTHER, largest="2")
    assert any("for all pictures: 1 byte." in text.value for text in app.markdown)


def test_without_a_codebook_the_panel_asks_for_one():
    app = opened(**ANOTHER, picture="chelsea")
    assert "Upload a codebook (.npz, .npy) of other pictures" in app.main.markdown[-1].value


def test_the_codebook_of_a_vq_file_is_used_and_held_again():
    lender = Settings(4, "gray", family="gain-shape")
    events = sweep(read_picture(waves(1), ""), lender, [4])
    [step] = [it for it in events if isinstance(it, Step)]
    app = brought(("a.vq", step.file), ("waves.png", waves(2)), **ANOTHER, largest="2")
    table = app.table[0].value
    assert [used.split(" of ")[1] for used in table["In use"]] == ["4", "4"]
    assert any("Its file holds that codebook again." in text.value for text in app.markdown)


def test_gray_picture_takes_no_codebook_in_colour():
    gray = ("gray.png", png_bytes(noise(40, 40)))
    app = brought(gray, npz(codebook_of(1)), **ANOTHER)
    assert "in gray, for this gray picture" in app.main.markdown[-1].value
    upload(app, gray, npz(codebook_of(1, "gray")))
    assert app.table[0].value["In use"][1] == "8 of 8"


def test_damaged_codebook_is_refused():
    app = upload(opened(), ("torn.npz", pack_codebook(codebook_of(1))[:-9]))
    assert app.error[0].value == r"**torn\.npz**: The codebook file is damaged\."


def test_vq_file_without_its_codebook_names_it_and_with_it_is_shown():
    shared = codebook_of(1)
    use = finish(use_work(read_picture(waves(2), ""), shared))
    app = upload(opened(), ("two.vq", use.file))
    assert f"needs the codebook {shared.checksum.hex()}" in app.error[0].value
    assert "is not in the file" in app.error[0].value
    upload(app, ("two.vq", use.file), npz(codebook_of(3)))
    assert codebook_of(3).checksum.hex() in app.error[0].value
    upload(app, ("two.vq", use.file), npz(codebook_of(3)), npz(shared))
    assert not app.error
    sound(app.selectbox(key="picture").set_value("two.vq").run())
    assert app.header[0].value == r"two\.vq"
    assert figures(app)["file_bytes"] == f"{len(use.file)} B"


def at_health(**query):
    return opened(**{"panel": "Health", "picture": "camera"} | query)


def health_seen():
    return seen(panel="Health", picture="camera")


@cache
def swept_steps(name):
    events = sweep(sample_picture(name), Settings(colour="gray"), [1, 2, 4, 8])
    return {event.point.codebook_size: event for event in events if isinstance(event, Step)}


def test_health_of_every_size_is_in_the_table():
    assert not health_seen().dataframe
    table = at_health(healths="true").dataframe[0].value
    camera = sample_picture("camera")
    vectors, whole = vectors_of(camera), cut_for(camera, Settings())
    halves = {
        event.codebook_size: event
        for event in held_out(whole, Settings(), [1, 2, 4, 8])
        if isinstance(event, HeldOut)
    }
    expected = [
        health_row(finish(health_work(step, vectors)), halves[size])
        for size, step in swept_steps("camera").items()
    ]
    for name in expected[0]:
        known = [math.nan if row[name] is None else row[name] for row in expected]
        np.testing.assert_allclose(table[name], known)


def judged(app):
    """What heads the layer of health: sizes, with how many codewords, and verdicts."""
    return header(components(app, "vq_health")[0].bytes)["sizes"]


def test_every_size_is_judged_in_sentences():
    sizes = judged(at_health(block="4"))
    assert [it["size"] for it in sizes] == [1, 2, 4, 8]
    told = " ".join(sizes[-1]["verdicts"])
    for word in ("in use", "well fed", "Perplexity", "of the file", "gray levels", "not trained"):
        assert word in told


def test_another_picture_is_encoded_with_these_codebooks():
    app = sound(at_health().toggle(key="try").set_value(True).run())
    sound(app.selectbox(key="other").set_value("coffee").run())
    [table] = [it.value for it in app.dataframe]
    own, lent = (swept_steps(name)[8].encoded.quantizer for name in ("coffee", "camera"))
    transfer = finish(transfer_work(vectors_of(sample_picture("coffee")), own, lent))
    assert table["own_psnr_db"][3] == transfer.own_psnr_db
    assert table["lent_psnr_db"][3] == transfer.lent_psnr_db
    assert table["loss_db"][3] == transfer.loss_db


def test_only_pictures_with_blocks_alike_can_be_tried():
    query = {"panel": "Health", "try": "true", "picture": "chelsea"}
    in_colour = opened(**query).selectbox(key="other").options
    assert "astronaut" in in_colour
    assert not {"camera", "chelsea"} & {*in_colour}
    in_gray = at_health(**{"try": "true"}).selectbox(key="other").options
    assert "astronaut" in in_gray  # coded in gray as well


def test_error_by_cell_is_of_each_size():
    vectors = vectors_of(sample_picture("camera"))
    healths = [finish(health_work(step, vectors)) for step in swept_steps("camera").values()]
    [shown] = components(health_seen(), "vq_health")
    shares = [health.cell_distortion.astype("<f4").tobytes() for health in healths]
    uses = [health.cell_use.astype("<u4").tobytes() for health in healths]
    parts = zip(shares, uses, strict=True)
    assert shown.bytes.endswith(b"".join(share + use for share, use in parts))


def test_health_is_examined_once(monkeypatch):
    app = at_health()
    before = judged(app)
    monkeypatch.setattr("vqcore.lab.study.health_work", None)
    monkeypatch.setattr("vqcore.lab.study.held_out", None)
    assert judged(sound(app.run())) == before


PLANE = {"panel": "Plane", "picture": "camera"}


def plane_header(app):
    """What heads the layer that the plane got."""
    return header(components(app, "vq_plane")[0].bytes)


def projection(app):
    """What heads the layer that the projection got."""
    return header(components(app, "vq_projection")[0].bytes)


def test_plane_gets_lloyds_steps_from_the_start_chosen():
    app = opened(**PLANE, pairs="5")
    density = pair_density(sample_picture("camera"))
    path = lloyd_path(density, first_codewords(density, 5, "random"))
    assert plane_header(app)["size"] == 5
    expected = [f"MSE {mse:.2f} · PSNR {decibels(psnr_db(mse))}" for mse in path.mse]
    assert plane_header(app)["figures"] == expected
    app.session_state.start = "ladder"
    sound(app.run())
    assert len(plane_header(app)["figures"]) < len(expected)


def test_plane_of_few_pairs():
    picture = png_bytes(np.full((40, 40, 3), 7, np.uint8))
    app = brought(("flat.png", picture), panel="Plane")
    assert "K goes no higher than 1" in app.info[1].value
    assert plane_header(app)["figures"] == ["MSE 0.00 · PSNR lossless"]
    assert projection(app)["shares"] == ["0.0 %", "0.0 %"]


def test_projection_is_of_every_size():
    app = seen(**PLANE)
    assert projection(app)["sizes"] == [[1, 1], [2, 2], [4, 4], [8, 8]]
    assert any("not the true cells" in text.value for text in app.markdown)


@pytest.mark.parametrize(
    "query", [{"pairs": "0"}, {"pairs": "65"}, {"pairs": "x"}, {"start": "nowhere"}], ids=str
)
def test_nonsense_about_the_plane_does_no_harm(query):
    assert plane_header(opened(**PLANE | query))["size"] == 16


# What was made is not made again, and what is shown is of what was asked for


@pytest.fixture
def calls_of(monkeypatch):
    """What watches a function, where it is looked up, and lists what it is called with."""

    def watched(module, name):
        module, calls = import_module(module), []
        function = getattr(module, name)

        def noted(*arguments, **options):
            calls.append(arguments)
            return function(*arguments, **options)

        monkeypatch.setattr(module, name, noted)
        return calls

    return watched


@pytest.mark.parametrize(
    ("panel", "made"),
    [
        (
            "Health",
            [
                "signals.pictures.sample_picture",
                "lab.study.plan_of",
                "lab.study.sweep_cut",
                "lab.study.health_work",
                "lab.study.held_out",
                "viewer.made.original_layer",
                "viewer.made.codebook_layer",
            ],
        ),
        ("Rate–distortion", ["lab.study.rival_work"]),
        ("Training", ["lab.study.frames_work", "viewer.made.training_layer"]),
        (
            "Plane",
            [
                "viewer.made.projection_layer",
                "viewer.made.pair_density",
                "viewer.made.first_codewords",
                "viewer.made.lloyd_path",
                "viewer.made.principal_plane",
            ],
        ),
    ],
)
def test_another_run_makes_nothing_again(calls_of, panel, made):
    calls = {name: calls_of(*f"vqcore.{name}".rsplit(".", 1)) for name in made}
    if "signals.pictures.sample_picture" in made:
        app = opened(picture="camera", panel=panel)
    else:
        app = brought(("waves.png", waves()), panel=panel)
    assert all(calls.values()), calls
    for each in calls.values():
        each.clear()
    for _ in range(2):
        sound(app.run())
    sweeps = calls.pop("lab.study.sweep_cut", [])
    assert not any(calls.values()), calls
    assert not any(sizes for _, _, sizes, _ in sweeps)


def test_an_upload_is_read_once(calls_of):
    calls = calls_of("vqcore.lab.uploads", "read_picture")
    app = upload(opened(), ("waves.png", waves()))
    assert len(calls) == 1
    sound(app.run())
    assert len(calls) == 1


def test_other_pairs_need_no_other_count_and_other_sizes_no_other_axes(calls_of):
    counted = calls_of("vqcore.viewer.made", "pair_density")
    turned = calls_of("vqcore.viewer.made", "principal_plane")
    app = opened(**PLANE)
    assert (len(counted), len(turned)) == (1, 1)
    sound(app.slider(key="pairs").set_value(5).run())
    sound(app.text_input(key="more").set_value("6").run())
    assert projection(app)["sizes"][3] == [6, 6]
    assert (len(counted), len(turned)) == (1, 1)


CHANGES = {
    "block": {"block": "4"},
    "seed": {"seed": "3"},
    "rate": {"rate": "500"},
    "more": {"more": "6"},
    "pairs": {"pairs": "5"},
    "start": {"start": "From the ladder"},
    "picture": {},
}


def all_layers(app):
    """All pictures that our components got, layer by layer, but for uploads as they are."""
    every = [it.proto.bytes for it in app.get("bidi_component")]
    layers = [layer for data in every for layer in layer_by_layer(data)]
    return sorted(layer for layer in layers if header(layer)["kind"] not in ("file", "figures"))


def layer_by_layer(data):
    while data:
        length = 8 + sum(int.from_bytes(data[at : at + 4], "little") for at in (0, 4))
        yield data[:length]
        data = data[length:]


@pytest.mark.parametrize(
    ("panel", "changes"),
    [
        ("Training", ["block", "seed", "rate", "more", "picture"]),
        ("Plane", ["block", "rate", "more", "pairs", "start", "picture"]),
        ("Health", ["rate", "picture"]),
    ],
)
def test_a_change_shows_what_it_shows_where_nothing_was_before(panel, changes):
    def shown(change):
        file = ("waves.png", waves(2 if change == "picture" else 1))
        return all_layers(brought(file, panel=panel, **CHANGES.get(change, {})))

    before = shown(None)
    after = {change: shown(change) for change in changes}
    for change in changes:
        st.cache_resource.clear()
        assert shown(change) == after[change] != before, change


def original(app):
    """The pixels of the picture that the page has."""
    [pixels] = [body(it) for it in all_layers(app) if header(it)["kind"] == "original"]
    return pixels


def body(layer):
    return layer[8 + int.from_bytes(layer[:4], "little") :]


def test_another_picture_brings_its_own_pixels_and_pairs():
    app = opened(**PLANE)
    sound(app.selectbox(key="picture").set_value("chelsea").run())
    picture = sample_picture("chelsea")
    assert original(app) == picture.pixels.tobytes()
    density = pair_density(picture)
    path = lloyd_path(density, first_codewords(density, 16, "random"))
    expected = [f"MSE {mse:.2f} · PSNR {decibels(psnr_db(mse))}" for mse in path.mse]
    assert plane_header(app)["figures"] == expected


def test_every_size_has_a_layer_of_its_own():
    app = seen(picture="camera")
    assert [it["size"] for it in layers(app) if it["kind"] == "codebook"] == [1, 2, 4, 8]


def test_codewords_moved_by_hand_are_those_shown():
    app = opened(**PLANE, pairs="2")
    before = plane_header(app)
    moved = [[0.0, 0.0], [200.0, 210.0]]
    app.session_state.edit = {"of": before["of"], "codewords": moved}
    path = lloyd_path(pair_density(sample_picture("camera")), moved)
    expected = [f"MSE {mse:.2f} · PSNR {decibels(psnr_db(mse))}" for mse in path.mse]
    assert plane_header(sound(app.run()))["figures"] == expected != before["figures"]


def test_steps_in_the_plane_are_of_the_start_chosen_even_if_all_start_alike():
    flat = png_bytes(np.full((40, 40), 7, np.uint8))
    app = brought(("flat.png", flat), panel="Plane")
    before = plane_header(app)["of"]
    app.session_state.start = "ladder"
    after = plane_header(sound(app.run()))["of"]
    assert (before[-6:], after[-6:]) == ("random", "ladder")


def matches(app):
    """The files of rivals that the page has, by what they match."""
    found = [it for it in all_layers(app) if header(it)["kind"] == "match"]
    return {header(it)["match"]: body(it) for it in found}


def match_of(picture, point, codec, by):
    search, target = {
        "size": (largest_within, point.file_bytes),
        "psnr": (same_psnr, point.psnr_db),
    }[by]
    match = finish(search(picture.pixels, codec, target))
    return match.data if match else b""


def wished(app, *wishes):
    app.session_state.matches = [
        {"match": f"match {codec} {by}", "size": size} for codec, by, size in wishes
    ]
    return matches(sound(app.run()))


def test_each_match_is_that_of_its_codec_and_target():
    app = brought(("waves.png", waves()), block="4")
    picture = read_picture(waves(), "")
    events = sweep(picture, Settings(4), [1, 2, 4, 8])
    swept = {it.point.codebook_size: it.point for it in events if isinstance(it, Step)}
    for size in (8, 4):
        wishes = [(codec, by, size) for codec in ("jpeg", "webp") for by in ("size", "psnr")]
        found = wished(app, *wishes)
        assert found == {
            f"match {codec} {by}": match_of(picture, swept[size], codec, by)
            for codec, by, _ in wishes
        }
        assert found["match jpeg psnr"]


def test_a_match_is_of_its_picture_whatever_the_target():
    """Two pictures without an error, and of one length as a file: their targets are the same."""
    flats = [np.full((40, 40), tone, np.uint8) for tone in (7, 90)]
    app = upload(opened(), *((f"{it[0, 0]}.png", png_bytes(it)) for it in flats))
    for flat in flats:
        sound(app.selectbox(key="picture").set_value(f"{flat[0, 0]}.png").run())
        assert original(app) == flat.tobytes()
        found = wished(app, ("png8", "psnr", 1))["match png8 psnr"]
        picture = read_picture(png_bytes(flat), "")
        [step] = [it for it in sweep(picture, Settings(), [1]) if isinstance(it, Step)]
        assert found == match_of(picture, step.point, "png8", "psnr") != b""


def test_a_match_is_looked_for_once(calls_of):
    calls = calls_of("vqcore.lab.matches", "largest_within")
    app = brought(("waves.png", waves()), block="4")
    for _ in range(2):
        wished(app, ("jpeg", "size", 8))
    assert len(calls) == 1


def test_a_codebook_is_used_once_for_each_picture_codebook_and_rate_weight(calls_of):
    calls = calls_of("vqcore.lab.foreign", "use_work")
    books = [(f"{seed}.npz", pack_codebook(codebook_of(seed))) for seed in (1, 3)]
    pictures = [("waves.png", waves(2)), ("others.png", waves(4))]
    app = brought(*pictures, *books, **ANOTHER, block="4")
    shown = {tuple(app.table[0].value.iloc[0])}
    assert len(calls) == 1
    sound(app.run())
    assert len(calls) == 1
    for number, change in enumerate(
        [
            lambda: app.selectbox(key="codebook").set_value("3.npz"),
            lambda: app.select_slider(key="rate").set_value(5000),
            lambda: app.selectbox(key="picture").set_value("waves.png"),
        ],
        start=2,
    ):
        sound(change().run())
        shown.add(tuple(app.table[0].value.iloc[0]))
        assert (len(calls), len(shown)) == (number, number)


def answers(app):
    """What the sidebar says of uploaded codebooks."""
    texts = [it.value.replace("\N{NO-BREAK SPACE}", " ") for it in app.sidebar.markdown]
    return [text.removeprefix(":small[").removesuffix("]") for text in texts if "**" in text]


def test_uploaded_codebook_is_answered_in_a_line():
    app = upload(opened(), ("waves.png", waves(2)), npz(codebook_of(1)))
    assert answers(app) == [r"**other\.npz**: codebook of 8, 4 × 4, RGB: loaded"]
    assert app.header[0].value == r"waves\.png"


def test_codebook_that_does_not_fit_says_why():
    gray, two = ("gray.png", png_bytes(noise(40, 40))), (codebook_of(1), codebook_of(1, "gray"))
    files = [(f"*{at}*.npz", pack_codebook(it)) for at, it in enumerate(two)]
    app = upload(opened(), *files, gray)
    assert answers(app) == [
        r"**\*0\*\.npz**: codebook of 8, 4 × 4, RGB: loaded, "
        "but not for this picture, which is gray",
        r"**\*1\*\.npz**: codebook of 8, 4 × 4, gray: loaded",
    ]
    assert [name for _, name in viewer(app)["codebooks"]] == ["*1*.npz"]


def test_two_codebooks_of_one_name_stay_two():
    app = upload(opened(picture="coffee"), npz(codebook_of(1)), npz(codebook_of(2)))
    (one, first), (other, second) = viewer(app)["codebooks"]
    assert one != other
    assert (first, second) == ("other.npz", "other.npz (2)")


def use_layers(app):
    return [it for it in layers(app) if it["kind"] == "use"]


def test_viewer_gets_the_picture_with_a_codebook_when_it_asks():
    shared = codebook_of(1)
    app = upload(opened(), ("waves.png", waves(2)), npz(shared))
    assert not use_layers(app)
    [[asked, _]] = viewer(app)["codebooks"]
    app.session_state.uses = [asked, "another"]
    [layer] = use_layers(sound(app.run()))
    point = finish(use_work(read_picture(waves(2), ""), shared)).point
    assert (layer["codebook"], layer["name"]) == (asked, "with other.npz")
    assert layer["every"]["psnr_db"] == f"{point.psnr_db:.2f} dB"
    assert layer["every"]["file_bytes"] == f"{point.file_bytes} B"
    assert layer["sentence"].endswith("it is kept once, for all pictures: 384 bytes.")


def test_panel_lets_side_b_show_a_codebook():
    app = brought(("waves.png", waves(2)), npz(codebook_of(1)), **ANOTHER)
    before = viewer(app)
    assert before["use"] is None
    sound(button(app, "Show it on side B").click().run())
    [[id_, _]] = viewer(app)["codebooks"]
    assert (viewer(app)["use"], viewer(app)["asked"]) == (id_, before["asked"] + 1)


@pytest.mark.parametrize(
    ("kind", "mode", "is_as_it_was"),
    [("PNG", "RGB", True), ("TIFF", "RGB", False), ("PNG", "RGBA", False)],
)
def test_another_upload_reaches_the_page_as_what_browsers_show(kind, mode, is_as_it_was):
    """A TIFF, which they do not, and what was laid on white come as PNGs of our pixels."""
    pixels = np.random.default_rng(1).integers(0, 256, (40, 40, len(mode)), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    app = upload(opened(), ("other", file.getvalue()), ("one.png", png_bytes(noise(40, 40))))
    [data] = [it.bytes for it in components(app, "vq_layer") if b'"kind": "file"' in it.bytes[:200]]
    start = 8 + int.from_bytes(data[:4], "little")
    assert (data[start:] == file.getvalue()) == is_as_it_was
    shown = np.asarray(Image.open(io.BytesIO(data[start:])).convert("RGB"))
    np.testing.assert_array_equal(shown, read_picture(file.getvalue(), "").pixels)


def test_another_family_begins_with_its_own_settings():
    app = opened(family="residual", beam="16")
    assert app.select_slider(key="beam").value == 16
    app.selectbox(key="family").set_value("tree")
    assert sound(app.run()).select_slider(key="beam").value == 1
    app.select_slider(key="beam").set_value(4)
    app.selectbox(key="family").set_value("residual")
    assert sound(app.run()).select_slider(key="beam").value == 8


# Points


def opened_points(**query):
    return opened(**{"signal": "points", "source": "typed", "count": "50"} | query)


def typed(app, name, text):
    next(it for it in app.text_area if it.key == name).set_value(text)
    return sound(app.run())


def test_what_rounding_makes_equal_stands_at_the_title():
    app = typed(opened_points(), "numbers", "1000000000.1\n1000000000.2\n5")
    title = "3 vectors, d = 1 · 32-bit floats leave 2 of 3 distinct vectors"
    assert title in [it.value for it in app.markdown]


def test_a_start_of_more_codewords_than_distinct_vectors_is_left_out():
    app = opened_points(trainer="textbook", begin="given")
    app = typed(typed(app, "numbers", "1\n1\n2\n3"), "codewords", "1\n2\n3\n4")
    told = "Codewords: 4 are more than the 3 distinct vectors. Splitting is the start instead."
    assert [*{it.value for it in app.error}] == [told]
    assert any(it.value.startswith("SNR lossless") for it in app.markdown)
    app = typed(app, "codewords", "1\n2\n3")
    assert not app.error


def test_codewords_typed_for_the_plane_set_its_size_and_start():
    app = typed(opened_points(**{"point-panel": "plane"}), "numbers", "1 2\n3 4\n5 6")
    app = typed(app, "plane-codewords", "1 2\n2 3\n5 5")
    slider, start = app.slider(key="pairs"), app.button_group(key="start-given")
    assert (slider.value, slider.disabled, start.value, start.disabled) == (3, True, "given", True)
    app = typed(app, "plane-codewords", "")
    slider, start = app.slider(key="pairs"), app.button_group(key="start")
    assert (slider.value, slider.disabled, start.value, start.disabled) == (
        3,
        False,
        "random",
        False,
    )


def test_a_link_to_points_names_their_file_and_asks_for_it():
    tables = {name: f"{number}\n5\n".encode() for number, name in enumerate(["a.csv", "b.csv"])}
    digest = short_digest(read_points(tables["a.csv"], "a.csv"))
    link = {"needs": "a.csv", "digest": digest}
    app = opened_points(source="file", **link)
    told = "This link shows **a\\.csv**, which is not here. Upload it to see the same."
    assert [it.value for it in app.info] == [told]
    assert written(app) == link
    app = upload(app, ("b.csv", tables["b.csv"]))
    assert [it.value for it in app.warning] == ["This is not the file of the link, **a\\.csv**."]
    assert written(app)["needs"] == "b.csv"
    app = upload(app, *tables.items())
    assert (not app.warning, app.selectbox(key="file").value, written(app)) == (True, "a.csv", link)


def test_a_sample_instead_of_the_points_of_a_link_needs_no_file():
    app = opened_points(source="file", needs="a.csv", digest="0")
    app = sound(app.button[0].click().run())
    assert (app.selectbox(key="source").value, [*app.info]) == ("gaussian", [])
    assert written(app) == {"needs": None, "digest": None}


def written(app):
    """Which file the address says that is needed."""
    choices = json.loads(components(app, "vq_choices")[0].json)
    return {name: choices[name] for name in ("needs", "digest")}


POINTS = {"signal": "points", "source": "mixture", "count": "400", "largest": "8", "k": "8"}
POINT_PANELS = ("sizes", "training", "codewords", "rates", "gains", "health", "plane", "files")


def study_of_points():
    study = PointStudy(made("mixture", 400, 2), PointSettings(), (1, 2, 4, 8), Store(10**8))
    list(sweeping(study))
    return study


def test_health_of_points_is_told_of_the_k_shown():
    app = opened(**POINTS | {"point-panel": "health"})
    study = study_of_points()
    for work in examining(study), holding_out(study):
        list(work)
    told = "\n".join(f"- {it}" for it in pointpanels.health_sentences(study, 8))
    assert told in [it.value for it in app.markdown]
    assert not app.dataframe
    app.toggle(key="healths").set_value(True)
    assert list(sound(app.run()).dataframe[0].value["codebook_size"]) == [1, 2, 4, 8]


def test_steps_of_a_training_on_points_are_gone_through():
    app = opened(**POINTS | {"point-panel": "training"})
    frames = finish(point_frames_work(made("mixture", 400, 2), PointSettings(), 8))
    steps = app.select_slider(key="step")
    assert len(steps.options) == len(frames)
    assert steps.value == f"Iteration {frames[-1].iteration}, all vectors"
    steps.set_value("Before the split")
    shown = sound(app.run()).dataframe[-1].value
    assert [tuple(row) for row in shown[["x1", "x2"]].to_numpy(np.float32)] == [
        tuple(row) for row in frames[0].codewords
    ]


@pytest.mark.usefixtures("in_this_process")
def test_trainers_of_points_are_compared_if_asked_to():
    app = opened(**POINTS | {"point-panel": "training", "largest": "2", "k": "2"})
    charts = len(app.get("plotly_chart"))
    app.toggle(key="compare").set_value(True)
    spec = json.loads(sound(app.run()).get("plotly_chart")[charts].proto.spec)
    settings = PointSettings(trainer="minibatch", seed=1)
    run = finish(point_run_work(made("mixture", 400, 2), settings, 2))
    runs = next(trace for trace in spec["data"] if trace["name"] == say("trainer.minibatch"))
    assert len(runs["x"]) == 3
    assert runs["y"][1] == pytest.approx(run.decibels)


def test_where_each_vector_is_a_codeword_nothing_was_trained():
    how = {"source": "typed", "numbers": "1 2\n3 4\n8 9", "point-panel": "training"}
    told = [it.value for it in opened(**POINTS | how).markdown]
    assert ":small[Each distinct vector is a codeword: nothing was trained.]" not in told
    app = opened(**POINTS | how | {"numbers": "1 2"})
    told = [it.value for it in app.markdown]
    assert ":small[Each distinct vector is a codeword: nothing was trained.]" in told


def test_the_mse_of_points_is_plotted_too():
    app = opened(**POINTS | {"measure": "mse"})
    figures = study_of_points().figures
    assert curve(app, 1) == ([1, 2, 4, 8], [it.mse for it in figures])


@pytest.mark.parametrize(("source", "family"), [("typed", "plain"), ("laplacian", "gain-shape")])
@pytest.mark.parametrize("panel", POINT_PANELS)
def test_every_panel_of_points_stands_for_every_source(panel, source, family):
    how = {"source": source, "numbers": "1 2\n3 4\n3 4\n8 9", "dimension": "1"}
    app = opened(**POINTS | how | {"point-panel": panel, "point-family": family})
    assert app.get("plotly_chart")
    assert not app.error


@pytest.mark.usefixtures("in_this_process")
def test_a_trainer_that_tells_of_no_steps_is_not_said_to_have_trained_nothing():
    sound = {"signal": "sound", "sound-panel": "training", "largest": "2"}
    for how in (POINTS | {"point-panel": "training", "largest": "2", "k": "2"}, sound):
        told = [it.value for it in opened(**how | {"trainer": "minibatch"}).markdown]
        assert ":small[scikit-learn does not tell of its iterations.]" in told
        assert not any("nothing was trained" in it for it in told)


def test_a_training_by_the_book_on_a_sound_at_16_khz_is_told_as_numbers():
    how = {"trainer": "textbook", "iterations": "3", "largest": "2", "k": "2"}
    sound = {"signal": "sound", "sound-panel": "training", "sound-rate": "16000"}
    app = opened(**sound | how)
    assert any("at 16\u202f000 Hz" in it.value for it in app.markdown)
    assert list(app.dataframe[0].value["iteration"])[:2] == [0, 1]


# Sounds


def test_whose_voice_a_sound_is():
    names = [f"{kind}{seed}.wav" for kind in ("low", "high") for seed in (1, 2)]
    samples = [voice(name[:-5], int(name[-5])).samples for name in names]
    files = [(name, file_of(it, 8000)) for name, it in zip(names, samples, strict=True)]
    app = opened(signal="sound", **{"sound-panel": "speakers"})
    assert "It takes two speakers or more" in shown_text(app)
    upload(app, *files)
    [pills] = [it for it in app.button_group if it.label == "Voices"]
    assert pills.value == [*names[:3], "sentence", "melody"]
    assert "low speaks in low1" in shown_text(app)
    table = app.dataframe[0].value
    assert table[["test", "nearest"]].values.tolist() == [["high2.wav", "high"]]
    sound(pills.set_value([names[0], names[2]]).run())
    table = app.dataframe[0].value
    assert table["test"].tolist() == [names[1], names[3], *map(sound_name, SOUND_SAMPLES)]
    assert table["nearest"].tolist()[:2] == ["low", "high"]
    assert "2 of 2 tests named after a speaker" in shown_text(app)


def shown_text(app):
    return " ".join(it.value for it in app.markdown)


def test_a_sound_borrows_the_codebooks_of_another():
    asked = {"signal": "sound", "sound-panel": "health", "samples": "8", "borrow": "true"}
    app = opened(**asked | {"largest": "4", "healths": "true"})
    assert len(app.dataframe) == 1
    lender = app.selectbox(key="lender")
    assert lender.options == ["melody (sample)"]
    sound(lender.set_value("melody").run())
    health, lent = (it.value for it in app.dataframe)
    assert list(lent["codebook_size"]) == list(health["codebook_size"]) == [1, 2, 4]
    losses = lent["own_snr_db"] - lent["lent_snr_db"]
    np.testing.assert_allclose(lent["loss_db"], losses)


def test_a_recording_is_looked_at_and_silence_is_refused():
    app = opened(signal="sound", largest="2")
    app.session_state.recording = file_of(voice("low", 1, 0.5).samples, 8000)
    sound(sound(app.run()).selectbox(key="sound").set_value("Recording").run())
    assert app.header[0].value == "Recording"
    app.session_state.recording = file_of(np.zeros(4000, np.int16), 8000)
    sound(app.run())
    assert app.header[0].value.startswith("sentence")
    assert any("silen" in it.value for it in app.error)


def test_exercises_are_asked_and_answers_checked():
    app = opened(panel="exercises", largest="4")
    asked = {it.key.split()[0]: it for it in app.selectbox if (it.key or "").startswith("exercise")}
    assert list(asked) == [f"exercise-{it}" for it in ("bits", "reaching", "half", "block")]
    bits = asked["exercise-bits"]
    right = bits.options.index("256 bytes")  # 1024 blocks of 2 bits
    for place, sign in ((right, "✓ Right. 1\u202f024 blocks"), (right - 1, "✗ Not so.")):
        sound(bits.set_value(place).run())
        [reply] = [it.value for it in app.markdown if it.value.startswith(("✓", "✗"))]
        assert reply.startswith(sign)


def bands_are_looked_into(app):
    """At the K chosen there: in words, as a chart, as a table one fold away, as a picture."""
    for size in (2, 1):
        sound(app.selectbox(key="bands").set_value(size).run())
        assert any(it.value.startswith("Level 1, the finest, has 75 %") for it in app.markdown)
        [chart] = (it.proto for it in app.get("plotly_chart") if '"Y HL"' in it.proto.spec)
        assert f"at K = {size}." in chart.alt
        [fold] = (it for it in app.expander if it.label == say("bands.numbers"))
        taken = fold.dataframe[0].value["bytes_taken"]
        assert len(taken) == 3 * 19 + 2
        [drawn] = app.get("image")
        assert f"The bands of luma at K = {size} " in drawn.proto.imgs[0].alt


def test_wavelets_are_of_whole_pictures_on_every_panel():
    """One visit for all, as each K and each step takes its time."""
    app = at_rates(("waves.png", waves()), family="wavelet", beside="JPEG", largest="2")
    assert "blocks" not in facts(app)
    off = app.slider(key="block"), app.select_slider(key="rate"), app.toggle(key="smooth")
    assert all(it.disabled and it.help == say("sidebar.whole") for it in off)
    drawn = traces(app)
    [over_steps] = (name for name in drawn if name.startswith("RGB, wavelet, K = 2, q = "))
    assert len(drawn[over_steps]["x"]) > 2
    assert drawn["RGB, wavelet"]["mode"] == "markers"
    assert any("JPEG" in text for text in app.table[0].value["Ours against"])
    sound(app.selectbox(key="steps").set_value(1).run())
    assert any(name.startswith("RGB, wavelet, K = 1, q = ") for name in traces(app))
    told = {
        "health": say("health.by-block-only"),
        "plane": say("projection.none"),
        "training": say("training.of-vectors"),
    }
    for panel, sentence in told.items():
        app.session_state.panel = panel
        assert any(sentence in text.value for text in sound(app.run()).markdown), panel
        if panel == "health":
            bands_are_looked_into(app)
    assert not components(app, "vq_training")
    assert any(say("training.no-replay") in text.value for text in app.markdown)


# ----------------------------------------------------------------------------- very many pictures


def gathered(app):
    """Train one codebook, and wait until it is there."""
    sound(button(app, say("button.gather")).click().run())
    app.session_state.gathering.wait()
    return sound(app.run())


def test_a_folder_is_offered_to_nobody_else_and_no_address_opens_it(tmp_path):
    crafted = {"collection-folder": str(tmp_path), "collection-source": "folder"}
    app = opened(panel="All pictures", **crafted)
    assert "collection-folder" not in [it.key for it in app.text_input]
    sound(button(app, say("button.gather")).click().run())
    assert [it.value for it in app.error] == ["Upload pictures to train on."]
    assert "gathering" not in app.session_state


def test_many_pictures_get_one_codebook_which_is_then_at_hand(tmp_path, monkeypatch):
    monkeypatch.setattr("vqcore.show.visit.Visit.is_on_this_machine", lambda *_: True)
    app = opened(panel="All pictures", picture="camera", block="4")
    folder = app.text_input(key="collection-folder")
    sound(folder.set_value(str(tmp_path)).run())
    sound(button(app, say("button.gather")).click().run())
    assert [it.value for it in app.error] == ["There is no picture in this folder."]
    for seed in (1, 2, 3):
        (tmp_path / f"{seed}.png").write_bytes(waves(seed))
    (tmp_path / "torn.png").write_bytes(waves()[:50])
    sound(app.text_input(key="collection-folder").set_value(str(tmp_path)).run())
    app = gathered(app)
    assert any(it.value.startswith("3 pictures") for it in app.markdown)
    assert any(it.label == "1 file was left out" for it in app.expander)
    assert say("collection.health") in [it.value for it in app.subheader]
    assert app.text_input(key="collection-folder").value == str(tmp_path)
    [book] = app.session_state.trained
    app.session_state.panel = "codebook"
    sound(app.run())
    assert app.selectbox(key="codebook").options == [book.name]


def test_uploads_get_one_codebook_too_and_families_that_cannot_say_so():
    app = at_rates(("one.png", waves(1)), ("two.png", waves(2)), panel="All pictures", block="4")
    app = gathered(app)
    assert [it.name for it in app.session_state.trained] == ["2-pictures-K8.npz"]
    app = at_rates(("one.png", waves(1)), panel="All pictures", family="quadtree", block="4")
    assert any("no codebook is trained on several" in it.value for it in app.markdown)


def test_a_page_that_is_opened_gets_its_style_and_its_sidebar_before_the_rest(monkeypatch):
    rests = []
    monkeypatch.setattr("vqcore.show.visit.let_load", rests.append)
    app = opened()
    assert rests == [0.15, 0.3]
    sound(app.run())
    assert len(rests) == 2
