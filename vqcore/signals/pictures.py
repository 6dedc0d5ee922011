"""Bytes to pictures and back: the one place where a file from outside is opened.

A file is judged before it is decoded (its length, its format, its sides), decoded once, and
becomes a `Picture`: 8-bit gray or RGB, in the colours of sRGB, upright, opaque. What was done for
that is kept as its `Origin`. Whatever is wrong with it, the caller gets one `PictureError` whose
message says what and why.
"""

import contextlib
import hashlib
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from textwrap import shorten
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from vqcore.arrays import Samples
from vqcore.refusals import NotSupportedError, PictureError, RawSizeError
from vqcore.signals import netpbm, pngchunks, raw, tiff
from vqcore.signals.colourprofiles import to_srgb
from vqcore.signals.depths import ranged, scaled
from vqcore.signals.tiffpage import Page
from vqcore.words import Said, said, why

MAX_PIXELS = 50_000_000
MAX_SIDE = 65_535
MAX_BYTES = 40_000_000

SAMPLES = ("camera", "chelsea", "astronaut", "coffee", "rocket", "retina", "china", "flower")
_SCIKIT_LEARN_SAMPLES = ("china", "flower")

_FORMATS = ("PNG", "JPEG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
_HEIC_SUFFIXES = frozenset((".heic", ".heif", ".hif"))
_ANIMATED = ("PNG", "WEBP", "GIF", "AVIF")

# What the EXIF tag "orientation" says has to be done to the stored rows to see them upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Of the ways to code a JPEG, those that are not sequential or progressive.
_OTHER_JPEG = (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF)

# Only for wording a refusal. Stricter than Pillow on BMP and PPM, whose two letters begin many
# a plain text: what nobody meant as a picture should not be called a damaged one.
_SIGNATURES = re.compile(
    rb"(?P<PNG>\x89PNG)|(?P<JPEG>\xff\xd8\xff)|(?P<WebP>RIFF.{4}WEBP)|(?P<GIF>GIF8[79]a)"
    rb"|(?P<BMP>BM.{0,12}\0)|(?P<TIFF>(?:II|MM)(?:[*+]\0|\0[*+]))|(?P<AVIF>.{4}ftyp(?:avi[fs]|mi(?=f1.{4,40}?avi[fs])|ms(?=f1.{4,40}?avi[fs])))"
    rb"|(?P<HEIC>.{4}ftyp(?:he[iv][cxms]|m[is]f1))|(?P<PPM>P[1-6fF]\s+[\d#-])",
    re.DOTALL,
)


# What Pillow says of a file that ends too soon.
_TORN = re.compile("truncated|unpack_from requires|reached EOF|incomplete checksum", re.IGNORECASE)


@dataclass(frozen=True)
class Origin:
    """The file a picture came from.

    Parameters
    ----------
    kind : str
        The format of the file: "PNG", "JPEG", "TIFF" …
    size : int
        Bytes of the file.
    done : tuple of Said
        What was done to its samples to make them a picture, in that order, a few words each:
        "laid on white", "turned upright" … Empty if they are shown as they are.
    """

    kind: str
    size: int
    done: tuple[Said, ...] = ()


@dataclass(frozen=True, eq=False)
class Picture:
    """What the user sees: samples, a name, and a digest to know it by.

    Parameters
    ----------
    pixels : uint8 array of shape (h, w) for gray or (h, w, 3) for RGB
        Kept as a read-only view; the caller's own array stays as writeable as it was.
    name : str
        As the user gave it: any string at all, so escape it before it reaches a page.
    origin : Origin or None
        None if the picture did not come from a file.

    Raises
    ------
    ValueError
        If the pixels have another type or shape, or there are none; the message quotes it.

    Examples
    --------
    >>> picture = Picture(np.zeros((2, 3), np.uint8), "black")
    >>> picture.width, picture.height, picture.is_gray
    (3, 2, True)
    """

    pixels: Samples
    name: str
    origin: Origin | None = None

    def __post_init__(self) -> None:
        _check_pixels(self.pixels)
        view = self.pixels.view()
        view.flags.writeable = False
        object.__setattr__(self, "pixels", view)

    @property
    def width(self) -> int:
        """Number of pixels in a row."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.pixels.shape[0])

    @property
    def is_gray(self) -> bool:
        """Whether a pixel is one sample instead of three."""
        return self.pixels.ndim == 2

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the shape and the pixels alone, in hexadecimal."""
        sha256 = hashlib.sha256(repr(self.pixels.shape).encode())
        sha256.update(self.pixels.ravel().data)
        return sha256.hexdigest()


def read_picture(data: bytes, name: str, raw_size: raw.Size | None = None) -> Picture:
    """Decode the bytes of a picture file.

    Parameters
    ----------
    data : bytes
        A whole PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF or PPM file of at most `MAX_BYTES` bytes
        and `MAX_PIXELS` pixels, no side longer than `MAX_SIDE`; HEIC where pillow-heif is
        installed. A file that begins as none of them is raw if its name says so, with a suffix
        of `raw.SUFFIXES`.
    name : str
        Kept as it is.
    raw_size : (width, height), optional
        Of a raw file; else it is told from name and length, as `vqcore.signals.raw` says. Other
        files have their own.

    Returns
    -------
    Picture
        Upright as its EXIF says, opaque, sRGB, 8 bits a sample: (h, w) if the file is gray,
        (h, w, 3) otherwise, also when all colours of a palette are gray.

    Raises
    ------
    PictureError
        If the file is empty, too large, in no such format, damaged or incomplete, or of a kind
        that is not supported. The message is one line without the name. A `RawSizeError` if
        it is raw and its size is neither given nor told, or does not fit.

    Notes
    -----
    Of an animation, or of pages, the first. EXIF that cannot be parsed is ignored. The checksums
    of a PNG must be right.

    Samples whose file declares a range are scaled to 0 … 255 and rounded; those of 16 bits, where
    the largest fits into fewer, as if they were of so many bits. Samples in floating point or in
    signed or 32-bit integers declare no range, so it is read off the picture: if all lie in
    [0, 1] they are multiplied by 255, if all lie in [0, 255] they are rounded, otherwise their
    minimum … maximum, over all channels, is stretched to 0 … 255 (to 0 when they are all the
    same). A sample that is not finite counts as 0.

    Colours with an ICC profile are converted to sRGB, relative colorimetric; so are those of a PNG
    with cICP or gAMA, as browsers do it. Transparency is composited on white.

    The picture's `origin` says in `done`, in a few words each and in this order: "first of 3
    pages", "scaled from 16 bits" or "12 of 16 bits used" or "stretched from -0.2 … 1.7", "converted
    from Display P3" or "broken colour profile ignored", "CMYK converted", "laid on white", "turned
    upright"; of raw files "first of 300 frames", "converted from 4:2:0 video".

    Examples
    --------
    >>> read_picture(png_bytes(np.full((2, 3), 7, np.uint8)), "seven.png").pixels
    array([[7, 7, 7],
           [7, 7, 7]], dtype=uint8)
    """
    if not data:
        raise PictureError(said("refusal.picture.empty"))
    if len(data) > MAX_BYTES:
        raise PictureError(said("refusal.picture.bytes", length=len(data), limit=MAX_BYTES))
    if is_raw(data, name):
        pixels, done = _read_raw(data, name, raw_size)
        return Picture(pixels, name, Origin("RAW", len(data), done))
    kind = _kind(data)
    try:
        pixels, done = _decode(data, kind)
    except PictureError:
        raise
    except NotSupportedError as error:
        refused = said("refusal.picture.unsupported", kind=kind, reason=why(error))
        raise PictureError(refused) from error
    except Exception as error:  # what Pillow raises on broken files has no common ancestor
        raise PictureError(_complaint(data, name, error)) from error
    return Picture(pixels, name, Origin(kind, len(data), done))


def is_raw(data: bytes, name: str) -> bool:
    """Say whether a file is raw: its name says so, and its bytes are not those of another format.

    Examples
    --------
    >>> is_raw(b"some samples", "boat.raw"), is_raw(png_bytes(np.zeros((1, 1), np.uint8)), "a.raw")
    (True, False)
    """
    return raw.is_raw(name) and not _kind(data)


def needs_size(data: bytes, name: str) -> bool:
    """Say whether a file is raw, and neither name nor length tell its width and height."""
    if not data or not is_raw(data, name):
        return False
    try:
        raw.size_of(name, len(data))
    except RawSizeError:
        return True
    return False


def load_picture(path: Path, raw_size: raw.Size | None = None) -> Picture:
    """Read a picture file from the disk; its name is that of the file.

    `raw_size` is as in `read_picture`. A raw video may be longer than `MAX_BYTES`: of that, only
    the first frame is read.

    Raises
    ------
    OSError
        If the file cannot be read.
    PictureError
        As `read_picture` does; the message begins with the path.
    """
    name = os.fsencode(path.name).decode(errors="replace")
    try:
        with path.open("rb") as file:
            length = os.fstat(file.fileno()).st_size
            if length > MAX_BYTES and raw.is_video(name):
                return _begin_of_video(file, name, length, raw_size)
            return read_picture(file.read(), name, raw_size)
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error


def _begin_of_video(file: BinaryIO, name: str, length: int, given: raw.Size | None) -> Picture:
    """Read the first frame of a raw video that is so long."""
    size = raw.size_of(name, length, given)
    _check_size(*size)
    pixels, done = raw.read(file.read(raw.first_frame(name, size)), name, size, length)
    return Picture(pixels, name, Origin("RAW", length, done))


def picture_suffixes() -> frozenset[str]:
    """Return the suffixes of the files that `read_picture` may read, in lower case.

    Those of HEIC are among them wherever it runs: without pillow-heif, `read_picture` names it.

    Examples
    --------
    >>> picture_suffixes() >= {".png", ".jpg", ".jpeg", ".tiff", ".ppm"}
    True
    """
    formats = {name.upper() for name in _FORMATS}
    suffixes = Image.registered_extensions().items()
    known = frozenset(suffix for suffix, kind in suffixes if kind in formats)
    return known | _HEIC_SUFFIXES | raw.SUFFIXES.keys()


def sample_picture(name: str) -> Picture:
    """Return one of the photographs that scikit-image and scikit-learn bring with them.

    Parameters
    ----------
    name : str
        One of `SAMPLES`.

    Raises
    ------
    PictureError
        If there is no such sample; the message lists them.

    Examples
    --------
    >>> sample_picture("camera").pixels.shape
    (512, 512)
    """
    if name not in SAMPLES:
        raise PictureError(said("refusal.picture.sample", name=name[:40], samples=SAMPLES))
    # Imported only here: both packages take long, and most runs never ask for a sample.
    if name in _SCIKIT_LEARN_SAMPLES:
        pixels = import_module("sklearn.datasets").load_sample_image(f"{name}.jpg")
    else:
        pixels = getattr(import_module("skimage.data"), name)()
    return Picture(pixels, name)


def png_bytes(pixels: Samples, texts: Mapping[str, str] | None = None) -> bytes:
    """Encode pixels as a PNG file, losslessly; equal pixels and texts give equal bytes.

    Parameters
    ----------
    pixels : uint8 array of shape (h, w) or (h, w, 3)
    texts : what the file says beside its pixels, by keyword

    Raises
    ------
    ValueError
        If the pixels have another type or shape, or there are none.

    Notes
    -----
    Compression level 1: on 4000×3000 RGB photographs three times as fast as the default
    (0.6–1.0 s against 1.9–2.9 s) for files 15–25 % larger.
    """
    _check_pixels(pixels)
    file = io.BytesIO()
    beside = PngInfo()
    for keyword, text in (texts or {}).items():
        beside.add_text(keyword, text)
    Image.fromarray(pixels).save(file, "PNG", compress_level=1, pnginfo=beside)
    return file.getvalue()


def _check_pixels(pixels: Samples) -> None:
    """Raise a ValueError unless the pixels are a gray or RGB picture of 8-bit samples."""
    if pixels.dtype != np.uint8:
        raise ValueError(f"pixels must be uint8, not {pixels.dtype}")
    if not (pixels.ndim == 2 or pixels.shape[2:] == (3,)) or pixels.size == 0:
        raise ValueError(f"pixels must have shape (h, w) or (h, w, 3), not {pixels.shape}")


@dataclass(frozen=True)
class _Stored:
    """A decoded picture of 8 bits a sample, otherwise as the file has it."""

    image: Image.Image
    profiles: Sequence[bytes] = ()
    orientation: int = 1
    done: tuple[Said, ...] = ()


def _decode(data: bytes, kind: str) -> tuple[Samples, tuple[Said, ...]]:
    """Return the upright, opaque 8-bit pixels of a file, and what was done to them."""
    readers = {"PNG": _read_png, "TIFF": _read_tiff, "PPM": _read_netpbm, "HEIC": _read_heic}
    stored = readers.get(kind, _read_other)(data)
    image, done = to_srgb(_in_basic_mode(stored.image), stored.profiles)
    done = stored.done + done
    if image.mode == "CMYK":
        image, done = image.convert("RGB"), (*done, said("done.cmyk"))
    if image.mode in ("LA", "RGBA"):
        if image.getchannel("A").getextrema() != (255, 255):
            done += (said("done.white"),)
        image = _on_white(image)
    if stored.orientation in _UPRIGHT:
        image, done = image.transpose(_UPRIGHT[stored.orientation]), (*done, said("done.upright"))
    return np.array(image), done


def _read_png(data: bytes) -> _Stored:
    chunks = pngchunks.split(data)
    _open(chunks.data).verify()  # load() never compares the checksums of a PNG's own pixels
    image = _open(chunks.data)
    profiles, done = pngchunks.profiles(chunks.colours)
    if not pngchunks.is_deep(data):
        image.load()
        return _Stored(image, profiles, _orientation(image), _first_frame(image, data) + done)
    samples, alpha = pngchunks.deep_samples(image, lambda: _open(chunks.data))
    levels, scaling = _from_deep(samples, alpha, 65535)
    return _Stored(
        levels, profiles, _orientation(image), _first_frame(image, data) + scaling + done
    )


def _read_tiff(data: bytes) -> _Stored:
    page = Page(data)
    _check_size(page.width, page.height)
    image, done = tiff.read(page)
    return _Stored(image, [page.profile] if page.profile else [], page.orientation, done)


def _read_netpbm(data: bytes) -> _Stored:
    header = netpbm.deep_header(data)
    if header is None:
        return _read_other(data)
    _check_size(header.width, header.height)
    samples = netpbm.samples(header, data)
    if header.white is None:
        levels, done = ranged(samples)
        return _Stored(Image.fromarray(levels), done=done)
    image, done = _from_deep(samples, None, header.white)
    return _Stored(image, done=done)


def _read_raw(data: bytes, name: str, given: raw.Size | None) -> tuple[Samples, tuple[Said, ...]]:
    """Return the pixels of a raw file, and what was done to them."""
    size = raw.size_of(name, len(data), given)
    _check_size(*size)
    return raw.read(data, name, size)


def _read_heic(data: bytes) -> _Stored:
    """Decode through pillow_heif, which not every machine has."""
    try:
        plugin = import_module("pillow_heif")
    except ImportError as error:
        raise NotSupportedError(said("refusal.picture.heic")) from error
    image = plugin.HeifImageFile(io.BytesIO(data))
    _check_size(*image.size)
    image.load()
    return _as_stored(image, data)


def _read_other(data: bytes) -> _Stored:
    image = _open(data)
    image.load()
    return _as_stored(image, data)


def _as_stored(image: ImageFile.ImageFile, data: bytes) -> _Stored:
    """Return a loaded picture with what Pillow found beside its samples."""
    profile = image.info.get("icc_profile")
    profiles = [profile] if profile else []
    return _Stored(image, profiles, _orientation(image), _first_frame(image, data))


def _open(data: bytes) -> ImageFile.ImageFile:
    """Read the header of a file and check the size it declares."""
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        kind = _kind(data)
        if not kind:
            raise
        # The format's own reader tells what Image.open hides: its reason, or the two sides.
        image = Image.OPEN[kind.upper()][0](io.BytesIO(data), "")
    _check_size(*image.size)
    return image


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise PictureError(said("refusal.picture.pixels", width=width, height=height, limit=limit))
    if max(width, height) > MAX_SIDE:
        raise PictureError(said("refusal.picture.side", width=width, height=height, limit=MAX_SIDE))


def _orientation(image: Image.Image) -> int:
    """Return what the EXIF of a loaded picture says; if it cannot be parsed, that it is upright."""
    with contextlib.suppress(Exception):
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def _first_frame(image: Image.Image, data: bytes) -> tuple[Said, ...]:
    """Say of how many frames the picture is the first, if the rest can be counted."""
    frames = 1
    if image.format in _ANIMATED:
        with contextlib.suppress(Exception):
            # Counting those of a GIF moves on from the first.
            frames = getattr(_open(data) if image.format == "GIF" else image, "n_frames", 1)
    return (said("done.frames", frames=frames),) if frames > 1 else ()


def _from_deep(
    samples: NDArray[np.uint16], alpha: NDArray[np.uint16] | None, white: int
) -> tuple[Image.Image, tuple[Said, ...]]:
    """Scale samples and opacity to 8 bits."""
    levels, done = scaled(samples, white, None if alpha is None else alpha > 0)
    if alpha is not None:
        opacity = (alpha.astype(np.uint32) + 128) // 257
        levels = np.dstack([levels, opacity.astype(np.uint8)])
    if levels.shape[2:] == (2,):
        return Image.frombytes("LA", levels.shape[1::-1], levels.tobytes()), done
    return Image.fromarray(levels), done


def _in_basic_mode(image: Image.Image) -> Image.Image:
    """Return a picture of 8 bits as L, LA, RGB, RGBA or CMYK."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        raise NotSupportedError(said("refusal.picture.mode", mode=image.mode))
    if image.has_transparency_data:
        return image.convert("LA" if image.mode in ("1", "L", "LA", "La") else "RGBA")
    if image.mode == "CMYK":
        return image
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    """Composite a picture of mode LA or RGBA on white."""
    white = Image.new(image.mode.removesuffix("A"), image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _complaint(data: bytes, name: str, error: Exception) -> Said:
    """Say in one clean line why a file is refused."""
    kind = _kind(data)
    if not kind:
        if _is_matlab(data, name):
            return said("refusal.picture.matlab")
        if name.lower().endswith(".npy"):
            return said("refusal.picture.npy")
        return said("refusal.picture.unknown", formats=_FORMATS)
    if kind == "JPEG" and _jpeg_process(data) in _OTHER_JPEG:
        layers = said("refusal.picture.jpeg-layers")
        return said("refusal.picture.unsupported", kind=kind, reason=layers)
    reason = why(error)
    if isinstance(reason, str) and _TORN.search(reason):
        reason = said("refusal.picture.truncated")
    if isinstance(reason, Said):
        return said("refusal.picture.damaged", kind=kind, reason=reason)
    printable = re.sub(r"[^ -~]+", " ", reason)
    words = shorten(printable, 100, placeholder=" …").rstrip(".") or type(error).__name__
    is_unknown = re.match("unsupported|cannot handle", words, re.IGNORECASE)
    refused = "refusal.picture.unsupported" if is_unknown else "refusal.picture.damaged"
    return said(refused, kind=kind, reason=said("refusal.picture.quoted", words=words))


def _is_matlab(data: bytes, name: str) -> bool:
    return data.startswith(b"MATLAB ") or name.lower().endswith(".mat")


def _jpeg_process(data: bytes) -> int:
    """Return the marker that says how a JPEG file is coded, 0 if there is none."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data):
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return marker
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0


def _kind(data: bytes) -> str:
    """Return the format whose signature begins the file, or an empty string."""
    match = _SIGNATURES.match(data)
    return match.lastgroup or "" if match else ""
