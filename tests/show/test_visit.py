"""What a hand has asked for, from run to run."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vqcore.coding.codec import Settings
from vqcore.lab.study import Study
from vqcore.lab.sweeps import Plan
from vqcore.lab.uploads import Upload, Uploads
from vqcore.show.links import Wanted
from vqcore.show.visit import Pick, Visit
from vqcore.signals.blocks import BlockLayout, BlockSize

PANELS, CODECS = ("sizes", "health"), ("jpeg",)


def browser(ip_address: str | None = None, **headers: str) -> Any:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(locale=None, headers=names, ip_address=ip_address)


def begun(**address: str) -> tuple[dict[Any, Any], Visit]:
    state: dict[Any, Any] = {}
    visit = Visit(state, address, browser())
    visit.begin(address, PANELS, CODECS)
    return state, visit


def there(*names: str) -> Uploads:
    shown = {name: SimpleNamespace(digest=f"digest of {name}") for name in names}
    opened = [SimpleNamespace(id=f"id of {name}", name=name) for name in names]
    return cast(Uploads, SimpleNamespace(shown=shown, opened=opened, points={}, sounds={}))


def test_an_address_is_taken_once() -> None:
    assert Visit({}, {}, browser()).is_opening
    state, visit = begun(k="8", panel="health")
    assert not visit.is_opening
    assert (state["size"], state["panel"]) == (8, "health")
    assert visit.wanted == Wanted()
    state["size"] = 4
    visit.begin({"k": "8"}, PANELS, CODECS)
    assert state["size"] == 4


def test_the_newest_upload_is_looked_at_but_for_one_that_a_link_waits_for() -> None:
    state, visit = begun(needs="a.png", digest="digest of a.png")
    visit.look_at_newest(there("a.png", "b.png"))
    assert state["picture"] == "a.png"
    visit.forget_link()
    visit.look_at_newest(there("a.png", "b.png", "c.png"))
    assert state["picture"] == "c.png"


def test_a_recording_stays_once_its_control_is_out_of_sight() -> None:
    state, visit = begun(needs="a.wav", digest="digest of a.wav", signal="sound")
    assert visit.recorded == b""
    state["microphone"] = BytesIO(b"a file")
    visit.keep_recording()
    visit.look_at_sound("Recording")
    assert (state["sound"], visit.wanted) == ("Recording", Wanted())
    del state["microphone"]
    assert visit.recorded == b"a file"
    state["microphone"] = None
    visit.keep_recording()
    assert visit.recorded == b""


def test_a_sound_is_looked_at_that_is_the_newest_or_that_a_link_waits_for() -> None:
    sounds = {name: SimpleNamespace(digest=f"digest of {name}") for name in ("a.vq", "b.wav")}
    one = cast(Uploads, SimpleNamespace(shown={}, points={}, vectors={}, sounds=sounds))
    state, visit = begun()
    visit.look_at_newest(one)
    assert (state["signal"], state["sound"]) == ("sound", "b.wav")
    state, visit = begun(signal="sound", needs="a.vq", digest="digest of a.vq")
    state["signal"] = "sound"
    visit.look_at_newest(one)
    assert state["sound"] == "a.vq"


def test_where_an_upload_went_away_what_is_looked_at_stays() -> None:
    state, visit = begun()
    visit.look_at_newest(there("a.png", "b.png", "c.png"))
    state["picture"] = "a.png"
    visit.look_at_newest(there("a.png", "b.png"))
    assert state["picture"] == "a.png"
    visit.look_at_newest(there("a.png", "b.png", "c.png"))
    assert state["picture"] == "c.png"


def test_a_raw_file_is_looked_at_once_it_is_a_picture() -> None:
    state, visit = begun()
    visit.look_at(there("a.png"), "id of b.raw")
    assert "picture" not in state
    visit.look_at(there("a.png", "b.raw"), "id of b.raw")
    assert state["picture"] == "b.raw"


def test_to_choose_a_size_asks_anew_and_no_more_for_another_codebook() -> None:
    _, visit = begun()
    visit.ask_of_viewer("other")
    assert visit.asked_of_viewer(CODECS).items() >= {"asked": 1, "use": "other"}.items()
    visit.choose_size(8)
    visit.choose_size(8)
    assert visit.asked_of_viewer(CODECS).items() >= {"asked": 3, "use": None}.items()


def test_the_viewer_writes_choices_into_the_address_but_for_those_of_the_start() -> None:
    _, visit = begun(panel="health")
    choices = visit.asked_of_viewer(CODECS)["choices"]
    assert {name: it for name, it in choices.items() if it} == {"panel": "health"}


def test_what_is_opened_of_other_settings_sets_the_controls() -> None:
    state, visit = begun()
    assert visit.open(Pick(8)) == "viewer"
    assert (state["size"], state["asked"], "block" in state) == (8, 1, False)
    picture = SimpleNamespace(is_gray=False)
    of = cast(Study, SimpleNamespace(settings=Settings(16, "ycbcr"), picture=picture))
    assert visit.open(Pick(4, of)) == "app"
    assert (state["size"], state["asked"]) == (4, 2)
    assert (state["block"], state["colour"]) == (16, "ycbcr")


@pytest.mark.parametrize(("size", "shown"), [(4, 4), (5, 4), (7, 8), (4096, 8)])
def test_where_a_size_is_not_there_the_nearest_is_shown(size: int, shown: int) -> None:
    _, visit = begun()
    visit.choose_size(size)
    layout = BlockLayout(64, 64, BlockSize(8, 8), "gray")
    assert visit.size_in(Plan(layout, (2, 4, 8), None)) == shown


def test_a_size_of_a_control_of_its_own_is_what_a_hand_chose_or_the_nearest_there_is() -> None:
    state, visit = begun(book="16")
    layout = BlockLayout(64, 64, BlockSize(8, 8), "gray")
    large, small = Plan(layout, (1, 8, 16, 32, 64), None), Plan(layout, (1,), None)
    sizes = [visit.size_for("steps", plan) for plan in (large, small, large)]
    assert sizes == [32, 1, 32]
    assert [visit.size_for("book", large), visit.size_for("cosines", large, 64)] == [16, 64]
    state["steps"] = 8
    visit.keep_size_for("steps")
    visit.choose_size(64)
    assert [visit.size_for("steps", plan) for plan in (small, large)] == [1, 8]


def test_downloads_are_offered_until_a_hand_closes_them_and_again_when_asked_for() -> None:
    state, visit = begun()
    of = cast(Study, SimpleNamespace(steps={8: "step"}))
    assert visit.step_to_offer(of) is None
    state["offer"] = {"size": 8, "at": 1, "link": "http://here"}
    assert (visit.step_to_offer(of), visit.link_to_offer) == ("step", "http://here")
    visit.stop_offering()
    assert visit.step_to_offer(of) is None
    state["offer"] = {"size": 8, "at": 2}
    assert (visit.step_to_offer(of), visit.link_to_offer) == ("step", "")
    state["offer"] = {"size": 16, "at": 3}
    assert visit.step_to_offer(of) is None


def test_seconds_are_counted_from_when_it_was_first_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter([10.0, 12.5, 20.0, 21.0, 30.0, 31.0])
    monkeypatch.setattr("vqcore.show.visit.monotonic", lambda: next(now))
    _, visit = begun()
    visit.wait_for("camera")
    visit.wait_for("camera")
    assert visit.seconds_waited == 2.5
    visit.wait_for("coffee")
    assert visit.seconds_waited == 1
    visit.stop_waiting()
    visit.wait_for("coffee")
    assert visit.seconds_waited == 1


def test_a_way_back_is_taken_once() -> None:
    state, visit = begun()
    wishes = {"matches": ["jpeg"], "uses": [], "offer": None}
    state["viewer"] = {"view": {**wishes, "returned": None}}
    assert not visit.take_view(PANELS, CODECS)
    assert visit.wishes("matches") == ["jpeg"]
    state["viewer"] = {"view": {**wishes, "returned": {"at": 1, "choices": {"panel": "health"}}}}
    assert visit.take_view(PANELS, CODECS)
    assert state["panel"] == "health"
    state["panel"] = "sizes"
    assert not visit.take_view(PANELS, CODECS)
    assert state["panel"] == "sizes"


def test_moved_codewords_are_those_of_their_plane_alone() -> None:
    state, visit = begun()
    given, moved = [[1.0, 2.0]], [[3.0, 4.0]]
    assert visit.edited("camera 1", given) == given
    state["plane"] = {"edit": {"of": "camera 1", "codewords": moved}}
    visit.keep_edit()
    assert visit.edited("camera 1", given) == moved
    assert visit.edited("coffee 1", given) == given
    state["plane"] = {"edit": {"of": "camera 1", "codewords": None}}
    visit.keep_edit()
    assert visit.edited("camera 1", given) == given


@pytest.mark.parametrize(
    ("state", "address", "locale", "spoken", "written"),
    [
        ({}, {}, "en-US", "en", None),
        ({}, {}, "zh-CN", "zh", None),  # the control has it as soon as it is drawn
        ({"lang": "zh"}, {}, "zh-CN", "zh", "zh"),
        ({"lang": "en"}, {}, "en-GB", "en", None),
        ({"lang": "en"}, {"lang": "zh"}, "zh", "en", "en"),
        ({}, {"lang": "zh"}, None, "zh", "zh"),
        ({}, {"lang": "test"}, "zh", "test", "test"),
        ({}, {}, "fr", "en", None),
        ({}, {"lang": "xx"}, "zh-CN", "zh", None),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_browser_s(
    state, address, locale, spoken, written
) -> None:
    visit = Visit(state, address, SimpleNamespace(locale=locale))
    assert visit.language == spoken
    assert visit.choices([])["lang"] == written


def test_the_browser_is_the_one_that_asks() -> None:
    browser = SimpleNamespace(locale="en-GB")
    visit = Visit({}, {}, browser)
    assert visit.language == "en"
    browser.locale = "zh-CN"
    assert visit.language == "zh"


@pytest.mark.parametrize(
    ("server_address", "ip_address", "headers", "is_here"),
    [
        ("localhost", None, {"Host": "localhost:8501"}, True),
        ("127.0.0.1", None, {"Host": "127.0.0.1:8501"}, True),
        ("::1", None, {"Host": "[::1]:8501"}, True),
        (None, None, {"Host": "localhost"}, True),  # listens everywhere, asked from here
        (None, "10.0.0.7", {"Host": "localhost:8501"}, False),  # a name that anyone can send
        ("localhost", None, {"Host": "lab.example.org"}, False),  # another server passes it on
        ("localhost", None, {"Host": "localhost", "X_Forwarded_For": "10.0.0.7"}, False),
        ("localhost", None, {"Host": "localhost.example.org"}, False),
        ("localhost", None, {}, False),
        (None, "10.0.0.7", {"Host": "192.168.0.2:8501"}, False),
    ],
)
def test_a_folder_is_offered_to_who_sits_at_this_machine(
    server_address: str | None, ip_address: str | None, headers: dict[str, str], is_here: bool
) -> None:
    visit = Visit({}, {"Host": "localhost"}, browser(ip_address, **headers))
    assert visit.is_on_this_machine(server_address) is is_here


def test_the_last_codebooks_trained_here_are_kept_under_names_of_their_own() -> None:
    visit = Visit({}, {}, browser())
    for number in range(10):
        visit.keep_trained(Upload(f"trained-{number}", "photos-K8.npz", b"", cast(Any, None)))
    assert [it.id for it in visit.trained] == [f"trained-{number}" for number in range(2, 10)]
    assert len({it.name for it in visit.trained}) == 8
