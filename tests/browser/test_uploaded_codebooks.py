"""Uploaded codebooks in a real browser: a side shows the picture with one, decoded by the page."""

import numpy as np
from PIL import Image
from playwright.sync_api import expect
from test_vq_files import made, middle, names, on_stage, photograph

from vqcore.coding.codebookfile import pack_codebook
from vqcore.lab.sharing import use_work
from vqcore.show.wording import kilobytes
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.work import finish

PIXELS = photograph()


def codebook_of(seed, *, size=16, colour="rgb", block=8):
    step = made(photograph(64, 96, seed=seed), size, colour, block)
    return step.encoded.shared


def npz(shared, name="other.npz"):
    return name, pack_codebook(shared)


def used(shared, pixels=PIXELS):
    return finish(use_work(Picture(pixels, ""), shared))


def as_rgb(pixels):
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def show(visitor, label, side="b"):
    """Let a side show something, and wait until it does."""
    visitor.side(side, ".show").select_option(label=label)
    expect(visitor.side(side, ".figures")).not_to_be_empty(timeout=20_000)
    return visitor.settle()


def test_a_side_shows_exactly_what_a_codebook_gives(visitor):
    blocks = {"rgb": 8, "gray": 4, "ycbcr": 16}
    books = {it: codebook_of(1, colour=it, block=block) for it, block in blocks.items()}
    files = [npz(book, colour) for colour, book in books.items()]
    visitor.bring("?block=8&largest=4", *files, ("one.png", png_bytes(PIXELS)))
    for colour, book in books.items():
        check_what_a_codebook_gives(visitor, colour, used(book), blocks[colour])
    check_that_one_in_gray_is_not_measured_against_colour(visitor)


def check_what_a_codebook_gives(visitor, name, use, block):
    show(visitor, f"with {name}")
    expected = as_rgb(use.encoded.decode())
    np.testing.assert_array_equal(visitor.saved("b"), expected)
    figures = visitor.figures()
    assert figures["PSNR"] == f"{use.point.psnr_db:.2f} dB"
    assert figures["File"] == kilobytes(len(use.file))
    assert (figures["K"], visitor.side("b", ".k").inner_text()) == ("16", "16")
    told = visitor.side("b", ".figures").inner_text()
    assert f"PSNR {use.point.psnr_db:.2f} dB" in told
    assert f"{len(use.file)} bytes" in told.replace("\u202f", "")
    assert visitor.page.locator(".sentence").inner_text().startswith("Its codebook is not in")
    show(visitor, f"difference with {name}")
    visitor.side("b", ".gain").select_option("1")
    np.testing.assert_array_equal(visitor.saved("b"), np.abs(PIXELS.astype(int) - expected))
    show(visitor, f"index map with {name}")
    colours, layout = visitor.saved("b"), use.encoded.layout
    places = use.encoded.indices.reshape(layout.rows, layout.columns)
    places = places.repeat(block, 0).repeat(block, 1)[:101, :167]
    for index in np.unique(places):
        assert len(np.unique(colours[places == index], axis=0)) == 1
    assert len(np.unique(colours.reshape(-1, 3), axis=0)) == len(np.unique(places))


def test_both_sides_can_show_it_and_have_their_own_once_it_is_gone(visitor):
    one, other = codebook_of(1), codebook_of(2, size=4)
    files = [npz(one, "one.npz"), npz(other, "two.npz"), ("one.png", png_bytes(PIXELS))]
    visitor.bring("?block=8&largest=4", *files)
    assert names(visitor, "a")[4:10] == [
        f"{what}with {name}" for name in ("one.npz", "two.npz")
        for what in ("", "difference ", "index map ")
    ]  # fmt: skip
    show(visitor, "with one.npz", "a")
    show(visitor, "with two.npz", "b")
    for side, shared in (("a", one), ("b", other)):
        np.testing.assert_array_equal(visitor.saved(side), used(shared).encoded.decode())
    label = visitor.page.locator(".pictures").get_attribute("aria-label")
    assert "A: with one.npz: K = 16" in label
    assert "B: with two.npz: K = 4" in label
    visitor.page.get_by_role("button", name="Remove two.npz").click()
    expect(visitor.side("b", ".show")).to_have_value("rebuilt", timeout=20_000)
    np.testing.assert_array_equal(visitor.settle().saved("b"), made(PIXELS, 4).encoded.decode())


def test_a_block_is_followed_across_blocks_of_two_sizes(visitor):
    """Side A has blocks of 16 × 16, side B of 4 × 4: each lights its own codeword."""
    shared = codebook_of(1, block=4)
    use, own = used(shared), made(PIXELS, 4, "rgb", 16)
    visitor.bring("?block=16&largest=4&k=4", npz(shared), ("one.png", png_bytes(PIXELS)))
    show(visitor, "with other.npz")
    visitor.side("a", ".show").select_option("rebuilt")
    whole = on_stage(visitor, 101, 167)
    box = visitor.page.locator(".pictures").bounding_box()
    left = box["x"] + np.floor(box["width"] / 2 - 167 / 2 + 0.5)
    top = box["y"] + np.floor(box["height"] / 2 - 101 / 2 + 0.5)
    visitor.page.mouse.click(left + 22, top + 41)  # of 4 × 4: 5 across, 10 down; of 16 × 16: 1, 2
    index = use.encoded.indices[10 * use.encoded.layout.columns + 5, 0]
    assert visitor.page.locator(".book .told").inner_text().startswith(f"Codeword {index}: ")
    assert f"block 6 across, 11 down has index {index}," in inspected(visitor)
    places = use.encoded.indices.reshape(use.encoded.layout.rows, -1).repeat(4, 0).repeat(4, 1)
    chosen = places[:101, :167] == index
    lit = on_stage(visitor, 101, 167)
    np.testing.assert_array_equal(lit[chosen], whole[chosen])
    assert lit[~chosen].mean() < 0.5 * whole[~chosen].mean()
    for _ in range(20):
        visitor.page.keyboard.press("Shift+ArrowRight")
    index = own.encoded.indices[2 * own.encoded.layout.columns + 1, 0]
    places = own.encoded.indices.reshape(own.encoded.layout.rows, -1).repeat(16, 0).repeat(16, 1)
    chosen = places[:101, :167] == index
    lit = middle(visitor.stage(), 101, 167)
    np.testing.assert_array_equal(lit[chosen], own.encoded.decode()[chosen])
    assert (lit[~chosen] < own.encoded.decode()[~chosen]).mean() > 0.9


def inspected(visitor):
    return visitor.page.locator(".inspector .facts").inner_text()


def check_that_one_in_gray_is_not_measured_against_colour(visitor):
    show(visitor, "with gray")
    visitor.page.locator(".pictures").focus()
    visitor.page.keyboard.press("Enter")
    assert "has index" in inspected(visitor)
    assert "MSE" not in inspected(visitor)
    visitor.side("b", ".show").select_option("rebuilt")
    visitor.page.locator(".pictures").focus()
    visitor.page.keyboard.press("Escape")
    visitor.page.keyboard.press("Enter")
    assert "MSE" in inspected(visitor)


def test_beside_a_codebook_a_match_is_of_a_size_that_was_swept_and_a_size_replaces_it(visitor):
    shared = codebook_of(1)
    visitor.bring("?block=8&largest=8&k=8", npz(shared), ("one.png", png_bytes(PIXELS)))
    show(visitor, "with other.npz")
    show(visitor, "JPEG of the same size", "a")
    label = visitor.page.locator(".pictures").get_attribute("aria-label")
    assert "A: JPEG of the size of K = 8" in label
    visitor.page.locator(".pictures").focus()
    visitor.page.keyboard.press("p")
    expect(visitor.side("b", ".k")).to_have_text("1")
    visitor.page.keyboard.press("p")
    assert visitor.side("b", ".show").input_value() == "rebuilt"
    visitor.settle()


def test_the_panel_shows_it_on_side_b(visitor):
    shared = codebook_of(1)
    visitor.bring(
        "?block=8&largest=4&panel=Another+codebook", npz(shared), ("one.png", png_bytes(PIXELS))
    )
    visitor.page.get_by_role("button", name="Show it on side B").click()
    expect(visitor.side("b", ".show option:checked")).to_have_text("with other.npz")
    np.testing.assert_array_equal(visitor.settle().saved("b"), used(shared).encoded.decode())


HOSTILE = ["match x", "<img src=x onerror=alert(1)>", "*a* :red[b] $c$", "with a with b", "rebuilt"]


def test_names_of_codebooks_are_text_and_two_of_one_name_stay_two(visitor):
    books = [codebook_of(seed, size=2) for seed in range(len(HOSTILE))]
    files = [npz(book, name) for book, name in zip(books, HOSTILE, strict=True)]
    two = [codebook_of(seed) for seed in (1, 2)]
    files += [npz(book) for book in two]
    visitor.bring("?block=8&largest=4", *files, ("one.png", png_bytes(PIXELS)))
    sidebar = visitor.page.locator("[data-testid=stSidebar]")
    for name, book in zip(HOSTILE, books, strict=True):
        expect(sidebar.get_by_text(f"{name}: codebook of 2, 8 × 8, RGB: loaded")).to_be_visible()
        show(visitor, f"with {name}")
        np.testing.assert_array_equal(visitor.saved("b"), used(book).encoded.decode())
    assert visitor.page.locator("img[src=x]").count() == 0
    for label, book in zip(("with other.npz", "with other.npz (2)"), two, strict=True):
        show(visitor, label)
        np.testing.assert_array_equal(visitor.saved("b"), used(book).encoded.decode())


def test_a_saved_picture_names_the_codebook_and_claims_no_training(visitor):
    shared = codebook_of(1, block=4)
    visitor.bring("?block=8&largest=4&seed=3", npz(shared), ("one.png", png_bytes(PIXELS)))
    show(visitor, "with other.npz")
    with visitor.page.expect_download() as download:
        visitor.side("b", ".save").click()
    assert download.value.suggested_filename == "one-with other.npz-rebuilt.png"
    texts = Image.open(download.value.path()).text
    assert (texts["codebook"], texts["block_size"]) == (shared.checksum.hex(), "4")
    assert texts["codebook_size"] == "16"
    assert not {"seed", "trainer"} & texts.keys()
