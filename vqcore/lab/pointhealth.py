"""Is a codebook of points well, and what has it learnt by heart."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices, Sketch
from vqcore.codebooks.training import Progress, reported
from vqcore.coding.pointsfile import EncodedPoints
from vqcore.lab.health import Health
from vqcore.lab.heldout import SnrHeldOut, halves
from vqcore.lab.pointsweeps import PointSettings, errors_of, rows_of, trained
from vqcore.metrics import entropy_bytes, snr_db
from vqcore.quantizers import ofpoints
from vqcore.quantizers.ofpoints import PointQuantizer
from vqcore.signals.points import Points
from vqcore.work import Work


def point_health_work(encoded: EncodedPoints, points: Points) -> Work[Health]:
    """Examine the quantizer of encoded points, with pauses.

    How far codewords are apart is left out: numbers have no scale on which they would be alike.
    The codebook's share is that of codebook and coded indices: the file has 2 kB beside them.

    Parameters
    ----------
    encoded
    points : those that are encoded
    """
    codebook_bytes, coded = encoded.quantizer.codebook_bytes, entropy_bytes(*encoded.use)
    places, use = _cells(encoded.indices)
    yield
    squares = np.empty(points.count)
    for rows in rows_of(points):
        squares[rows] = np.square(errors_of(points, encoded, rows)).sum(axis=1)
        yield
    by_cell = np.bincount(places, squares, len(use))
    return Health(
        codebook_size=encoded.quantizer.codebook_size,
        use=encoded.use,
        cell_use=use,
        codebook_share=codebook_bytes / (codebook_bytes + coded),
        nearest_pair=None,
        farthest_pair=None,
        cell_distortion=by_cell / (by_cell.sum() or 1),
    )


def _cells(indices: Indices) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the cell of each vector, one for each tuple of indices in use, and their vectors."""
    if indices.shape[1] == 1:  # many times as fast
        rows, axis = indices[:, 0], None
    else:
        rows, axis = indices, 0
    _, places, use = np.unique(rows, return_inverse=True, return_counts=True, axis=axis)
    return places, use


def held_out_points(
    points: Points, settings: PointSettings, sizes: Sequence[int]
) -> Generator[Progress | SnrHeldOut]:
    """Train on half of the vectors and encode both halves, for one codebook size after another.

    Parameters
    ----------
    points
    settings : the seed also draws the halves
    sizes : ascending; those that half of the vectors do not allow are left out

    Yields
    ------
    Progress, up to ten times a second, and a SnrHeldOut for each size
    """
    drawn, others = (points.vectors[half] for half in halves(points.count, settings.seed))
    options, power = settings.options_by_name, _power(points.vectors)
    most = ofpoints.largest_size(drawn, settings.family, options, max(sizes, default=0) + 1)
    for event in trained(drawn, [size for size in sizes if size < most], settings):
        if isinstance(event, Progress):
            yield event
            continue
        quantizer, size = event.quantizer, event.codebook_size
        learnt, _ = yield from reported(_snr_work(drawn, quantizer, power, settings.beam), size)
        fresh, _ = yield from reported(_snr_work(others, quantizer, power, settings.beam), size)
        yield SnrHeldOut(size, learnt, fresh)


def _power(vectors: Sketch) -> float:
    return float(np.square(vectors, dtype=np.float64).mean())


def _snr_work(vectors: Sketch, quantizer: PointQuantizer, power: float, beam: int) -> Work[float]:
    indices = yield from ofpoints.encode_work(quantizer, vectors, beam=beam)
    errors = np.subtract(vectors, quantizer.decode(indices), dtype=np.float64)
    found = snr_db(power, float(np.square(errors).mean()))
    return math.nan if found is None else found
