"""What a PNG file says beside its pixels, and its samples of 16 bits, which Pillow cuts to 8.

Specification: Portable Network Graphics, third edition, W3C 2025.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL.ImageFile import ImageFile

from vqcore.arrays import Samples
from vqcore.signals.colourprofiles import SRGB_PRIMARIES, profile_of
from vqcore.words import Said, said

MAX_PROFILE_BYTES = 16_000_000
MAX_TEXT_BYTES = 1_000_000
MAX_ALL_TEXT_BYTES = 32_000_000

_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_COLOURS = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")
_SPACES = {
    1: ("Rec. 709", SRGB_PRIMARIES),
    9: ("Rec. 2020", ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))),
    12: ("Display P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))),
}
# A browser shows what is coded for television as a screen with gamma 2.4 does.
_GAMMAS = {1: 2.4, 4: 2.2, 5: 2.8, 6: 2.4, 8: 1.0, 13: None, 14: 2.4, 15: 2.4}


@dataclass(frozen=True)
class Chunks:
    """A PNG file apart from what Pillow need not or must not see.

    Parameters
    ----------
    data : bytes
        The file without its colours and its long texts, over which Pillow may stumble.
    colours : dict
        The chunks that say what the colours are, by their kind.
    """

    data: bytes
    colours: dict[bytes, bytes] = field(default_factory=dict)


def split(data: bytes) -> Chunks:
    """Take a PNG file apart.

    Raises
    ------
    SyntaxError
        If a chunk that is taken out has a wrong checksum.
    """
    view, kept, end = memoryview(data), [], 0
    colours: dict[bytes, bytes] = {}
    texts, has_pixels = 0, False
    for kind, start, stop in _places(data):
        has_pixels |= kind == b"IDAT"
        if kind in _COLOURS and not has_pixels:
            colours.setdefault(kind, data[start + 8 : stop - 4])
        length = 0
        if kind in _TEXTS:
            length = _text_length(kind, data[start + 8 : stop - 4], texts)
            texts += length
        is_long = length > MAX_TEXT_BYTES or texts > MAX_ALL_TEXT_BYTES
        if kind in _COLOURS or (kind in _TEXTS and is_long):
            _check_sum(data, start, stop)
            kept.append(view[end:start])
            end = stop
    return Chunks(b"".join([*kept, view[end:]]) if kept else data, colours)


def _places(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind, the start and the end of each chunk that is whole."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            return
        yield data[at + 4 : at + 8], at, end
        at = end


def _check_sum(data: bytes, start: int, stop: int) -> None:
    (stored,) = struct.unpack_from(">I", data, stop - 4)
    if zlib.crc32(memoryview(data)[start + 4 : stop - 4]) != stored:
        kind = data[start + 4 : start + 8].decode("ascii", "replace")
        raise SyntaxError(said("refusal.picture.checksum", kind=kind))


def _text_length(kind: bytes, body: bytes, before: int) -> int:
    """Return how many bytes a text takes in memory, if that is for Pillow to know."""
    packed = b""
    if kind == b"zTXt":
        packed = body.partition(b"\0")[2][1:]
    elif kind == b"iTXt" and body.partition(b"\0")[2][:1] == b"\1":
        packed = body.partition(b"\0")[2][2:].split(b"\0", 2)[-1]
    if not packed or before > MAX_ALL_TEXT_BYTES:
        return len(body)
    return max(len(body), len(_inflated(packed, MAX_TEXT_BYTES + 1)))


def _inflated(packed: bytes, limit: int) -> bytes:
    """Return no more than the first bytes of what is compressed, nothing if it is broken."""
    try:
        return zlib.decompressobj().decompress(packed, limit)
    except zlib.error:
        return b""


def profiles(colours: dict[bytes, bytes]) -> tuple[list[bytes], tuple[Said, ...]]:
    """Return the colour profiles that a file declares, the most binding first.

    Parameters
    ----------
    colours : as in `Chunks`

    Returns
    -------
    profiles : list of bytes
        Those before the first that says "sRGB"; one that cannot be read is b"".
    done : tuple of Said
        What is declared and not understood.
    """
    found: list[bytes] = []
    done: tuple[Said, ...] = ()
    if b"cICP" in colours:
        primaries, transfer, _, full = struct.unpack("4B", colours[b"cICP"][:4].ljust(4, b"\0"))
        if primaries in _SPACES and transfer in _GAMMAS and full == 1:
            name, corners = _SPACES[primaries]
            return [profile_of(name, _GAMMAS[transfer], corners)], ()
        done = (said("done.cicp", primaries=primaries, transfer=transfer),)
    if b"iCCP" in colours:
        packed = colours[b"iCCP"].partition(b"\0")[2][1:]
        profile = _inflated(packed, MAX_PROFILE_BYTES + 1)
        found.append(profile if len(profile) <= MAX_PROFILE_BYTES else b"")
    if b"sRGB" not in colours and b"gAMA" in colours:
        found += _by_gamma(colours)
    return found, done


def _by_gamma(colours: dict[bytes, bytes]) -> list[bytes]:
    """Return the profile that gAMA and cHRM describe, as browsers understand them."""
    gamma = int.from_bytes(colours[b"gAMA"][:4], "big") / 100_000
    name = f"gamma {gamma:.4g}"
    numbers = np.frombuffer(colours.get(b"cHRM", b"").ljust(32, b"\0")[:32], ">i4") / 100_000
    white, *corners = [(float(x), float(y)) for x, y in numbers.reshape(4, 2)]
    try:
        if b"cHRM" in colours:
            return [profile_of(name, 1 / gamma, corners, white)]
        # What is within 5 % of a usual screen's 1 / 2.2 is taken for sRGB.
        return [] if abs(gamma * 2.2 - 1) < 0.05 else [profile_of(name, 1 / gamma)]
    except (ValueError, ZeroDivisionError):
        return []


# ------------------------------------------------------------------------------- samples of 16 bits


def is_deep(data: bytes) -> bool:
    """Whether the header of a PNG file says that its samples have 16 bits."""
    return data[24:25] == b"\x10"


def deep_samples(
    image: ImageFile, opened: Callable[[], ImageFile]
) -> tuple[NDArray[np.uint16], NDArray[np.uint16] | None]:
    """Return the samples of 16 bits, and the opacity of each pixel in 16 bits.

    Parameters
    ----------
    image : the file as Pillow opens it, not yet decoded
    opened : gives the same once more

    Returns
    -------
    samples : uint16 array of shape (h, w) or (h, w, 3)
    alpha : uint16 array of shape (h, w), or None

    Notes
    -----
    Pillow keeps the higher byte of each sample. Asked to read the same bytes as samples with the
    lower byte first, it keeps the lower ones; a gray and its opacity, as four bytes.
    """
    form = str(image.tile[0].args)
    if form == "LA;16B":
        pairs = _read_as(image, "RGBA").view(">u2").astype(np.uint16)
        return pairs[..., 0], pairs[..., 1]
    if form == "I;16B":
        image.load()
        samples = np.asarray(image).astype(np.uint16)
    else:
        low = _read_as(opened(), form.replace("16B", "16L"))
        samples = np.stack([_read_as(image, form), low], axis=-1).view(">u2")[..., 0]
    return _key_or_alpha(samples, image.info.get("transparency"))


def _read_as(image: ImageFile, form: str) -> Samples:
    """Return what Pillow decodes if the samples are said to have another form."""
    image.tile = [tile._replace(args=form) for tile in image.tile]
    image.load()
    return np.asarray(image)


def _key_or_alpha(
    samples: NDArray[np.uint16], key: int | tuple[int, ...] | None
) -> tuple[NDArray[np.uint16], NDArray[np.uint16] | None]:
    """Take the opacity from the last channel, or from the one colour that is transparent."""
    if samples.ndim == 3 and samples.shape[2] == 4:
        return samples[..., :3], samples[..., 3]
    if key is None:
        return samples, None
    differs = (samples.reshape(*samples.shape[:2], -1) != np.array(key)).any(axis=2)
    return samples, np.where(differs, 65535, 0).astype(np.uint16)
