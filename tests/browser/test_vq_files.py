"""Uploaded .vq files in a real browser: in the viewer, with and without their originals."""

import numpy as np
from playwright.sync_api import expect

from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import Step, sweep
from vqcore.signals.pictures import Picture, png_bytes


def photograph(height=101, width=167, seed=0):
    """Pixels with smooth parts and rough ones."""
    rng = np.random.default_rng(seed)
    slopes = np.add.outer(np.arange(height), 2 * np.arange(width))[..., None] * [1, 2, 3] // 4 % 256
    return np.clip(slopes + rng.integers(-32, 32, (height, width, 3)), 0, 255).astype(np.uint8)


def made(pixels, size=16, colour="rgb", block=8):
    events = sweep(Picture(pixels, ""), Settings(block, colour), [size])
    return next(event for event in events if isinstance(event, Step))


def rgb(pixels):
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def names(visitor, side):
    return visitor.side(side, ".show option").all_inner_texts()


def on_stage(visitor, height, width):
    """Side B's pixels, from the middle of the stage at 1:1, where it is all there is."""
    visitor.page.locator(".pictures").focus()
    for key in ("0", "1", *["Shift+ArrowLeft"] * 10):
        visitor.page.keyboard.press(key)
    return middle(visitor.stage(), height, width)


def middle(stage, height, width):
    left = int(np.floor(stage.shape[1] / 2 - width / 2 + 0.5))
    top = int(np.floor(stage.shape[0] / 2 - height / 2 + 0.5))
    return stage[top : top + height, left : left + width]


def test_a_file_alone_is_decoded_to_the_pixel_and_has_figures_and_blocks(visitor):
    steps = {colour: made(photograph(), colour=colour) for colour in ("rgb", "gray", "ycbcr")}
    visitor.open("?block=8&largest=4").upload(("rgb.vq", steps["rgb"].file))
    check_decoded(visitor, steps["rgb"])
    check_figures(visitor, steps["rgb"])
    check_that_a_block_is_followed(visitor, steps["rgb"])
    for colour in ("gray", "ycbcr"):
        visitor.upload((f"{colour}.vq", steps[colour].file))
        check_decoded(visitor, steps[colour])


def check_decoded(visitor, step):
    expected = rgb(step.encoded.decode())
    np.testing.assert_array_equal(on_stage(visitor, 101, 167), expected)
    assert names(visitor, "a") == names(visitor, "b") == ["rebuilt", "index map"]
    for side in ("a", "b"):
        assert visitor.side(side, ".show").input_value() == "rebuilt"
        np.testing.assert_array_equal(visitor.saved(side), expected)
    assert "on its way" not in visitor.page.locator(".pictures").get_attribute("aria-label")


def check_figures(visitor, step):
    """None is made up."""
    figures = visitor.figures()
    assert (figures["PSNR"], figures["SSIM"]) == ("–", "–")
    assert figures["File"] == f"{len(step.file) / 1000:.1f} kB"
    assert figures["In use"] == "16 of 16"
    assert figures["K"] == visitor.side("b", ".k").inner_text() == "16"
    assert visitor.side("b", ".ticks").inner_text() == "16"
    for side in ("a", "b"):
        assert visitor.side(side, ".figures").inner_text().startswith("K = 16 · ")
    assert "PSNR" not in visitor.page.locator(".pictures").get_attribute("aria-label")
    assert visitor.page.get_by_role("button", name="Download", exact=True).is_disabled()


def check_that_a_block_is_followed(visitor, step):
    visitor.page.locator(".pictures").focus()
    visitor.page.keyboard.press("Enter")
    row, column = 101 // 2 // 8, 167 // 2 // 8
    index = step.encoded.indices[row * step.encoded.layout.columns + column, 0]
    told = visitor.page.locator(".inspector .facts").inner_text()
    assert f"block {column + 1} across, {row + 1} down has index {index}," in told
    assert "MSE" not in told
    assert not visitor.page.locator(".own").is_visible()
    assert visitor.page.locator(".book .told").inner_text().startswith(f"Codeword {index}:")


def test_a_file_stands_beside_its_original_and_is_measured(visitor):
    pixels = photograph()
    step = made(pixels)
    visitor.bring("?block=8&largest=4", ("one.png", png_bytes(pixels)), ("one.vq", step.file))
    np.testing.assert_array_equal(visitor.saved("a"), pixels)
    np.testing.assert_array_equal(on_stage(visitor, 101, 167), step.encoded.decode())
    figures = visitor.figures()
    assert figures["PSNR"] == f"{step.point.psnr_db:.2f} dB"
    assert figures["SSIM"] == f"{step.point.ssim:.4f}"
    assert figures["Upload"].startswith("PNG, ")
    assert visitor.side("a", ".figures").inner_text().startswith("one.png · PNG, ")
    visitor.side("b", ".show").select_option("difference")
    visitor.side("b", ".gain").select_option("1")
    error = np.abs(pixels.astype(int) - step.encoded.decode())
    np.testing.assert_array_equal(visitor.saved("b"), error)


def test_the_nearest_of_several_is_the_original_and_the_others_are_offered(visitor):
    pixels = photograph()
    noisy = np.clip(pixels + np.random.default_rng(1).normal(0, 30, pixels.shape), 0, 255)
    step = made(pixels)
    visitor.bring(
        "?block=8&largest=4",
        ("noisy.png", png_bytes(noisy.astype(np.uint8))),
        ("true.png", png_bytes(pixels)),
        ("turned.png", png_bytes(pixels.swapaxes(0, 1))),
        ("smaller.png", png_bytes(pixels[:-1])),
        ("it.vq", step.file),
    )
    assert names(visitor, "a") == ["original", "rebuilt", "difference", "index map", "noisy.png"]
    np.testing.assert_array_equal(visitor.saved("a"), pixels)
    visitor.side("a", ".show").select_option(label="noisy.png")
    np.testing.assert_array_equal(visitor.saved("a"), noisy.astype(np.uint8))


def test_wrong_sizes_are_no_original(visitor):
    pixels = photograph()
    files = [("turned.png", png_bytes(pixels.swapaxes(0, 1))), ("less.png", png_bytes(pixels[1:]))]
    visitor.bring("?block=8&largest=4", *files, ("it.vq", made(pixels).file))
    assert names(visitor, "a") == ["rebuilt", "index map"]
    assert visitor.figures()["PSNR"] == "–"


def test_what_was_chosen_for_pictures_is_chosen_again_after_a_file(visitor):
    pixels = photograph()
    visitor.open("?block=8&largest=8&k=8").upload(("one.png", png_bytes(pixels)))
    visitor.side("b", ".show").select_option("difference")
    visitor.side("a", ".show").select_option("match jpeg size")
    visitor.settle().upload(("other.vq", made(photograph(40, 56), size=2).file))
    assert [visitor.side(each, ".show").input_value() for each in "ab"] == ["rebuilt"] * 2
    visitor.page.get_by_role("combobox", name="Picture").click()
    visitor.page.get_by_role("option", name="one.png", exact=True).click()
    visitor.settle()
    expect(visitor.side("a", ".show")).to_have_value("match jpeg size")
    assert visitor.side("b", ".show").input_value() == "difference"
    assert visitor.figures()["K"] == "8"


HOSTILE = ["match day", "<img src=x onerror=alert(1)>", "*a* :red[b] $c$", "with x", "rebuilt"]


def test_names_of_files_are_text(visitor):
    step = made(photograph(24, 32), size=2)
    visitor.bring(
        "?block=8&largest=4", *[(name, step.file) for name in HOSTILE], ("last.vq", step.file)
    )
    for name in HOSTILE:
        visitor.page.get_by_role("combobox", name="Picture").click()
        visitor.page.get_by_role("option", name=name, exact=True).click()
        visitor.page.wait_for_function(
            "name => document.querySelector('[data-testid=stMain] h2').textContent === name",
            arg=name,
        )
        visitor.settle()
        label = visitor.page.locator(".pictures").get_attribute("aria-label")
        assert label.startswith(f"{name}, two sides")
        np.testing.assert_array_equal(visitor.saved("b"), step.encoded.decode())
    assert visitor.page.locator("img[src=x]").count() == 0


def check_the_same_file_twice(visitor):
    step = made(photograph(24, 32), size=2)
    visitor.upload(("a.vq", step.file), ("a.vq", step.file))
    assert visitor.page.locator("h2").first.inner_text() == "a.vq (2)"
    np.testing.assert_array_equal(visitor.saved("b"), step.encoded.decode())


def test_small_files_and_one_codeword(visitor):
    visitor.open("?block=8&largest=4")
    for height, width, size in [(1, 1, 1), (24, 32, 1), (3, 200, 4)]:
        step = made(photograph(height, width), size=size)
        visitor.upload((f"{width} by {height}.vq", step.file))
        np.testing.assert_array_equal(visitor.saved("b"), step.encoded.decode())
        assert visitor.figures()["K"] == str(step.encoded.quantizer.codebook_size)
    check_the_same_file_twice(visitor)


def test_a_link_to_a_file_asks_for_it(visitor):
    step = made(photograph(24, 32), size=2)
    visitor.open("?block=8&largest=4").upload(("a.vq", step.file))
    # Streamlit, too, writes the address, at times after the page has written the view into it.
    visitor.page.evaluate("history.replaceState(history.state, '', '?panel=codebook&picture=a.vq')")
    visitor.settle().page.reload()
    visitor.page.get_by_text("This link shows a.vq, which is not here").wait_for()
    visitor.upload(("a.vq", step.file))
    assert visitor.page.get_by_text("not the file of the link").count() == 0
    np.testing.assert_array_equal(visitor.saved("b"), step.encoded.decode())
