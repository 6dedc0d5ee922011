"""RGB to YCbCr and back, in whole numbers: the same on every machine.

ITU-R BT.601 over the full range 0 … 255, as in JFIF. There, rounded, ⌊x⌋ of::

    Y  =       ( 19595·R + 38470·G +  7471·B + 32768) / 65536
    Cb = 128 + (−11058·R − 21710·G + 32768·B + 32768) / 65536      at most 255
    Cr = 128 + ( 32768·R − 27439·G −  5329·B + 32768) / 65536      at most 255

Back, with t(c, v) = 64·c·v + ½ cut off towards 0, ⌊x⌋ of, within 0 … 255::

    R = Y +  t( 1.402,   Cr − 128) / 64
    G = Y + (t(−0.34414, Cb − 128) + t(−0.71414, Cr − 128)) / 64
    B = Y +  t( 1.772,   Cb − 128) / 64

The way back, which is what a .vq file depends on, is that of Pillow's tables.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Indices, Samples

PIXELS_AT_ONCE = 2**14
FRACTION = 100_000  # the factors of the way back have five digits
CHROMA = np.arange(-128, 128)


def to_ycbcr(pixels: Samples) -> Samples:
    """Convert RGB, uint8 of shape (h, w, 3), to YCbCr of the same shape.

    Examples
    --------
    >>> to_ycbcr(np.uint8([[[193, 189, 185]]]))
    array([[[190, 125, 130]]], dtype=uint8)
    """
    flat = pixels.reshape(-1, 3)
    converted = np.empty_like(flat)
    for start in range(0, len(flat), PIXELS_AT_ONCE):
        some = slice(start, start + PIXELS_AT_ONCE)
        red, green, blue = np.ascontiguousarray(flat[some].T).astype(np.int32)
        luma = 19595 * red + 38470 * green + 7471 * blue
        blueness = 32768 * blue - 11058 * red - 21710 * green
        redness = 32768 * red - 27439 * green - 5329 * blue
        converted[some, 0] = (luma + 2**15) >> 16
        converted[some, 1] = np.minimum(128 + ((blueness + 2**15) >> 16), 255)
        converted[some, 2] = np.minimum(128 + ((redness + 2**15) >> 16), 255)
    return converted.reshape(pixels.shape)


def to_rgb(pixels: Samples) -> Samples:
    """Convert YCbCr, uint8 of shape (h, w, 3), to RGB of the same shape.

    Examples
    --------
    >>> to_rgb(np.uint8([[[190, 125, 130]]]))
    array([[[192, 189, 184]]], dtype=uint8)
    """
    flat = pixels.reshape(-1, 3)
    converted = np.empty_like(flat)
    for start in range(0, len(flat), PIXELS_AT_ONCE):
        some = slice(start, start + PIXELS_AT_ONCE)
        luma, cb, cr = np.ascontiguousarray(flat[some].T)
        offsets = RED[cr], GREEN_CB[cb] + GREEN_CR[cr], BLUE[cb]
        for place, offset in enumerate(offsets):
            converted[some, place] = (luma + (offset >> 6)).clip(0, 255)
    return converted.reshape(pixels.shape)


def _share(factor: int) -> Indices:
    """Return t(c, v) for every chroma, the factor c given in hundred-thousandths."""
    exact = 64 * factor * CHROMA + FRACTION // 2
    share: Indices = (np.sign(exact) * (np.abs(exact) // FRACTION)).astype(np.int32)
    return share


RED, GREEN_CB, GREEN_CR, BLUE = map(_share, (140_200, -34_414, -71_414, 177_200))
