"""What files say of their colours, written from numbers: ICC profiles of version 2, PNG chunks."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

D65, D50 = (0.3127, 0.3290), (0.3457, 0.3585)
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
PROPHOTO = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))

CONNECTION_WHITE = np.array([0.9642, 1, 0.8249])
CONES = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def rgb_profile(primaries, curve, white=D65, name="by numbers"):
    """Return the profile of an RGB space."""
    parts = beginning(name)
    for letter, light in zip("rgb", matrix(primaries, white).T, strict=True):
        parts[f"{letter}XYZ"] = xyz(light)
        parts[f"{letter}TRC"] = curve
    return assembled(b"RGB ", parts)


def gray_profile(curve, name="gray by numbers"):
    """Return the profile of a gray scale."""
    return assembled(b"GRAY", beginning(name) | {"kTRC": curve})


def power(gamma):
    """Return the curve of a power, in steps of 1/256."""
    return b"curv" + struct.pack(">4xIH", 1, round(gamma * 256))


def srgb_curve(points=1024):
    """Return the curve of sRGB as a table."""
    values = np.rint(65535 * srgb_to_light(np.linspace(0, 1, points)))
    return b"curv" + struct.pack(">4xI", points) + values.astype(">u2").tobytes()


def srgb_to_light(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def light_to_srgb(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def matrix(primaries, white=D65):
    """Return the matrix from the light of RGB to X, Y, Z as the white of profiles has them."""
    columns = np.array([from_xy(*each) for each in primaries]).T
    source = from_xy(*white)
    scaled = columns * np.linalg.solve(columns, source)
    gains = np.diag((CONES @ CONNECTION_WHITE) / (CONES @ source))
    return np.linalg.inv(CONES) @ gains @ CONES @ scaled


def in_srgb(pixels, primaries, to_light, white=D65):
    """Return what 8-bit pixels of another space are in sRGB, unrounded, clipped."""
    way = np.linalg.inv(matrix(SRGB)) @ matrix(primaries, white)
    return 255 * light_to_srgb(to_light(pixels / 255) @ way.T)


def from_xy(x, y):
    return np.array([x / y, 1, (1 - x - y) / y])


def beginning(name):
    text = name.encode() + b"\0"
    description = b"desc" + struct.pack(">4xI", len(text)) + text + bytes(8 + 3 + 67)
    return {"desc": description, "wtpt": xyz(CONNECTION_WHITE), "cprt": b"text\0\0\0\0none\0"}


def xyz(values):
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in values))


def assembled(space, parts):
    table, body = struct.pack(">I", len(parts)), b""
    for tag, part in parts.items():
        place = 128 + 4 + 12 * len(parts) + len(body)
        table += tag.encode() + struct.pack(">II", place, len(part))
        body += part + bytes(-len(part) % 4)
    head = struct.pack(">I4xI", 128 + len(table) + len(body), 0x02400000)
    head += b"mntr" + space + b"XYZ " + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp"
    return (head + bytes(28) + xyz(CONNECTION_WHITE)[8:]).ljust(128, b"\0") + table + body


def png(pixels, *chunks):
    """Return a PNG file with chunks, (kind, body), before the pixels."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    data = file.getvalue()
    return data[:33] + b"".join(chunk(*each) for each in chunks) + data[33:]


def chunk(kind, body):
    """Return a chunk of a PNG file with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def gama(number):
    return b"gAMA", struct.pack(">I", number)


def chrm(primaries, white=D65):
    numbers = [round(100_000 * number) for pair in (white, *primaries) for number in pair]
    return b"cHRM", struct.pack(">8I", *numbers)
