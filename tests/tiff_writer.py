"""TIFF files of every kind, written from numbers word for word after the specification."""

import struct
import zlib

import numpy as np

KINDS = {"u": 1, "i": 2, "f": 3}
COMPRESSIONS = {"none": 1, "lzw": 5, "deflate": 8, "old deflate": 32946, "packbits": 32773}
CHUNKY, PLANAR = 1, 2


def written(
    samples,
    bits,
    photometric,
    *,
    order="<",
    planar=False,
    tile=None,
    rows=None,
    compression="none",
    predictor=1,
    fill_order=1,
    big=False,
    tags=None,
):
    """Return a TIFF file of samples of shape (h, w, channels), stored in their own kind."""
    height, width, channels = samples.shape
    planes = np.split(samples, channels, axis=2) if planar else [samples]
    segments = [part for plane in planes for part in cut(plane, tile, rows or height)]
    stored = []
    for part in segments:
        data = b"".join(row_bytes(row, bits, order, predictor) for row in part)
        data = compressed(data, compression)
        stored.append(reversed_bits(data) if fill_order == 2 else data)
    where = (324, 325) if tile else (273, 279)
    entries = {
        256: width,
        257: height,
        258: [bits] * channels,
        259: COMPRESSIONS[compression],
        262: photometric,
        where[1]: [len(each) for each in stored],
        266: fill_order,
        277: channels,
        278: rows or height,
        284: PLANAR if planar else CHUNKY,
        317: predictor,
        339: [KINDS[samples.dtype.kind]] * channels,
    }
    entries |= {322: tile[0], 323: tile[1]} if tile else {}
    return container(entries | (tags or {}), stored, where[0], order, big)


def cut(plane, tile, rows):
    """Yield strips as they are, or tiles filled up with the last value."""
    height, width, _ = plane.shape
    if not tile:
        yield from (plane[top : top + rows] for top in range(0, height, rows))
        return
    across, down = tile
    margins = ((0, -height % down), (0, -width % across), (0, 0))
    padded = np.pad(plane, margins, mode="edge")
    for top in range(0, height, down):
        for left in range(0, width, across):
            yield padded[top : top + down, left : left + across]


def row_bytes(row, bits, order, predictor):
    """Return a row of pixels as bytes, each row in whole bytes."""
    if predictor == 3:
        return float_differences(row)
    if bits % 8:
        digits = "".join(f"{int(value):0{bits}b}" for value in row.ravel())
        digits += "0" * (-len(digits) % 8)
        return bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits), 8))
    if predictor == 2:
        unsigned = row.view(f"u{bits // 8}")
        row = np.concatenate([unsigned[:1], np.diff(unsigned, axis=0)])
    return row.astype(row.dtype.newbyteorder(order)).tobytes()


def float_differences(row):
    """Return the highest bytes of all samples, then the next, as differences of bytes."""
    size, channels = row.dtype.itemsize, row.shape[1]
    big = row.ravel().astype(f">f{size}").view(np.uint8).reshape(-1, size)
    planes = big.T.reshape(-1, channels)
    return np.concatenate([planes[:1], np.diff(planes, axis=0)]).tobytes()


def compressed(data, compression):
    """Return bytes as the compression of this name stores them."""
    if compression in ("deflate", "old deflate"):
        return zlib.compress(data)
    if compression == "packbits":
        runs = [data[at : at + 128] for at in range(0, len(data), 128)]
        return b"".join(bytes([len(run) - 1]) + run for run in runs)
    return lzw(data) if compression == "lzw" else data


def lzw(data):
    """Return an LZW stream of single bytes: the table is cleared before codes get longer."""
    codes = []
    for at, byte in enumerate(data):
        codes += [256, byte] if at % 200 == 0 else [byte]
    digits = "".join(f"{code:09b}" for code in [*codes, 257])
    digits += "0" * (-len(digits) % 8)
    return int(digits, 2).to_bytes(len(digits) // 8, "big")


def reversed_bits(data):
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


def container(entries, stored, where, order, big=False):
    """Return a file of the entries, with the places of what is stored under the tag `where`."""
    number, entry, inside = ("Q", "HHQ", 8) if big else ("I", "HHI", 4)
    head = order_mark(order) + struct.pack(order + ("HHHQ" if big else "HI"), *start(big))
    entries = dict(sorted((entries | {where: [0] * len(stored)}).items()))
    size = struct.calcsize(order + entry) + inside
    after = (
        len(head) + struct.calcsize(order + ("Q" if big else "H")) + size * len(entries) + inside
    )
    at = after + sum(len(field(value, order)[2]) for value in entries.values())
    places = []
    for each in stored:
        places.append(at)
        at += len(each)
    entries[where] = places
    table, values = struct.pack(order + ("Q" if big else "H"), len(entries)), b""
    for tag, value in entries.items():
        kind, count, data = field(value, order)
        table += struct.pack(order + entry, tag, kind, count)
        table += (
            data.ljust(inside, b"\0")
            if len(data) <= inside
            else struct.pack(order + number, after + len(values))
        )
        values += data if len(data) > inside else b"\0" * len(data)
    return head + table + bytes(inside) + values + b"".join(stored)


def order_mark(order):
    return b"II" if order == "<" else b"MM"


def start(big):
    return (43, 8, 0, 16) if big else (42, 8)


def field(value, order):
    """Return the type, the number and the bytes of the values of an entry."""
    if isinstance(value, bytes):
        return 7, len(value), value
    values = value if isinstance(value, (list, tuple)) else [value]
    return 4, len(values), struct.pack(f"{order}{len(values)}I", *values)
