"""Tests of tiff: each kind of TIFF file is read as the numbers that were written into it."""

import io
import itertools
import struct
import tracemalloc

import numpy as np
import pytest
import tifffile
from helpers import words_of
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tiff_writer import COMPRESSIONS, container, written

from vqcore.signals import tiff
from vqcore.signals.pictures import PictureError, read_picture

WHITE_IS_0, BLACK_IS_0, RGB, PALETTE, CMYK, YCBCR, CIE_LAB, ICC_LAB = 0, 1, 2, 3, 5, 6, 8, 9
UNASSOCIATED, ASSOCIATED = {338: [2]}, {338: [1]}
DEPTHS = [("u", bits) for bits in (*range(1, 17), 32, 64)]
DEPTHS += [("i", bits) for bits in (8, 16, 32, 64)] + [("f", bits) for bits in (16, 32, 64)]
TIFFFILE_READS = ("none", "deflate", "old deflate", "packbits")


def some(kind, bits, shape, seed=0):
    """Return samples all over their range, its two ends among them."""
    random = np.random.default_rng(seed)
    if kind == "f":
        samples = random.normal(size=shape).astype(f"f{bits // 8}")
    else:
        low, high = (0, 2**bits) if kind == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1))
        form = f"{kind}{max(1, (bits + 7) // 8)}" if bits <= 16 else f"{kind}{bits // 8}"
        samples = random.integers(low, high, shape, form, endpoint=False)
        samples.flat[0], samples.flat[1] = low, high - 1
    return samples


def levels(samples, bits, photometric=BLACK_IS_0):
    """Return what samples are at 8 bits, unrounded, by the rules in the notes of `read_picture`."""
    values = samples.astype(np.longdouble)
    low, high = 0, 2**bits - 1
    if samples.dtype.kind != "u" or bits > 16:
        low, high = values.min(), values.max()
        if low >= 0 and high <= 255:
            low, high = 0, 1 if high <= 1 else 255
    exact = 255 * (values - low) / (high - low)
    return 255 - exact if photometric == WHITE_IS_0 else exact


def pixels_of(data):
    pixels = read_picture(data, "").pixels
    return pixels.reshape(*pixels.shape[:2], -1)


def check(data, samples, bits, photometric):
    """Assert that the file gives the samples that were written, each to the nearest level."""
    pixels = pixels_of(data)
    expected = levels(samples, bits, photometric)
    assert pixels.shape == expected.shape
    assert np.abs(pixels - expected).max() <= 0.5 + 1e-6


LAYOUTS = [
    pytest.param({"rows": 5}, id="strips"),
    pytest.param({"rows": 2**32 - 1}, id="one strip"),
    pytest.param({"tile": (16, 32)}, id="tiles"),
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
@pytest.mark.parametrize("photometric", [WHITE_IS_0, BLACK_IS_0, RGB])
@pytest.mark.parametrize(("kind", "bits"), DEPTHS, ids=[f"{kind}{bits}" for kind, bits in DEPTHS])
def test_each_kind_gives_the_samples_written(kind, bits, photometric, order, layout):
    layout = {**layout, "rows": min(layout.get("rows", 19), 19)}
    samples = some(kind, bits, (19, 37, 3 if photometric == RGB else 1))
    for planar in [False, True][: samples.shape[2]]:
        for big in (False, True):
            data = written(
                samples, bits, photometric, order=order, planar=planar, big=big, **layout
            )
            check(data, samples, bits, photometric)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("compression", list(COMPRESSIONS)[1:])
@pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
def test_each_compression_and_predictor_gives_the_samples_written(compression, order, layout):
    layout = {**layout, "rows": min(layout.get("rows", 19), 19)}
    for (kind, bits), photometric, predictor in itertools.product(
        [("u", 1), ("u", 4), ("u", 8), ("u", 12), ("u", 16), ("i", 16), ("u", 32), ("f", 32)],
        [WHITE_IS_0, RGB],
        [1, 2, 3],
    ):
        if (predictor == 3 and kind != "f") or (predictor == 2 and bits % 8):
            continue
        samples = some(kind, bits, (19, 37, 3 if photometric == RGB else 1))
        for planar in [False, True][: samples.shape[2]]:
            data = written(
                samples,
                bits,
                photometric,
                order=order,
                planar=planar,
                compression=compression,
                predictor=predictor,
                **layout,
            )
            check(data, samples, bits, photometric)


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_floating_point_predictor_at_each_depth(bits):
    samples = some("f", bits, (9, 21, 3))
    check(written(samples, bits, RGB, compression="deflate", predictor=3), samples, bits, RGB)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("bits", [1, 4, 8, 12, 16])
def test_the_other_order_of_bits_in_a_byte(bits, compression):
    samples = some("u", bits, (9, 21, 1))
    data = written(samples, bits, BLACK_IS_0, fill_order=2, compression=compression)
    check(data, samples, bits, BLACK_IS_0)


def of_tifffile(samples, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, samples, **options)
    return file.getvalue()


@pytest.mark.parametrize("compression", TIFFFILE_READS)
@pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
@pytest.mark.parametrize(
    "kind", [each for each in DEPTHS if each[1] % 8 == 0 or each[1] == 1], ids=str
)
def test_the_writer_of_these_tests_agrees_with_tifffile(kind, order, compression):
    samples = some(*kind, (37, 53, 3))
    for planar, tile in itertools.product([False, True], [None, (16, 32)]):
        data = written(
            samples, kind[1], RGB, order=order, planar=planar, tile=tile, compression=compression
        )
        read = tifffile.imread(io.BytesIO(data))
        np.testing.assert_array_equal(np.moveaxis(read, 0, 2) if planar else read, samples)


@settings(max_examples=100)
@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    depth=st.sampled_from([each for each in DEPTHS if each[1] % 8 == 0]),
    colour=st.sampled_from([(1, "minisblack"), (1, "miniswhite"), (3, "rgb")]),
    order=st.sampled_from("<>"),
    planar=st.booleans(),
    tile=st.sampled_from([None, (16, 16), (32, 16)]),
    rows=st.integers(1, 50),
    packed=st.booleans(),
    big=st.booleans(),
    seed=st.integers(0, 99),
)
def test_what_tifffile_writes(shape, depth, colour, order, planar, tile, rows, packed, big, seed):
    channels, photometric = colour
    samples = some(*depth, (*shape, channels), seed) if np.prod(shape) > 1 else None
    if samples is None:
        return
    planar = planar and channels == 3
    data = of_tifffile(
        np.moveaxis(samples, 2, 0) if planar else samples if channels == 3 else samples[..., 0],
        photometric=photometric,
        byteorder=order,
        tile=tile,
        rowsperstrip=None if tile else rows,
        compression="zlib" if packed else None,
        predictor=packed and depth[0] != "f" and depth[1] < 64,
        bigtiff=big,
        **({"planarconfig": "separate" if planar else "contig"} if channels == 3 else {}),
    )
    if depth == ("u", 16) and samples.max() < 2**15:
        return
    check(data, samples, depth[1], WHITE_IS_0 if photometric == "miniswhite" else BLACK_IS_0)


# ---------------------------------------------------------------------------- faxes and photographs


def of_pillow(image, **options):
    file = io.BytesIO()
    image.save(file, "TIFF", **options)
    return file.getvalue()


@pytest.mark.parametrize("rows", [8, 37])
@pytest.mark.parametrize("photometric", [WHITE_IS_0, BLACK_IS_0])
@pytest.mark.parametrize("compression", ["tiff_ccitt", "group3", "group4"])
@pytest.mark.parametrize("options", [0, 1, 4])
def test_faxes(compression, photometric, rows, options):
    ink = np.random.default_rng(5).integers(0, 8, (37, 53)) == 0
    tags = {278: rows, 262: photometric, **({292: options} if compression == "group3" else {})}
    data = of_pillow(Image.fromarray(ink), compression=compression, tiffinfo=tags)
    np.testing.assert_array_equal(read_picture(data, "").pixels, 255 * ink.astype(int))


SMOOTH = np.asarray(
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (5, 4, 3), np.uint8)).resize((64, 48))
)


@pytest.mark.parametrize("mode", ["L", "RGB", "YCbCr", "CMYK"])
@pytest.mark.parametrize("tags", [{}, {278: 16}], ids=["one strip", "strips"])
def test_jpeg_inside(mode, tags):
    image = Image.fromarray(SMOOTH).convert(mode)
    data = of_pillow(image, compression="jpeg", quality=98, tiffinfo=tags)
    expected = np.asarray(image.convert("L" if mode == "L" else "RGB"))
    picture = read_picture(data, "")
    assert picture.pixels.shape == expected.shape
    assert np.abs(picture.pixels.astype(int) - expected).max() <= 6
    assert words_of(picture.origin) == (("CMYK converted",) if mode == "CMYK" else ())


def test_jpeg_inside_is_turned_and_said():
    data = of_pillow(Image.fromarray(SMOOTH), compression="jpeg", quality=98, tiffinfo={274: 6})
    picture = read_picture(data, "")
    assert np.abs(picture.pixels.astype(int) - np.rot90(SMOOTH, -1)).max() <= 6
    assert words_of(picture.origin) == ("turned upright",)


# -------------------------------------------------------------------- palettes, opacity, other inks


@pytest.mark.parametrize("factor", [1, 256, 257])
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_palette(bits, factor):
    indices = some("u", bits, (9, 21, 1))
    colours = np.random.default_rng(3).integers(0, 256, (3, 2**bits))
    data = written(indices, bits, PALETTE, tags={320: (colours * factor).ravel().tolist()})
    np.testing.assert_array_equal(pixels_of(data), colours.T[indices[..., 0]])


def test_palette_of_16_bits_is_rounded():
    data = written(np.uint8([[[0], [1]]]), 1, PALETTE, tags={320: [128, 129, 385, 386, 7, 65535]})
    assert pixels_of(data).tolist() == [[[0, 1, 0], [1, 2, 255]]]


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("photometric", [BLACK_IS_0, RGB])
@pytest.mark.parametrize(("kind", "bits"), [("u", 8), ("u", 16), ("f", 32), ("f", 16)])
@pytest.mark.parametrize("extra", [UNASSOCIATED, ASSOCIATED], ids=["unassociated", "associated"])
def test_opacity_lays_on_white(extra, kind, bits, photometric, planar):
    colours = np.abs(some(kind, bits, (9, 21, 3 if photometric == RGB else 1)))
    full = 1 if kind == "f" else 2**bits - 1
    colours = colours / colours.max() if kind == "f" else colours
    opacity = np.linspace(0, 1, 9 * 21).reshape(9, 21, 1)
    stored = colours * opacity if extra is ASSOCIATED else colours
    alpha = np.rint(opacity * full) if kind == "u" else opacity
    samples = np.concatenate([np.rint(stored) if kind == "u" else stored, alpha], axis=2)
    samples = samples.astype(f"{kind}{bits // 8}")
    data = written(samples, bits, photometric, planar=planar, tags=extra)
    expected = 255 * (colours / full * opacity + 1 - opacity)
    assert np.abs(pixels_of(data) - expected).max() <= 1.6
    assert words_of(read_picture(data, "").origin)[-1] == "laid on white"


@pytest.mark.parametrize("planar", [False, True])
def test_other_channels_are_left_out_and_said(planar):
    samples = some("u", 8, (9, 21, 5))
    for photometric, wanted, extra, done in [
        (BLACK_IS_0, 1, {}, "first of 5 channels"),
        (BLACK_IS_0, 1, {338: [0] * 4}, "first of 5 channels"),
        (RGB, 3, {338: [0, 0]}, "2 more channels left out"),
        (CMYK, 4, {338: [0]}, "1 more channel left out"),
    ]:
        data = written(samples, 8, photometric, planar=planar, tags=extra)
        alone = written(samples[..., :wanted], 8, photometric)
        np.testing.assert_array_equal(pixels_of(data), pixels_of(alone))
        assert words_of(read_picture(data, "").origin)[0] == done


def test_four_channels_of_rgb_are_opacity_and_known_as_such():
    data = written(np.uint8([[[10, 20, 30, 0], [10, 20, 30, 255]]]), 8, RGB)
    assert pixels_of(data).tolist() == [[[255] * 3, [10, 20, 30]]]


@pytest.mark.parametrize("bits", [8, 16])
def test_cmyk(bits):
    full = 2**bits - 1
    inks = np.array([[[0, 0, 0, 0], [full, 0, 0, 0], [0, 0, 0, full]]], f"u{bits // 8}")
    picture = read_picture(written(inks, bits, CMYK), "")
    assert picture.pixels.tolist() == [[[255] * 3, [0, 255, 255], [0] * 3]]
    assert words_of(picture.origin) == ("CMYK converted",)


LAB = [[54.3, 80.8, 69.9], [100, 0, 0], [0, 0, 0], [50, 0, 0], [30, 60, -90]]
LAB_IN_SRGB = [[255, 0, 0], [255] * 3, [0] * 3, [119] * 3, None]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("photometric", [CIE_LAB, ICC_LAB])
def test_lab(photometric, bits):
    lightness, shifts = np.array(LAB)[:, :1], np.array(LAB)[:, 1:]
    full = 255 if bits == 8 else 65535 if photometric == CIE_LAB else 65280
    unit = 1 if bits == 8 else 256
    shifts = np.rint(shifts * unit) + (128 * unit if photometric == ICC_LAB else 0)
    stored = np.hstack([np.rint(lightness / 100 * full), shifts]).astype(int)
    samples = (stored % 2**bits).astype(f"u{bits // 8}")[np.newaxis]
    pixels = pixels_of(written(samples, bits, photometric))[0].astype(int)
    for pixel, expected in zip(pixels, LAB_IN_SRGB, strict=True):
        assert expected is None or np.abs(pixel - expected).max() <= 5  # of 8 bits
    assert pixels[4].argmax() == 2  # blue


# ------------------------------------------------------------------------------- pages, orientation


def test_the_first_of_several_pages():
    file = io.BytesIO()
    pages = [some("u", 8, (9, 21), seed) for seed in range(3)]
    with tifffile.TiffWriter(file) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack")
        writer.write(pages[0][::2, ::2], subfiletype=1, photometric="minisblack")
    picture = read_picture(file.getvalue(), "")
    np.testing.assert_array_equal(picture.pixels, pages[0])
    assert words_of(picture.origin) == ("first of 3 pages",)


def test_pages_that_follow_each_other_in_a_circle_end():
    data = bytearray(written(np.uint8([[[7]]]), 8, BLACK_IS_0))
    (entries,) = struct.unpack_from("<H", data, 8)
    struct.pack_into("<I", data, 10 + 12 * entries, 8)
    assert read_picture(bytes(data), "").origin.done == ()


@pytest.mark.parametrize("bits", [8, 16, 12])
def test_orientation_of_all_depths(bits):
    samples = some("u", bits, (3, 4, 1))
    upright = pixels_of(written(samples, bits, BLACK_IS_0))
    turned = read_picture(written(samples, bits, BLACK_IS_0, tags={274: 6}), "")
    np.testing.assert_array_equal(turned.pixels, np.rot90(upright[..., 0], -1))
    assert words_of(turned.origin)[-1] == "turned upright"


# ---------------------------------------------------------------------------------- what is refused

ONE = np.uint8([[[1, 2, 3]]])
UNSUPPORTED = {
    "complex numbers": ({339: [5]}, 1),
    "integers of 24 bits": ({258: [24]}, 1),
    "integers of 48 bits": ({258: [48]}, 1),
    "floating point of 24 bits": ({258: [24], 339: [3]}, 1),
    "differ in their bits": ({258: [5, 6, 5]}, 3),
    "differ in their sample format": ({339: [1, 1, 3]}, 3),
    "JPEG 2000": ({259: 34712}, 1),
    "method 60000": ({259: 60000}, 1),
    "predictor 9": ({317: 9}, 1),
    "predictor 3": ({317: 3}, 1),
    "raw data of a camera": ({262: 32803}, 1),
    "LogLuv": ({262: 32845}, 3),
    "a mask": ({262: 4}, 1),
    "photometric 77": ({262: 77}, 1),
    "200 channels": ({277: 200}, 1),
    "some samples are left out": ({262: YCBCR, 530: [2, 2]}, 3),
    "strips or tiles are left empty": ({279: 0}, 1),
    "inks are others": ({262: CMYK, 332: 2, 277: 4, 258: 8, 339: 1}, 1),
    "less than 16 pixels": ({322: 1, 323: 1, 324: 8, 325: 1}, 1),
    "JPEG of 12 bits": ({259: 7, 258: 12}, 1),
    "one by one": ({259: 7, 284: 2}, 3),
}


@pytest.mark.parametrize(("reason", "kind"), UNSUPPORTED.items(), ids=list(UNSUPPORTED))
def test_not_supported(reason, kind):
    tags, channels = kind
    data = written(ONE[..., :channels], 8, RGB if channels == 3 else BLACK_IS_0, tags=tags)
    with pytest.raises(
        PictureError, match=f"^The TIFF file is not supported: .*{reason}"
    ) as caught:
        read_picture(data, "")
    assert str(caught.value).endswith(".")
    assert str(caught.value).isprintable()


def declared(tags, big=False):
    """Return a file of few bytes that declares what it wants."""
    base = {256: 8, 257: 8, 258: 8, 259: 8, 262: 1, 277: 1, 278: 8, 279: [20]}
    return container(base | tags, [bytes(20)], 273, "<", big)


BOMBS = {
    "60000 x 60000": ({256: 60000, 257: 60000}, "limit is 50 megapixels"),
    "long side": ({256: 70000, 257: 1}, "limit of a side is 65,535"),
    "many channels": ({256: 7000, 257: 7000, 277: 16}, "take more than 400 MB"),
    "more channels": ({277: 2**31}, "channels; the limit is 16"),
    "deep": ({256: 7000, 257: 7000, 277: 3, 258: 64}, "take more than 400 MB"),
    "large tile": ({322: 65520, 323: 65520, 324: 8, 325: 20}, "take more than 400 MB"),
    "large tile of jpeg": ({259: 7, 322: 65520, 323: 65520, 324: 8, 325: 20}, "more than 400 MB"),
    "many strips": ({256: 1, 257: 60000, 278: 1}, "damaged"),
}


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(("tags", "message"), BOMBS.values(), ids=list(BOMBS))
def test_a_bomb_is_refused_before_it_takes_memory(tags, message, big):
    data = declared(tags, big)
    tracemalloc.start()
    try:
        with pytest.raises(PictureError, match=message):
            read_picture(data, "")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [2**31, 2**62, 2**64 - 1])
def test_lies_of_64_bits_are_refused(count):
    data = bytearray(declared({}, big=True))
    at = data.index(struct.pack("<HH", 279, 4)) + 4
    struct.pack_into("<Q", data, at, count)
    with pytest.raises(PictureError, match="damaged"):
        read_picture(bytes(data), "")
    data = bytearray(declared({}, big=True))
    struct.pack_into("<Q", data, 16, count)
    with pytest.raises(PictureError, match="damaged"):
        read_picture(bytes(data), "")


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_truncation_is_refused(compression):
    data = written(some("u", 16, (3, 5, 3)), 16, RGB, compression=compression, rows=2)
    for length in range(len(data)):
        with pytest.raises(PictureError):
            read_picture(data[:length], "")


def test_what_one_page_says_of_itself():
    page = tiff.Page(written(some("u", 16, (3, 5, 3)), 16, RGB, order=">"))
    assert (page.width, page.height, page.channels, page.bits, page.kind) == (5, 3, 3, 16, "u")
    assert (page.pages, page.orientation, page.profile, page.alpha) == (1, 1, None, None)
