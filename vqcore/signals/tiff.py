"""The first page of a TIFF file, read so that each sample has the value the file gives it.

Pillow reads some kinds of TIFF as another picture than the file holds, and others not at all. So
the samples are put together here from rows of bytes, and Pillow's libtiff serves to decompress
those rows. Only what JPEG compresses is left to Pillow as a whole. What is not known for certain is
refused.

Specification: TIFF 6.0, Adobe 1992; its Technical Note 3 for the floating-point predictor.
"""

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from vqcore.arrays import Numbers, Samples
from vqcore.refusals import NotSupportedError
from vqcore.signals.depths import BAND_SAMPLES, ranged, scaled
from vqcore.signals.tiffpage import (
    CMYK,
    COLOUR_CHANNELS,
    GRAY,
    LAB,
    PALETTE,
    RGB,
    UNCOMPRESSED,
    YCBCR,
    Page,
    Tag,
)
from vqcore.words import Said, said

MAX_SAMPLE_BYTES = 400_000_000
MAX_CHANNELS = 16

JPEG = {6, 7}
CCITT = {2, 3, 4}
OF_BYTES = {5, 8, 32946, 32773, 34925, 50000}
OTHER_COMPRESSIONS = {
    32809: "ThunderScan",
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34676: "SGI Log",
    34677: "SGI Log",
    34712: "JPEG 2000",
    34887: "LERC",
    34933: "PNG",
    34934: "JPEG XR",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
KIND_WORDS = {
    "u": said("refusal.tiff.integers"),
    "i": said("refusal.tiff.signed"),
    "f": said("refusal.tiff.floats"),
}
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def read(page: Page) -> tuple[Image.Image, tuple[Said, ...]]:
    """Return the page as a picture of 8 bits a sample, and what was done to it.

    Returns
    -------
    image : of mode L, LA, RGB, RGBA, CMYK, YCbCr or LAB, as it is stored: not yet upright
    done : as in `Origin`

    Raises
    ------
    NotSupportedError
        If it holds what is not read; the message says what.
    Exception
        Any other, if the file is damaged.
    """
    done = (said("done.pages", pages=page.pages),) if page.pages > 1 else ()
    _check_size(page)
    if page.compression in JPEG:
        image, more = _by_pillow(page)
    else:
        image, more = _by_hand(page)
    return image, done + more


# ------------------------------------------------------------------- what JPEG compresses


def _by_pillow(page: Page) -> tuple[Image.Image, tuple[Said, ...]]:
    """Return what the decoder of JPEG gives, as it is stored."""
    if page.planar and page.channels > 1:
        raise NotSupportedError(said("refusal.tiff.jpeg-planes"))
    if page.bits != 8:
        raise NotSupportedError(said("refusal.tiff.jpeg-bits", bits=page.bits))
    data = page.tags.data
    if Tag.ORIENTATION in page.tags.entries:  # Pillow would turn some pages, and not say so
        _, _, at = page.tags.entries[Tag.ORIENTATION]
        data = data[:at] + struct.pack(page.tags.order + "H", 1) + data[at + 2 :]
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(data))
    image.load()
    return image, ()


# ------------------------------------------------------------------------------ all other samples


def _by_hand(page: Page) -> tuple[Image.Image, tuple[Said, ...]]:
    """Return the samples that the file holds as an image of 8 bits, as it is stored."""
    _check_kind(page)
    first = COLOUR_CHANNELS[page.colour]
    if page.channels < first:
        colour = _colour_word(page)
        raise ValueError(said("refusal.tiff.few-channels", channels=page.channels, colour=colour))
    wanted = [*range(first), *([page.alpha[0]] if page.alpha else [])]
    samples = _samples(page, wanted)
    done = _left_out(page, len(wanted))
    colours, alpha = samples[..., :first], samples[..., first:]
    if page.alpha and page.alpha[1]:
        colours = _unmultiplied(colours, _opacity(page, alpha))
    colours, more = _colours(page, colours, alpha)
    if alpha.shape[2]:
        colours = np.dstack([colours, np.rint(255 * _opacity(page, alpha)).astype(np.uint8)])
    return _image(page, colours), done + more


def _check_kind(page: Page) -> None:
    """Refuse, before anything is decoded, what is not read."""
    known = {UNCOMPRESSED, *CCITT, *OF_BYTES}
    if page.compression not in known:
        unknown = said("refusal.tiff.method", number=page.compression)
        name = OTHER_COMPRESSIONS.get(page.compression, unknown)
        raise NotSupportedError(said("refusal.tiff.compressed", name=name))
    if page.kind != "u" and page.colour not in (GRAY, RGB):
        raise NotSupportedError(said("refusal.tiff.not-unsigned", colour=_colour_word(page)))
    if page.bits not in _depths(page):
        kind = KIND_WORDS[page.kind]
        raise NotSupportedError(said("refusal.tiff.depth", kind=kind, bits=page.bits))
    if page.predictor != 1 and not (
        (page.predictor == 2 and page.bits % 8 == 0) or (page.predictor == 3 and page.kind == "f")
    ):
        raise NotSupportedError(
            said("refusal.tiff.predictor", predictor=page.predictor, bits=page.bits)
        )
    if page.colour == YCBCR and page.tags.values(Tag.SUBSAMPLING, 1, 1) != (1, 1):
        raise NotSupportedError(said("refusal.tiff.subsampled"))
    if page.colour == CMYK and page.tags.value(Tag.INK_SET, 1) != 1:
        raise NotSupportedError(said("refusal.tiff.inks"))


def _check_size(page: Page) -> None:
    """Refuse what would take too much memory, whatever the sides of the picture are."""
    if not 1 <= page.channels <= MAX_CHANNELS:
        raise NotSupportedError(
            said("refusal.tiff.many-channels", channels=page.channels, limit=MAX_CHANNELS)
        )
    if page.is_tiled and min(page.segment_size) < 16:
        raise NotSupportedError(said("refusal.tiff.small-tiles"))
    planes = page.channels if page.planar else 1
    if page.rows * page.bytes_in_segment_row * planes > MAX_SAMPLE_BYTES:
        limit = MAX_SAMPLE_BYTES // 1_000_000
        raise NotSupportedError(said("refusal.tiff.large", limit=limit))


def _colour_word(page: Page) -> Said | str:
    """Return what the colour is called; most have a name, not a word."""
    words = {GRAY: said("colour.inside.gray"), PALETTE: said("refusal.tiff.palette")}
    return words.get(page.colour, page.colour)


def _depths(page: Page) -> set[int]:
    """Return the bits that samples of the page's kind and colour may have."""
    if page.compression in CCITT:
        return {1}
    if page.colour == PALETTE:
        return set(range(1, 17))
    if page.colour in (CMYK, YCBCR, LAB):
        return {8} if page.colour == YCBCR else {8, 16}
    return {"u": {*range(1, 17), 32, 64}, "i": {8, 16, 32, 64}, "f": {16, 32, 64}}[page.kind]


def _left_out(page: Page, wanted: int) -> tuple[Said, ...]:
    """Say which channels have no part in the picture."""
    if page.channels == wanted:
        return ()
    if page.colour == GRAY and not page.alpha:
        return (said("done.channels", channels=page.channels),)
    return (said("done.left-out", n=page.channels - wanted),)


def _opacity(page: Page, alpha: Numbers) -> NDArray[np.float32]:
    """Return the opacity of each pixel from 0 to 1."""
    full = 1.0 if page.kind == "f" else float(2 ** (page.bits - (page.kind == "i")) - 1)
    opacity: NDArray[np.float32]
    opacity = np.clip(np.nan_to_num(alpha.astype(np.float32)) / np.float32(full), 0, 1)
    return opacity


def _unmultiplied(colours: Numbers, opacity: NDArray[np.float32]) -> Numbers:
    """Divide colours by the opacity with which they were multiplied."""
    with np.errstate(divide="ignore", invalid="ignore"):
        divided = np.where(opacity > 0, colours / opacity, 0)
    if colours.dtype.kind == "f":
        return divided
    limits = np.iinfo(colours.dtype)
    return np.clip(np.rint(divided), limits.min, limits.max).astype(colours.dtype)


def _colours(page: Page, samples: Numbers, alpha: Numbers) -> tuple[Samples, tuple[Said, ...]]:
    """Return the colours at 8 bits a sample, and what was done to them."""
    if page.colour == PALETTE:
        return _palette(page)[samples[..., 0]], ()
    if page.colour not in (GRAY, RGB):
        return _of_8_bits(page, samples), ()
    if page.kind == "u" and page.bits <= 16:
        shown = alpha[..., 0] > 0 if alpha.shape[2] else None
        levels, done = scaled(samples, 2**page.bits - 1, shown)
    else:
        levels, done = ranged(samples)
    return (255 - levels if page.photometric == 0 else levels), done


def _palette(page: Page) -> Samples:
    """Return the colours of the palette; some programs write 8 bits, some shift them up."""
    table = page.tags.array(Tag.COLOUR_MAP).astype(np.uint32)
    if table.max() > 255:
        table = (table + 128) // 257 if (table % 256).any() else table // 256
    return table.astype(np.uint8).reshape(3, 2**page.bits).T


def _of_8_bits(page: Page, samples: Numbers) -> Samples:
    """Return CMYK, YCbCr or Lab as Pillow keeps them, a and b with 128 added."""
    if page.colour == LAB:
        return _lab(page, samples)
    return samples if page.bits == 8 else _divided(samples, 257)


def _lab(page: Page, samples: Numbers) -> Samples:
    """Return Lab of 8 bits; a and b are signed in CIE Lab, and have 128 added in ICC Lab."""
    lightness, shifts = samples[..., :1], samples[..., 1:]
    if page.photometric == 8:
        shifts = np.bitwise_xor(shifts, 1 << (page.bits - 1))
    if page.bits == 16:
        lightness = _divided(lightness, 257 if page.photometric == 8 else 256)
        shifts = _divided(shifts, 256)
    return np.concatenate([lightness, shifts], axis=2)


def _divided(samples: Numbers, divisor: int) -> Samples:
    return np.minimum((samples.astype(np.uint32) + 128) // divisor, 255).astype(np.uint8)


def _image(page: Page, samples: Samples) -> Image.Image:
    """Return an image in the mode that the number and the meaning of the channels ask for."""
    height, width, channels = samples.shape
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    if page.colour in (CMYK, YCBCR):
        mode = page.colour
    if page.colour == LAB:
        samples = samples ^ np.array([0, 128, 128], np.uint8)  # as Pillow takes it from raw bytes
        mode = LAB
    return Image.frombytes(mode, (width, height), samples.tobytes())


# -------------------------------------------------------------------------- from bytes to samples


def _samples(page: Page, wanted: list[int]) -> Numbers:
    """Return the wanted channels of all pixels, in an array of shape (h, w, len(wanted))."""
    if page.planar:
        return np.concatenate([_plane(page, channel) for channel in wanted], axis=2)
    samples = _plane(page, 0)
    return samples if samples.shape[2] == len(wanted) else samples[..., wanted]


def _plane(page: Page, plane: int) -> Numbers:
    """Return the samples of one plane: all channels if they are stored pixel by pixel."""
    rows = _row_bytes(page, _strips(page, plane))
    width, height = page.segment_size
    samples = _unpredicted(page, rows).reshape(page.rows, width, -1)
    if page.is_tiled:
        tiles = samples.reshape(page.down, page.across, height, width, -1)
        samples = tiles.swapaxes(1, 2).reshape(page.down * height, page.across * width, -1)
    return samples[: page.height, : page.width]


def _strips(page: Page, plane: int) -> list[bytes]:
    """Return the stored bytes of each tile or strip of a plane."""
    number = page.across * page.down
    offsets = page.tags.array(Tag.TILE_OFFSETS if page.is_tiled else Tag.STRIP_OFFSETS)
    places = offsets[plane * number :][:number].tolist()
    if len(places) < number:
        raise ValueError(said("refusal.tiff.segments", there=len(places), number=number))
    sizes = _sizes(page, plane)
    strips = [page.tags.data[at : at + size] for at, size in zip(places, sizes, strict=True)]
    if [len(strip) for strip in strips] != sizes:
        raise ValueError(said("refusal.picture.truncated"))
    if page.tags.value(Tag.FILL_ORDER, 1) == 2:
        return [strip.translate(_REVERSED) for strip in strips]
    return strips


def _sizes(page: Page, plane: int) -> list[int]:
    """Return how many bytes each tile or strip of a plane takes in the file."""
    number = page.across * page.down
    tag = Tag.TILE_BYTES if page.is_tiled else Tag.STRIP_BYTES
    sizes = list(page.tags.values(tag, len(page.tags.data)))[plane * number :][:number]
    if 0 in sizes:
        raise NotSupportedError(said("refusal.tiff.empty-segments"))
    if page.compression != UNCOMPRESSED:
        return sizes
    rows = page.segment_size[1]
    last = rows if page.is_tiled else page.height - rows * (number - 1)
    return [size * page.bytes_in_segment_row for size in [rows] * (number - 1) + [last]]


def _row_bytes(page: Page, strips: list[bytes]) -> Samples:
    """Return the bytes of the rows of all strips, one below the other, decompressed."""
    if page.compression == UNCOMPRESSED:
        stored = np.frombuffer(b"".join(strips), np.uint8)
        return stored.reshape(page.rows, page.bytes_in_segment_row)
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(_as_gray_tiff(page, strips)))
    image.load()
    return np.packbits(np.asarray(image), axis=1) if image.mode == "1" else np.asarray(image)


def _as_gray_tiff(page: Page, strips: list[bytes]) -> bytes:
    """Return a TIFF in which each byte, or each bit of a fax, is a gray pixel.

    Tiles lie below each other as strips, so that their rows come in one piece.
    """
    is_fax = page.compression in CCITT
    number, head = len(strips), 8 + 2 + 10 * 12 + 4
    first = head + 8 * number
    sizes = np.array([len(strip) for strip in strips], np.uint32)
    offsets = first + np.cumsum(sizes) - sizes
    tags = {
        Tag.WIDTH: page.segment_size[0] if is_fax else page.bytes_in_segment_row,
        Tag.HEIGHT: page.rows,
        Tag.BITS: 1 if is_fax else 8,
        Tag.COMPRESSION: page.compression,
        Tag.PHOTOMETRIC: 1,
        Tag.STRIP_OFFSETS: head if number > 1 else first,
        Tag.CHANNELS: 1,
        Tag.ROWS_PER_STRIP: page.segment_size[1],
        Tag.STRIP_BYTES: head + 4 * number if number > 1 else len(strips[0]),
        Tag.T4_OPTIONS: page.tags.value(Tag.T4_OPTIONS, 0),
    }
    counts = {Tag.STRIP_OFFSETS: number, Tag.STRIP_BYTES: number}
    entries = (struct.pack("<HHII", tag, 4, counts.get(tag, 1), tags[tag]) for tag in tags)
    tables = offsets.astype("<u4").tobytes() + sizes.astype("<u4").tobytes()
    header = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    return b"".join([header, *entries, bytes(4), tables, *strips])


def _unpredicted(page: Page, rows: Samples) -> Numbers:
    """Return the samples of each row, added up where differences are stored."""
    channels = page.samples_in_segment_row // page.segment_size[0]
    if page.predictor == 3:
        return _added_up_floats(page, rows, channels)
    samples = _unpacked(page, rows)
    if page.predictor == 2:
        steps = samples.view(f"u{page.bits // 8}").reshape(len(rows), -1, channels)
        return np.cumsum(steps, axis=1, dtype=steps.dtype).view(samples.dtype)
    return samples


def _added_up_floats(page: Page, rows: Samples, channels: int) -> Numbers:
    """Undo the floating-point predictor: differences of bytes, the highest of all samples first."""
    steps = rows.reshape(len(rows), -1, channels)
    planes = np.cumsum(steps, axis=1, dtype=np.uint8).reshape(len(rows), page.bits // 8, -1)
    samples = np.ascontiguousarray(planes.swapaxes(1, 2)).view(f">f{page.bits // 8}")
    return samples[..., 0].astype(f"f{page.bits // 8}")


def _unpacked(page: Page, rows: Samples) -> Numbers:
    """Return the samples of each row of bytes, in the machine's own byte order."""
    if page.bits % 8 == 0:
        form = f"{page.kind}{page.bits // 8}"
        return rows.view(page.tags.order + form).astype(form, copy=False)
    packed = np.pad(rows, ((0, 0), (0, 2)))
    samples = np.empty((len(rows), page.samples_in_segment_row), f"u{(page.bits + 7) // 8}")
    band = max(1, BAND_SAMPLES // samples.shape[1])
    for start in range(0, len(rows), band):
        samples[start : start + band] = _from_bits(packed[start : start + band], page)
    return samples


def _from_bits(rows: Samples, page: Page) -> NDArray[np.uint32]:
    """Return samples that lie bit to bit, the highest bit first."""
    starts = np.arange(page.samples_in_segment_row) * page.bits
    at, bit = starts // 8, (starts % 8).astype(np.uint32)
    three = [rows[:, at + step].astype(np.uint32) << (16 - 8 * step) for step in range(3)]
    word = three[0] | three[1] | three[2]
    samples: NDArray[np.uint32]
    samples = np.bitwise_and(word >> (24 - page.bits - bit), (1 << page.bits) - 1)
    return samples
