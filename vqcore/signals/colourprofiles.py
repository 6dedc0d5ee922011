"""Colours that a file declares to be others than those of sRGB, converted to it."""

import io
import re
import struct
from collections.abc import Iterable
from textwrap import shorten

import numpy as np
from PIL import Image, ImageCms

from vqcore.arrays import Counts, Floats
from vqcore.words import Said, said

# An embedded profile that moves no colour by more than this is one of the many that say "sRGB".
NEAR = 1

SRGB_WHITE = (0.3127, 0.3290)
SRGB_PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)

_SPACES = {"L": ("GRAY", "RGB "), "RGB": ("RGB ",), "CMYK": ("CMYK",)}


def to_srgb(image: Image.Image, profiles: Iterable[bytes]) -> tuple[Image.Image, tuple[Said, ...]]:
    """Convert an image by the first profile that can be used.

    Parameters
    ----------
    image : of mode L, LA, RGB, RGBA or CMYK
    profiles : the bytes of ICC profiles, the most binding first

    Returns
    -------
    image : gray as L or LA if it was, otherwise RGB or RGBA; as it is if no profile can be used,
        or if the profile moves no colour by more than a level
    done : as in `Origin`

    Notes
    -----
    By littleCMS, relative colorimetric; what sRGB has no place for is clipped.
    """
    done = []
    for profile in profiles:
        try:
            image, more = _converted(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            done.append(said("done.profile-broken"))
        else:
            return image, (*done, *more)
    return image, tuple(done)


def _converted(image: Image.Image, data: bytes) -> tuple[Image.Image, tuple[Said, ...]]:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
    space = profile.profile.xcolor_space
    mode = image.mode.removesuffix("A")
    if space not in _SPACES[mode]:
        return image, (said("done.profile-ignored", space=space.strip()),)
    done = (_conversion(profile),)
    if mode == "L":
        levels = _gray_levels(profile, space)
        if np.abs(levels - np.arange(256)).max() <= NEAR:
            return image, ()
        return _looked_up(image, levels), done
    source = "CMYK" if mode == "CMYK" else image.mode
    target = "RGBA" if source == "RGBA" else "RGB"
    if mode == "RGB" and _is_srgb(profile):
        return image, ()
    transform = _transform(profile, source, target)
    return transform.apply(image), done


def _transform(
    profile: ImageCms.ImageCmsProfile,
    source: str,
    target: str,
    flags: ImageCms.Flags = ImageCms.Flags.NONE,
) -> ImageCms.ImageCmsTransform:
    """Return the way from a profile to sRGB."""
    return ImageCms.ImageCmsTransform(
        profile,
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
        source,
        target,
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=flags,
    )


def _gray_levels(profile: ImageCms.ImageCmsProfile, space: str) -> Counts:
    """Return what becomes of each of the 256 gray levels."""
    ramp = Image.frombytes("L", (256, 1), bytes(range(256)))
    mode = "L" if space == "GRAY" else "RGB"
    # What littleCMS does to be fast makes dark grays wrong by up to ten levels.
    transform = _transform(profile, mode, "RGB", ImageCms.Flags.NOOPTIMIZE)
    converted = transform.apply(ramp.convert(mode))
    return np.asarray(converted)[0, :, 1].astype(int)


def _looked_up(image: Image.Image, levels: Counts) -> Image.Image:
    """Return a gray image with other levels, as transparent as it was."""
    alpha = list(range(256)) if image.mode == "LA" else []
    return image.point([*levels.tolist(), *alpha])


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """Whether a grid of colours all over RGB, with all grays, stays where it is."""
    steps = np.arange(0, 256, 15).astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    grays = np.repeat(np.arange(256).astype(np.uint8)[:, np.newaxis], 3, axis=1)
    colours = np.concatenate([grid, grays])[np.newaxis]
    converted = np.asarray(_transform(profile, "RGB", "RGB").apply(Image.fromarray(colours)))
    return int(np.abs(converted.astype(int) - colours).max()) <= NEAR


def _conversion(profile: ImageCms.ImageCmsProfile) -> Said:
    """Say what was converted by what the profile calls itself, in one clean, short line."""
    description = profile.profile.profile_description or ""
    printable = "".join(each if each.isprintable() else " " for each in description)
    name = shorten(re.sub(r"[<>]", " ", printable), 40, placeholder=" …")
    return said("done.converted", name=name) if name else said("done.converted-by-profile")


# ------------------------------------------------------------------------------ profiles by numbers


def profile_of(
    name: str,
    gamma: float | None,
    primaries: Iterable[tuple[float, float]] = SRGB_PRIMARIES,
    white: tuple[float, float] = SRGB_WHITE,
) -> bytes:
    """Return an ICC profile for colours given by numbers.

    Parameters
    ----------
    name : str
    gamma : the power that makes light of samples; None for the curve of sRGB
    primaries, white : chromaticities x, y of red, green, blue, and of white

    Raises
    ------
    ValueError
        If there is no such white or no such colour space.
    """
    parts = {b"desc": _text(name), b"cprt": _text("none"), b"wtpt": _xyz(_D50)}
    curve = _curve(gamma)
    for letter, light in zip(b"rgb", _lights(primaries, white).T, strict=True):
        parts[bytes([letter]) + b"XYZ"] = _xyz(light)
        parts[bytes([letter]) + b"TRC"] = curve
    table, body = struct.pack(">I", len(parts)), b""
    for tag, part in parts.items():
        table += tag + struct.pack(">II", 128 + 4 + 12 * len(parts) + len(body), len(part))
        body += part + bytes(-len(part) % 4)
    size = 128 + len(table) + len(body)
    head = struct.pack(">I4xI", size, 0x04000000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    return (head + bytes(28) + _numbers(_D50)).ljust(128, b"\0") + table + body


def _lights(primaries: Iterable[tuple[float, float]], white: tuple[float, float]) -> Floats:
    """Return red, green and blue as X, Y, Z in columns, seen under D50."""
    colours = np.array([_from_xy(*each) for each in primaries]).T
    source = _from_xy(*white)
    try:
        lights = colours * np.linalg.solve(colours, source)
    except np.linalg.LinAlgError as error:
        raise ValueError("the primaries lie on a line") from error
    ratios = (_BRADFORD @ np.array(_D50)) / (_BRADFORD @ source)
    adapted: Floats = np.linalg.inv(_BRADFORD) @ np.diag(ratios) @ _BRADFORD @ lights
    return adapted


def _from_xy(x: float, y: float) -> Floats:
    if y <= 0:
        raise ValueError(f"no colour has y = {y}")
    return np.array([x / y, 1, (1 - x - y) / y])


def _curve(gamma: float | None) -> bytes:
    """Return a parametric curve: a power, or that of sRGB."""
    if gamma is None:
        return b"para" + struct.pack(">4xHxx", 3) + _numbers(_SRGB_CURVE)
    return b"para" + struct.pack(">4xHxx", 0) + _numbers([gamma])


def _xyz(light: Iterable[float]) -> bytes:
    return b"XYZ " + bytes(4) + _numbers(light)


def _text(text: str) -> bytes:
    """Return a text as the multi-localized type that has it in English alone."""
    words = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">4xII4sII", 1, 12, b"enUS", len(words), 28) + words


def _numbers(values: Iterable[float]) -> bytes:
    """Return numbers with 16 bits behind the point."""
    fixed = np.rint(np.array(list(values)) * 65536)
    if not (np.abs(fixed) < 2**31).all():
        raise ValueError("a number is too large for a colour profile")
    return bytes(fixed.astype(">i4"))
