"""The Training panel in a real Chromium: the steps of a training, which the viewer shows too."""

import re

import numpy as np
from playwright.sync_api import expect
from test_canvas import png, swept

from vqcore.coding.codec import Settings
from vqcore.lab.playback import frames_work
from vqcore.signals.blocks import cut, layout_of
from vqcore.signals.pictures import read_picture
from vqcore.work import finish

DATA = png(94, 143)  # not whole blocks: their distortion is not the MSE of the picture
SIZES = [1, 2, 4, 8]


def replayed(size, family="plain"):
    settings = Settings(4, family=family)
    picture = read_picture(DATA, "")
    layout = layout_of(picture, 4, "rgb")
    steps = swept(DATA, settings, SIZES)
    known = {size: step.encoded.quantizer for size, step in steps.items()}
    return finish(frames_work(cut(picture, layout), settings, size, known=known))


def opened(visitor, size, more=""):
    visitor.bring(f"?block=4&largest=8&k={size}&panel=Training{more}", ("one.png", DATA))
    title = visitor.page.locator(".training .size")
    expect(title).to_have_text(f"K = {size}, iteration by iteration", timeout=60_000)
    return visitor.page.locator(".training .curve"), title


def test_the_stages_of_a_residual_quantizer_are_steps_too(visitor):
    curve, _ = opened(visitor, 4, "&family=residual")
    frames = replayed(4, "residual")
    curve.scroll_into_view_if_needed()
    curve.click(position={"x": 48, "y": 100})
    for frame in frames[:3]:
        expect(visitor.page.locator(".training .told")).to_contain_text(f"{frame.mse:.2f} · blocks")
        np.testing.assert_array_equal(visitor.saved("b"), frame.encoded.decode())
        curve.press("ArrowRight")
    legend = visitor.page.locator(".training .legend li")
    assert legend.all_inner_texts() == ["at first", "a stage more", "all stages jointly"]


def test_a_replay_is_gone_through_by_hand(visitor):
    """One visit for all: every K, arrows, clicks, and a side for each of two K."""
    curve, title = opened(visitor, 8)
    check_every_size_but_the_smallest(visitor, curve, title)
    visitor.choose(8)
    frames = replayed(8)
    check_arrows(visitor, curve, frames)
    check_clicks(visitor, curve, frames)
    check_that_each_side_has_its_own(visitor)


def check_clicks(visitor, curve, frames):
    """On a step, which the viewer shows."""
    curve.scroll_into_view_if_needed()
    width = curve.evaluate("it => it.clientWidth")
    for x, at in ((48, 0), (width - 12, -1)):
        curve.click(position={"x": x, "y": 100})
        expect(visitor.side("b", ".show")).to_have_value("training")
        np.testing.assert_array_equal(visitor.saved("b"), frames[at].encoded.decode())
        frame, told = frames[at], visitor.page.locator(".training .told")
        expect(told).to_contain_text(f"iteration {frame.iteration} · PSNR")
        expect(told).to_contain_text(f"MSE {frame.mse:.2f} · blocks {frame.distortion:.2f}")
    visitor.settle()


def check_arrows(visitor, curve, frames):
    """They go through the steps."""
    for key, at in (("ArrowLeft", -2), ("ArrowLeft", -3), ("ArrowRight", -2)):
        curve.press(key)
        np.testing.assert_array_equal(visitor.saved("b"), frames[at].encoded.decode())
    expect(curve).to_have_attribute("aria-label", re.compile(f"^Distortion .* {len(frames)} steps"))
    visitor.settle()


def test_the_size_chosen_before_is_replayed_and_nothing_jumps(visitor):
    visitor.bring("?block=4&largest=8&k=8", ("one.png", DATA))
    before = panels_below_the_viewer(visitor)
    visitor.choose(4).page.get_by_role("radio", name="Training").click()
    title = visitor.page.locator(".training .size")
    expect(title).to_have_text("K = 4, iteration by iteration", timeout=60_000)
    visitor.settle()
    assert panels_below_the_viewer(visitor) == before


def panels_below_the_viewer(visitor):
    """How far below the viewer the choice of panels is, in pixels."""
    viewer = visitor.page.get_by_role("region", name="Viewer").bounding_box()
    panels = visitor.page.get_by_role("radiogroup", name="Panel").bounding_box()
    return panels["y"] - viewer["y"] - viewer["height"]


def check_every_size_but_the_smallest(visitor, curve, title):
    """Each is replayed as soon as it is chosen: the script hears nothing of it."""
    drawn = visitor.stage(".training .curve")
    for size in (4, 2, 8):
        visitor.choose(size)
        expect(title).to_have_text(f"K = {size}, iteration by iteration")
        frames = replayed(size)
        ends = f"from {frames[0].distortion:.2f} to {frames[-1].distortion:.2f}"
        expect(curve).to_have_attribute("aria-label", re.compile(re.escape(ends)))
    np.testing.assert_array_equal(visitor.stage(".training .curve"), drawn)
    visitor.choose(1)
    expect(visitor.page.locator(".training .told")).to_contain_text("Nothing to replay")
    assert not visitor.stage(".training .curve").any()


def check_that_each_side_has_its_own(visitor):
    """Each goes through the training of its own size."""
    visitor.side("a", ".show").select_option("rebuilt")
    visitor.choose(4, side="a")
    for side in "ab":
        visitor.side(side, ".show").select_option("training")
    for side, size in (("a", 4), ("b", 8)):
        slider, frames = visitor.side(side, ".size"), replayed(size)
        for at in (0, len(frames) - 1):
            slider.fill(str(at))
            np.testing.assert_array_equal(visitor.saved(side), frames[at].encoded.decode())
    told = visitor.page.locator(".training .told")
    last = f"MSE {replayed(8)[-1].mse:.2f}"
    visitor.side("a", ".size").fill("1")
    expect(told).to_contain_text(last)
    visitor.side("b", ".show").select_option("rebuilt")
    expect(told).to_contain_text(last)
