"""JPEG, WebP, AVIF and PNG-8: what others make of the same picture, each figure of a real file.

And two references, which round numbers one by one, coded as ours are.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal, NamedTuple

import numpy as np
from PIL import Image

from vqcore import metrics
from vqcore.arrays import Samples
from vqcore.coding import scalar
from vqcore.words import Said, said, why
from vqcore.work import POOL, Work, until_done

Codec = str
"""The id of a codec in `RIVALS`."""

NEIGHBOURS = 4


class RivalError(ValueError):
    """A codec cannot store a picture; the message is a sentence that says why."""


class Look(NamedTuple):
    """How plotly draws a curve: its colour, the dash of its line, the symbol of its points."""

    colour: str
    dash: str
    symbol: str


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A codec: all that sets it apart from the others, and how far up and down it goes.

    Parameters
    ----------
    name : what people call it
    scale : what a level is
    levels : the few of a rate-distortion curve, from the worst to the best
    every_level : all there are, from the worst to the best
    largest_side : in pixels; None if there is no limit
    look : as `show.plots` draws it; no two look alike
    """

    name: str
    scale: Literal["quality", "colours", "step"]
    levels: tuple[int, ...]
    every_level: range
    largest_side: int | None = None
    look: Look

    def stored(self, pixels: Samples, level: int) -> bytes:
        """Return the picture's file at a level."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class PillowCodec(Rival):
    """One that Pillow and browsers have.

    Parameters
    ----------
    mime : what browsers call it
    format, options : Pillow's name and options for it
    at_level : turns a picture and a level into what to save, and further options
    """

    mime: str
    format: str
    options: Mapping[str, Any]
    at_level: Callable[[Image.Image, int], tuple[Image.Image, Mapping[str, Any]]]

    def stored(self, pixels: Samples, level: int) -> bytes:
        file = io.BytesIO()
        image, options = self.at_level(Image.fromarray(pixels), level)
        image.save(file, self.format, **options, **self.options)
        return file.getvalue()


@dataclass(frozen=True, kw_only=True)
class Reference(Rival):
    """Uniform scalar quantization, which a vector quantizer is to be measured by; see `scalar`."""

    kind: scalar.Kind
    scale: Literal["quality", "colours", "step"] = "step"
    every_level: range = range(scalar.MAX_STEP, 0, -1)

    def stored(self, pixels: Samples, level: int) -> bytes:
        return scalar.pack(pixels, self.kind, level)


def _of_quality(image: Image.Image, level: int) -> tuple[Image.Image, Mapping[str, Any]]:
    return image, {"quality": level}


def _of_colours(image: Image.Image, level: int) -> tuple[Image.Image, Mapping[str, Any]]:
    return image.quantize(level, dither=Image.Dither.NONE), {}


RIVALS: dict[Codec, Rival] = {
    "jpeg": PillowCodec(
        name="JPEG",
        mime="image/jpeg",
        format="JPEG",
        options={"optimize": True, "progressive": True},
        at_level=_of_quality,
        scale="quality",
        levels=(1, 5, 8, 12, 20, 30, 45, 60, 75, 85, 92, 95),
        every_level=range(1, 96),
        largest_side=65_500,
        look=Look("#d55e00", "dash", "square"),
    ),
    "webp": PillowCodec(
        name="WebP",
        mime="image/webp",
        format="WEBP",
        options={"method": 6},
        at_level=_of_quality,
        scale="quality",
        levels=(0, 2, 5, 10, 20, 35, 50, 65, 78, 86, 92, 96),
        every_level=range(101),
        largest_side=16_383,
        look=Look("#cc79a7", "dot", "triangle-up"),
    ),
    "avif": PillowCodec(
        name="AVIF",
        mime="image/avif",
        format="AVIF",
        options={"speed": 6, "max_threads": 2, "autotiling": False},
        at_level=_of_quality,
        scale="quality",
        levels=(0, 5, 10, 18, 26, 35, 45, 55, 65, 75, 83, 90),
        every_level=range(101),
        largest_side=32_768,
        look=Look("#009e73", "dashdot", "diamond-tall"),
    ),
    "png8": PillowCodec(
        name="PNG-8",
        mime="image/png",
        format="PNG",
        options={"optimize": True},
        at_level=_of_colours,
        scale="colours",
        levels=(2, 4, 8, 16, 32, 64, 128, 256),
        every_level=range(2, 257),
        look=Look("#e69f00", "longdash", "x"),
    ),
    "scalar": Reference(
        name="scalar quantization",
        kind="pixels",
        levels=(86, 43, 32, 24, 16, 12, 8, 6, 4),
        look=Look("#8c8268", "dot", "square-open"),
    ),
    "dct": Reference(
        name="DCT",
        kind="dct",
        levels=(240, 190, 150, 120, 95, 75, 60, 45, 32, 22, 14, 8),
        look=Look("#6f86a0", "dot", "bowtie-open"),
    ),
}
"""The codecs as they do well, by id; an entry is all it takes to add one.

Their colours are Okabe and Ito's, which all eyes can tell apart; never without a dash and a symbol.

JPEG is progressive with tables of its own, colour at half resolution. WebP takes its slowest
method: 1 to 3 % fewer bytes than the default in two to three times its time, still less than
AVIF's. AVIF has two threads whatever the machine, because its bytes depend on whether there is one
or more, and no tiles, which cost 1 %. PNG-8 has a palette by median cut and no dither: it is vector
quantization of single pixels. The references take steps.
"""

REFERENCES = frozenset(codec for codec, it in RIVALS.items() if isinstance(it, Reference))
"""Those that are here to measure by, and in no browser."""


@dataclass(frozen=True)
class RivalPoint:
    """What one level of a codec costs and gives; the figures mean what an `OperatingPoint`'s do."""

    codec: Codec
    level: int
    file_bytes: int
    mse: float
    rmse: float
    mae: float
    largest_error: int
    psnr_db: float
    snr_db: float | None
    snr_variance_db: float | None
    ssim: float | None
    file_ratio: float
    rate_bpp: float
    encode_seconds: float
    peak: int = metrics.PEAK


@dataclass(frozen=True, eq=False)
class Match:
    """The level of a codec that meets a target, and its file."""

    point: RivalPoint
    data: bytes


def missing_rivals() -> list[Codec]:
    """Return the codecs that the installed Pillow cannot both write and read."""
    return [codec for codec in RIVALS if not _works(codec)]


def _works(codec: Codec) -> bool:
    try:
        rival_pixels(rival_file(np.zeros((8, 8), np.uint8), codec, RIVALS[codec].levels[0]), 1)
    except RivalError:
        return False
    return True


def rival_file(pixels: Samples, codec: Codec, level: int) -> bytes:
    """Encode a picture with another codec.

    Parameters
    ----------
    pixels : uint8 array of shape (h, w) for gray or (h, w, 3) for RGB
        Gray is stored as gray; WebP, which has none, stores it as RGB.
    codec
    level : quality 1 to 95 for JPEG, 0 to 100 for WebP and AVIF; 2 to 256 colours for PNG-8; step
        255 to 1 for references

    Raises
    ------
    RivalError
        If the codec cannot store the picture, or Pillow lacks the codec.
    ValueError
        If there is no such level; the message names the range.
    """
    rival = RIVALS[codec]
    if level not in rival.every_level:
        low, high = min(rival.every_level), max(rival.every_level)
        raise ValueError(f"a level of {rival.name} is {low} to {high}, not {level}")
    if rival.largest_side and max(pixels.shape[:2]) > rival.largest_side:
        limit = rival.largest_side
        raise RivalError(said("refusal.rival.side", codec=rival.name, limit=limit))
    try:
        return rival.stored(pixels, level)
    except Exception as error:
        refused = said("refusal.rival.storing", codec=rival.name, reason=_reason(error))
        raise RivalError(refused) from error


def _reason(error: Exception) -> Said | str:
    return why(error) or type(error).__name__


def rival_pixels(data: bytes, channels: Literal[1, 3]) -> Samples:
    """Decode a file made by `rival_file`.

    Parameters
    ----------
    data
    channels : 1 if the original is gray, 3 if it is RGB

    Returns
    -------
    pixels : uint8 array of shape (h, w) or (h, w, 3)

    Raises
    ------
    RivalError
        If the file cannot be read.
    """
    try:
        if scalar.is_scalar(data):
            return scalar.unpack(data)
        with Image.open(io.BytesIO(data)) as image:
            return np.array(image.convert("L" if channels == 1 else "RGB"))
    except Exception as error:
        raise RivalError(said("refusal.rival.reading", reason=_reason(error))) from error


def rival_work(
    pixels: Samples, codec: Codec, levels: Iterable[int]
) -> Generator[RivalPoint | None]:
    """Encode, decode and measure a picture at each level of a codec, in turn.

    Parameters
    ----------
    pixels : uint8 array of shape (h, w) or (h, w, 3), as for `rival_file`
    codec
    levels : for a whole curve, the codec's `levels`

    Yields
    ------
    A RivalPoint for each level, None many times a second while there is none yet. Closing leaves at
    most the encoding that has begun.

    Raises
    ------
    RivalError
        If the codec cannot store the picture.
    """
    begun = (POOL.submit(_tried, pixels, codec, level) for level in levels)
    ahead: Future[_Trial] | None = next(begun, None)
    try:
        while ahead:
            trial = yield from until_done(ahead)
            ahead = next(begun, None)
            yield (yield from _measured(pixels, codec, trial))
    finally:
        if ahead:
            ahead.cancel()


def largest_within(pixels: Samples, codec: Codec, most_bytes: int) -> Work[Match | None]:
    """Find the highest level whose file has at most so many bytes; None if there is none.

    Parameters
    ----------
    pixels : uint8 array of shape (h, w) or (h, w, 3), as for `rival_file`

    Raises
    ------
    RivalError
        If the codec cannot store the picture.

    Notes
    -----
    Bisects all levels, then tries the `NEIGHBOURS` next to the one found, and goes on from any
    that meets the target too: where sizes do not quite rise with the level, the result is still
    the highest, unless as many levels in a row are too large before one that is not.
    """
    levels = RIVALS[codec].every_level[::-1]
    return _match(pixels, codec, levels, lambda trial: len(trial.data) <= most_bytes)


def same_psnr(pixels: Samples, codec: Codec, psnr_db: float) -> Work[Match | None]:
    """Find the lowest level whose PSNR is at least so many dB; None if there is none.

    Parameters and errors are those of `largest_within`, and so is the search, upwards.
    """
    levels = RIVALS[codec].every_level
    return _match(pixels, codec, levels, lambda trial: metrics.psnr_db(trial.mse) >= psnr_db)


@dataclass(frozen=True, eq=False)
class _Trial:
    """A picture encoded and decoded at one level."""

    level: int
    data: bytes
    decoded: Samples
    mse: float
    encode_seconds: float


def _tried(pixels: Samples, codec: Codec, level: int) -> _Trial:
    start = perf_counter()
    data = rival_file(pixels, codec, level)
    seconds = perf_counter() - start
    decoded = rival_pixels(data, 1 if pixels.ndim == 2 else 3)
    return _Trial(level, data, decoded, metrics.mse(pixels, decoded), seconds)


def _measured(pixels: Samples, codec: Codec, trial: _Trial) -> Work[RivalPoint]:
    distortion = yield from metrics.distortion_work(pixels, trial.decoded)
    similarity = yield from metrics.ssim_work(pixels, trial.decoded)
    height, width = pixels.shape[:2]
    file_bytes = len(trial.data)
    return RivalPoint(
        codec=codec,
        level=trial.level,
        file_bytes=file_bytes,
        **vars(distortion),
        ssim=similarity,
        file_ratio=metrics.compression_ratio(pixels.size, file_bytes),
        rate_bpp=metrics.rate_bpp(file_bytes, width, height),
        encode_seconds=trial.encode_seconds,
    )


def _match(
    pixels: Samples, codec: Codec, levels: Sequence[int], meets: Callable[[_Trial], bool]
) -> Work[Match | None]:
    """Find the first level that meets a target, of levels among which nearly all later ones do."""
    best: _Trial | None = None
    first, missed = len(levels), {-1}
    while (position := _next_position(first, missed)) is not None:
        trial = yield from until_done(POOL.submit(_tried, pixels, codec, levels[position]))
        if meets(trial):
            best, first = trial, position
        else:
            missed.add(position)
    if best is None:
        return None
    return Match((yield from _measured(pixels, codec, best)), best.data)


def _next_position(first: int, missed: set[int]) -> int | None:
    """Return where to look: between the last miss and the first hit, then just before that."""
    last = max(position for position in missed if position < first)
    if last + 1 < first:
        return (last + first) // 2
    before = range(first - 1, max(first - 1 - NEIGHBOURS, -1), -1)
    return next((position for position in before if position not in missed), None)
