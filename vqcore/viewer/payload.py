"""Layers as bytes: what the page needs to show a picture, or to decode one.

    bytes  what
    4      n, the length of the header, little-endian
    4      m, the length of the body, little-endian
    n      the header, JSON in UTF-8
    m      the body, as its kind has it

Another layer may follow. The header has the `kind`, and `of`, which layers belong together: those
of one picture, or those of one sweep of it.

    kind      header besides                                       body
    original  name, figures, width, height, channels               pixels, (h, w) or (h, w, 3)
    file      id, name, figures, width, height                     a picture file
    match     as file; match: which of the rivals' files           a picture file, or nothing if no
                                                                   file of that rival is a match
    codebook  width, height, channels, size (K), blockWidth,       2 bytes an index, little-endian,
              blockHeight, columns, rows; smoothing, unless it     row by row; then the tiles,
              is 0; leaves (true), if some tiles are parts of      (K, h, w) or (K, h, w, 3); with
              larger leaves                                        leaves 1 byte a tile: 1 where
                                                                   one begins on the left, + 2
                                                                   above, + 4 for each doubling of
                                                                   its side from that of a tile
              for codewords that are leaves of a tree ways,    then the tiles of its other nodes, in
              a number for each node, see quantizers/ways.py   their order

              for several columns of indices tuple (name,      then the indices of the tiles, 2
              size and kind of each, and the values of its     bytes each, column by column, before
              entries, if they are numbers), largest (the      the tiles; after all, for 1 column,
              place of that), distinct (how many tiles there   2, … and all but one, the sums of
              are, in ascending order of their indices; if     the first, by their indices; then
              over 65536, 4 bytes an index), sums (how many    the entries of each column: samples,
              distinct sums there are of 1 column, 2, …);      or differences around 128
              refines, how many of the first columns give
              a picture, coarser but for all of them
    use       as codebook; codebook (its id), name, source (file   as codebook
              name and texts of a saved picture); as a size of
              figures
    training  as codebook; steps: codewords (k), stage,            as codebook, step by step
              iteration, distortion (of the blocks), mse,
              figures of each
    figures   sizes: size, figures, every (figure by its id),
              sentence (on its codebook, or empty) of each
    plane     size (K), figures (of each of s steps), headings     density, 1 byte a pair, row by
              of both numbers or none; of points the corner of     row; little-endian: codewords,
              their square (low) and the length of its sides       float32 (s, K, 2)
              (extent)
    projec-   blocks (how many), shares (of the variance, a text   little-endian: blocks, float32
    tion      for each axis), sizes: K and how many codewords      (blocks, 2); then of each K
                                                                   codewords, float32 (k, 2), and
                                                                   use, uint32 (k,)
    health    sizes: of each size (K), codewords (k), verdicts     little-endian, of each K: share
                                                                   of the squared error, float32
                                                                   (k,), and use, uint32 (k,)
    words     language, texts by id; it is of no picture

Figures are a text that stands beside the picture.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from vqcore.arrays import Counts, Samples
from vqcore.coding.codec import Encoded, Lookup
from vqcore.lab.health import Health
from vqcore.lab.plane import LloydPath, PrincipalPlane, Spread
from vqcore.lab.playback import Frame
from vqcore.lab.sweeps import Cost, OperatingPoint
from vqcore.metrics import psnr_db
from vqcore.quantizers.quantizer import Quantizer
from vqcore.show.wording import (
    decibels,
    in_short,
    in_use,
    kilobytes,
    rate,
    ratio,
    similarity,
    stage_name,
)
from vqcore.signals.blocks import BlockLayout
from vqcore.viewer import columns
from vqcore.words import say, tag, texts

MOST_IN_2_BYTES = 2**16
LEVEL = 4

PAGE_ROOMS = "page", "count", "figure", "stage", "between"
"""Of the catalog, what the page's scripts ask for."""


def words_layer() -> bytes:
    """Return the layer of the page's words, in the language spoken now."""
    return message(b"", kind="words", of=None, language=tag(), texts=texts(*PAGE_ROOMS))


def joined(layers: Mapping[int, bytes], most: int) -> Iterator[tuple[int, bytes]]:
    """Join layers, in their order, to messages named by the first of each.

    A message has at most so many bytes, if it is not of one layer alone.
    """
    message: dict[int, bytes] = {}
    for name, layer in layers.items():
        if message and sum(map(len, message.values())) + len(layer) > most:
            yield _as_one(message)
            message = {}
        message[name] = layer
    if message:
        yield _as_one(message)


def _as_one(message: Mapping[int, bytes]) -> tuple[int, bytes]:
    return next(iter(message)), b"".join(message.values())


def original_layer(of: str, pixels: Samples, figures: str) -> bytes:
    """Return the layer of the picture itself, uint8 pixels of shape (h, w) or (h, w, 3)."""
    height, width, *channels = pixels.shape
    return message(
        pixels.tobytes(),
        kind="original",
        of=of,
        name=say("page.show.original"),
        figures=figures,
        width=width,
        height=height,
        channels=channels[0] if channels else 1,
    )


def file_layer(
    of: str, file_id: str, name: str, size: tuple[int, int], data: bytes, figures: str
) -> bytes:
    """Return the layer of a picture file, as it is; its size is (width, height) in pixels."""
    return _filemessage(data, size, kind="file", of=of, id=file_id, name=name, figures=figures)


def match_layer(
    of: str, match: str, name: str, size: tuple[int, int], data: bytes, figures: str
) -> bytes:
    """Return the layer of a rival's file that matches a codebook size; empty if there is none."""
    return _filemessage(data, size, kind="match", of=of, match=match, name=name, figures=figures)


def codebook_layer(of: str, size: int, encoded: Encoded) -> bytes:
    """Return the layer of one codebook size: its indices and tiles, from which it is decoded."""
    return _codebookmessage(encoded, kind="codebook", of=of, size=size)


def use_layer(
    of: str, encoded: Encoded, point: OperatingPoint, sentence: str, **header: Any
) -> bytes:
    """Return the layer of a picture encoded with a codebook from elsewhere.

    The rest of the header is `codebook`, its id; `name`; and `source`, what a saved picture says.
    """
    return _codebookmessage(encoded, kind="use", of=of, **_figures(point, sentence), **header)


def training_layer(of: str, size: int, frames: Sequence[Frame]) -> bytes:
    """Return the layer of the training of one size; in it are those of its steps' codebooks."""
    books = [codebook_layer(of, size, frame.encoded) for frame in frames]
    steps = [_step(frame) for frame in frames]
    return message(b"".join(books), kind="training", of=of, size=size, steps=steps)


def _step(frame: Frame) -> dict[str, Any]:
    told = {
        "stage": stage_name(frame.stage),
        "psnr": decibels(frame.psnr_db),
        "iteration": frame.iteration,
        "distortion": frame.distortion,
        "mse": frame.mse,
    }
    return {
        "stage": frame.stage,
        "iteration": frame.iteration,
        "distortion": frame.distortion,
        "mse": frame.mse,
        "figures": say("page.training.step", **told),
    }


def _codebookmessage(encoded: Encoded, **header: Any) -> bytes:
    layout, quantizer, table = encoded.layout, encoded.shown_by, encoded.lookup()
    sums = [*columns.sum_tiles(layout, quantizer, table.tuples)]
    several = range(len(quantizer.columns) if len(quantizer.columns) > 1 else 0)
    entries = [columns.entry_tiles(layout, quantizer, place) for place in several]
    return message(
        _look_up(layout, table)
        + b"".join(
            tiles.tobytes() for tiles in (*columns.inner_tiles(layout, quantizer), *sums, *entries)
        ),
        **({"ways": quantizer.columns[0].ways} if quantizer.columns[0].ways else {}),
        **_tuple_of(layout, quantizer, table, sums),
        width=layout.width,
        height=layout.height,
        channels=layout.channels,
        blockWidth=layout.block_size.width,
        blockHeight=layout.block_size.height,
        columns=layout.columns,
        rows=layout.rows,
        **({"smoothing": encoded.smoothing} if encoded.smoothing else {}),
        **({"leaves": True} if _has_leaves(table) else {}),
        **header,
    )


def _tuple_of(
    layout: BlockLayout, quantizer: Quantizer, table: Lookup, sums: Sequence[Samples]
) -> dict[str, Any]:
    if len(quantizer.columns) == 1:
        return {}
    names = columns.column_names(layout, quantizer)
    values = [columns.entry_values(layout, quantizer, place) for place in range(len(names))]
    kinds = [column.kind for column in quantizer.columns]
    return {
        "tuple": [*map(list, zip(names, quantizer.sizes, kinds, values, strict=True))],
        "largest": quantizer.largest,
        "distinct": len(table.tuples),
        "sums": [*map(len, sums)],
        "refines": columns.refining(quantizer),
    }


def _look_up(layout: BlockLayout, table: Lookup) -> bytes:
    places = table.places.astype("<u4" if len(table.tuples) > MOST_IN_2_BYTES else "<u2")
    tuples = table.tuples.T.astype("<u2") if table.tuples.shape[1] > 1 else np.empty(0, "<u2")
    tiles = layout.tiles(table.vectors)
    leaves = table.borders + LEVEL * table.levels if _has_leaves(table) else b""
    return places.tobytes() + tuples.tobytes() + tiles.tobytes() + bytes(leaves)


def _has_leaves(table: Lookup) -> bool:
    """Say whether some vectors are parts of larger leaves."""
    return bool(table.levels.any())


def figures_layer(of: str, sizes: Iterable[tuple[Cost | OperatingPoint, str]]) -> bytes:
    """Return what stands beside and below the pictures of the codebook sizes measured.

    Each comes with a sentence on its codebook, or with none.
    """
    return message(b"", kind="figures", of=of, sizes=[_figures(*each) for each in sizes])


def _figures(point: Cost | OperatingPoint, sentence: str) -> dict[str, Any]:
    likeness = (
        {}
        if point.psnr_db is None
        else {
            "psnr_db": decibels(point.psnr_db),
            "ssim": similarity(point.ssim),
        }
    )
    every = likeness | {
        "file_bytes": kilobytes(point.file_bytes),
        "file_ratio": ratio(point.file_ratio),
        "rate_bpp": rate(point.rate_bpp),
        "nominal_ratio": ratio(point.nominal_ratio),
        "entropy_bytes": kilobytes(point.entropy_bytes),
        "codebook_bytes": kilobytes(point.codebook_bytes),
        "used_codewords": in_use(point),
    }
    return {
        "size": point.codebook_size,
        "figures": in_short(point),
        "every": every,
        "sentence": sentence,
    }


def plane_layer(
    of: str,
    density: Counts,
    path: LloydPath,
    spread: Spread | None = None,
    headings: Sequence[str] = (),
) -> bytes:
    """Return the layer of the plane: its density, (256, 256), and the codewords of each step.

    It is that of pixel pairs, or of points in their square, with headings of both numbers or none.
    """
    square = {"low": spread.low.tolist(), "extent": spread.extent} if spread else {}
    shades = np.rint(255 * np.log1p(density) / np.log1p(density.max())).astype(np.uint8)
    return message(
        shades.tobytes() + path.codewords.astype("<f4").tobytes(),
        kind="plane",
        of=of,
        size=path.codewords.shape[1],
        figures=[
            say("page.plane.figures-points", error=f"{2 * mse:.6g}")
            if spread
            else say("page.plane.figures", mse=mse, psnr=decibels(psnr_db(mse)))
            for mse in path.mse.tolist()
        ],
        headings=list(headings),
        **square,
    )


def projection_layer(of: str, axes: PrincipalPlane, books: Mapping[int, Encoded]) -> bytes:
    """Return the layer of the projection: blocks, and by size the codewords, along the axes."""
    tables = {size: encoded.lookup() for size, encoded in books.items()}
    parts = [axes.some.astype("<f4")]
    for table in tables.values():
        parts += [axes.along(table.vectors).astype("<f4"), table.use.astype("<u4")]
    return message(
        b"".join(part.tobytes() for part in parts),
        kind="projection",
        of=of,
        blocks=len(axes.some),
        shares=[say("figure.percent", percent=100 * float(share)) for share in axes.shares],
        sizes=[[size, len(table.vectors)] for size, table in tables.items()],
    )


def health_layer(
    of: str, judged: Sequence[tuple[Health, Sequence[str]]], *, heard: bool = False
) -> bytes:
    """Return the layer of the health of each size: the error and use by cell, and the verdicts.

    Parameters
    ----------
    of : names the sweep
    judged : the health of each size, and what it comes to
    heard : whether it is of a sound
    """
    parts = [
        part
        for health, _ in judged
        for part in (health.cell_distortion.astype("<f4"), health.cell_use.astype("<u4"))
    ]
    return message(
        b"".join(part.tobytes() for part in parts),
        kind="health",
        of=of,
        heard=heard,
        sizes=[
            {"size": it.codebook_size, "codewords": it.cells, "verdicts": list(verdicts)}
            for it, verdicts in judged
        ],
    )


def _filemessage(data: bytes, size: tuple[int, int], **header: Any) -> bytes:
    width, height = size
    return message(data, width=width, height=height, **header)


def message(body: bytes, **header: Any) -> bytes:
    text = json.dumps(header).encode()
    return b"".join((len(text).to_bytes(4, "little"), len(body).to_bytes(4, "little"), text, body))
