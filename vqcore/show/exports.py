"""Operating points as text others can read: CSV, JSON and a plain table."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from itertools import chain
from typing import Any

import numpy as np

from vqcore.archive.collection import Outcome
from vqcore.arrays import Numbers, Sketch
from vqcore.codebooks.textbook import Line, Round
from vqcore.coding.codec import Settings
from vqcore.coding.pointsfile import EncodedPoints
from vqcore.lab.batch import Swept
from vqcore.lab.pointreplay import PointFrame
from vqcore.lab.pointsweeps import PointFigures, SweptPoints, errors_of, rows_of
from vqcore.lab.rivals import RIVALS, RivalPoint
from vqcore.lab.soundsweeps import SoundFigures, SweptSound
from vqcore.lab.spectralsweeps import SpectralFigures, SweptSpectra
from vqcore.lab.storing import Stored
from vqcore.lab.sweeps import OperatingPoint
from vqcore.quantizers.ofpoints import PointQuantizer
from vqcore.quantizers.quantizer import Quantizer
from vqcore.show import provenance
from vqcore.show.curves import Curve
from vqcore.show.provenance import Provenance, comment_of
from vqcore.signals.pictures import Origin, Picture
from vqcore.signals.points import Points

COLUMNS = tuple(field.name for field in fields(OperatingPoint))
RIVAL_COLUMNS = (
    *("picture", "codec", "scale", "level"),
    *(field.name for field in fields(RivalPoint) if field.name not in ("codec", "level")),
    *("digest", "colour", "program"),
)


FORMULA = re.compile(r"\s*[-=+@＝＋－＠]|[\t\n]")
"""How a text begins that a spreadsheet may take for a formula, with what OWASP warns of."""


def points_csv(swept: Swept) -> str:
    """Return a header line and a line for each point; an infinite value is ``inf``.

    After the figures stands where they come from, see `provenance.COLUMNS`. A text, such as the
    name of a file, that a spreadsheet would take for a formula has an apostrophe before it, in this
    CSV and in the others.
    """
    return _csv((*COLUMNS, *provenance.COLUMNS), _rows(swept))


def sweeps_csv(sweeps: Iterable[Swept]) -> str:
    """Return the points of many pictures as `points_csv` does, the picture's name before each."""
    picture, *others = provenance.COLUMNS
    return _csv((picture, *COLUMNS, *others), chain.from_iterable(map(_rows, sweeps)))


def _rows(swept: Swept) -> Iterator[dict[str, Any]]:
    source = _provenance(swept).record
    return ({**asdict(point), **source} for point in swept.points)


def _provenance(swept: Swept) -> Provenance:
    coded = replace(swept.settings, colour=swept.plan.layout.colour)
    return Provenance(swept.name, swept.digest, coded)


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Return a text so that it stays one text, in one cell; a number as it is."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r", "\n")  # which csv puts in quotes, unlike the other
    return f"'{text}" if FORMULA.match(text) else text


def curves_csv(source: Provenance, curves: Iterable[Curve]) -> str:
    """Return every point of every curve, as `points_csv` does; what a rival lacks is empty.

    Parameters
    ----------
    source : the picture, and the settings of the first curve
    curves : each with settings of its own, but those of rivals
    """
    record = source.record
    rows = ({**record, **row} for row in _curve_records(curves))
    return _csv(("curve", "label", *COLUMNS, *provenance.COLUMNS), rows)


def curves_json(source: Provenance, picture: Picture, curves: Iterable[Curve]) -> str:
    """Return every point of every curve as one JSON object; an infinite value is "inf".

    `provenance` has the settings of the first curve; each point has those of its own, if any.
    """
    return _json(
        {
            "picture": picture.name,
            **_source(picture.origin),
            "width": picture.width,
            "height": picture.height,
            "provenance": source.record,
            "points": [_all_finite(record) for record in _curve_records(curves)],
        }
    )


def _curve_records(curves: Iterable[Curve]) -> Iterator[dict[str, Any]]:
    """Yield the points by their files: the nominal curve has none of its own."""
    for curve in curves:
        if curve.kind != "nominal":
            unknown = dict.fromkeys(provenance.SETTINGS)
            for place, (point, label) in enumerate(zip(curve.points, curve.labels, strict=True)):
                figures = {name: getattr(point, name, None) for name in COLUMNS}
                own = curve.settings_at(place)
                settings = provenance.record_of(own) if own else unknown
                yield {"curve": curve.name, "label": label, **figures, **settings}


def book_csv(lines: Iterable[Line]) -> str:
    """Return every iteration of a training by the book."""
    columns = [field.name for field in fields(Line)]
    return _csv(columns, map(asdict, lines))


def stored_csv(pictures: Iterable[Stored]) -> str:
    """Return a header line and a line for each level of each codec, as `points_csv` does.

    `scale` is what a level is: quality, colours or step.
    """
    return _csv(RIVAL_COLUMNS, chain.from_iterable(map(_stored_rows, pictures)))


def _stored_rows(stored: Stored) -> Iterator[dict[str, Any]]:
    source = {"picture": stored.name, "digest": stored.digest, "colour": stored.colour}
    source["program"] = provenance.PROGRAM
    return (
        {**source, "scale": RIVALS[point.codec].scale, **asdict(point)} for point in stored.points
    )


def collection_csv(outcomes: Iterable[Outcome], settings: Settings, size: int) -> str:
    """Return a line for each of very many pictures, as `points_csv` does."""
    source = _collection_source(settings, size)
    names = [field.name for field in fields(Outcome)]
    return _csv([*names, *source], (_outcome_record(it) | source for it in outcomes))


def collection_json(outcomes: Iterable[Outcome], settings: Settings, size: int) -> str:
    """Return the figures of very many pictures as one JSON object; an infinite value is "inf"."""
    records = [_all_finite(_outcome_record(it)) for it in outcomes]
    return _json({"provenance": _collection_source(settings, size), "pictures": records})


def _outcome_record(outcome: Outcome) -> dict[str, Any]:
    return vars(outcome) | {"error": str(outcome.error)}


def _collection_source(settings: Settings, size: int) -> dict[str, Any]:
    record = provenance.record_of(settings)
    return {**record, "codebook_size": size, "program": provenance.PROGRAM}


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return files, by their names, as one .zip, the same bytes at any time."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return whole.getvalue()


def rounds_npz(rounds: Iterable[Round]) -> bytes:
    """Return the codewords of every iteration, not rounded, as a file that numpy.load reads."""
    file = io.BytesIO()
    every: dict[str, Any] = {f"iteration{it.number}": it.codewords for it in rounds}
    np.savez(file, **every)
    return file.getvalue()


def rounds_csv(rounds: Iterable[Round]) -> str:
    """Return the codewords of every iteration, not rounded, a line for each codeword."""
    every = list(rounds)
    names = _number_names(every[0].codewords.shape[1], ())
    rows = (
        (it.number, it.distortion, index, *row)
        for it in every
        for index, row in enumerate(it.codewords.tolist())
    )
    return _sheet(("iteration", "error_a_vector", "index", *names), rows)


def sweep_json(swept: Swept) -> str:
    """Return the sweep of a picture as one JSON object; an infinite value is the string "inf".

    `source_format` and `source_bytes` are those of the file the picture came from, if known.
    """
    return _json(_record(swept))


def sweeps_json(sweeps: Iterable[Swept]) -> str:
    """Return the sweeps of many pictures as a JSON array of what `sweep_json` gives for each."""
    return _json([_record(swept) for swept in sweeps])


def _record(swept: Swept) -> dict[str, Any]:
    layout = swept.plan.layout
    return {
        "picture": swept.name,
        **_source(swept.origin),
        "width": layout.width,
        "height": layout.height,
        "colour": layout.colour,
        "block_size": layout.block_size.noted,
        "blocks": layout.blocks,
        "seed": swept.settings.seed,
        "provenance": _provenance(swept).record,
        "points": [_all_finite(asdict(point)) for point in swept.points],
    }


def _source(origin: Origin | None) -> dict[str, Any]:
    return {"source_format": origin.kind, "source_bytes": origin.size} if origin else {}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def training_comment(pictures: int, settings: Settings, size: int, passes: int = 0) -> str:
    """Return where a codebook of many pictures comes from, for its file."""
    every = provenance.record_of(settings)
    training = {name: every[name] for name in ("block_size", "colour", "trainer", "seed")}
    record = {"pictures": pictures, **training, "codebook_size": size}
    record |= {"passes": passes} if passes else {}
    return comment_of({**record, "program": provenance.PROGRAM})


def _all_finite(record: dict[str, Any]) -> dict[str, Any]:
    return {name: "inf" if value == math.inf else value for name, value in record.items()}


def _records_json(records: Iterable[dict[str, Any]], several: bool) -> str:
    every = list(records)
    return _json(every if several else every[0])


def _figures_csv(
    kind: type[Any], every: Iterable[tuple[Sequence[Any], dict[str, Any]]], columns: Sequence[str]
) -> str:
    """Return figures of a kind, a line for each, and beside them where they come from."""
    names = [field.name for field in fields(kind)]
    rows = [asdict(it) | record for figures, record in every for it in figures]
    return _csv([*names, *columns], rows)


def point_sweeps_json(sweeps: Sequence[SweptPoints], several: bool) -> str:
    """Return the sweep of points as one JSON object, or of several files an array of those.

    An infinite value is the string "inf".
    """
    return _records_json(map(_point_record, sweeps), several)


def _point_record(swept: SweptPoints) -> dict[str, Any]:
    points, settings = swept.points, swept.settings
    return {
        "name": points.name,
        "vectors": points.count,
        "dimension": points.dimension,
        "family": settings.family,
        "seed": settings.seed,
        "provenance": provenance.record_of_points(points, settings),
        "points": [_all_finite(asdict(figures)) for figures in swept.figures],
    }


def point_sweeps_csv(sweeps: Iterable[SweptPoints]) -> str:
    """Return the figures of points as `points_csv` does, with where they come from."""
    every = ((it.figures, provenance.record_of_points(it.points, it.settings)) for it in sweeps)
    return _figures_csv(PointFigures, every, provenance.POINT_COLUMNS)


def sound_sweeps_json(sweeps: Sequence[SweptSound], several: bool) -> str:
    """Return the sweep of a sound as one JSON object, or of several files an array of those."""
    return _records_json(map(_sound_record, sweeps), several)


def _sound_record(swept: SweptSound) -> dict[str, Any]:
    sound, settings = swept.sound, swept.settings
    return {
        "name": sound.name,
        "seconds": sound.seconds,
        "rate": sound.rate,
        "dimension": settings.dimension,
        "family": settings.family,
        "seed": settings.seed,
        "provenance": provenance.record_of_sound(sound, settings),
        "points": [_all_finite(asdict(figures)) for figures in swept.figures],
    }


def sound_sweeps_csv(sweeps: Iterable[SweptSound]) -> str:
    """Return the figures of sounds as `points_csv` does, with where they come from."""
    every = ((it.figures, provenance.record_of_sound(it.sound, it.settings)) for it in sweeps)
    return _figures_csv(SoundFigures, every, provenance.SOUND_COLUMNS)


def spectral_sweeps_json(sweeps: Sequence[SweptSpectra], several: bool) -> str:
    """Return the sweep of spectra as one JSON object, or of several files an array of those."""
    return _records_json(map(_spectral_record, sweeps), several)


def _spectral_record(swept: SweptSpectra) -> dict[str, Any]:
    sound, settings = swept.spectra.sound, swept.settings
    return {
        "name": sound.name,
        "seconds": sound.seconds,
        "rate": sound.rate,
        "frames": len(swept.spectra.filters),
        "frames_heard": int(swept.spectra.is_heard.sum()),
        "order": swept.spectra.frequencies.shape[1],
        "family": settings.family,
        "weighted": settings.weighted,
        "seed": settings.seed,
        "provenance": provenance.record_of_spectra(sound, settings),
        "points": [_all_finite(asdict(figures)) for figures in swept.figures],
    }


def spectral_sweeps_csv(sweeps: Iterable[SweptSpectra]) -> str:
    """Return the figures of spectra as `points_csv` does, with where they come from."""
    every = (
        (it.figures, provenance.record_of_spectra(it.spectra.sound, it.settings)) for it in sweeps
    )
    return _figures_csv(SpectralFigures, every, provenance.SPECTRAL_COLUMNS)


def vectors_csv(vectors: Sketch) -> str:
    """Return vectors, float32 of shape (n, d), a line each; from these the same are read again.

    Examples
    --------
    >>> vectors_csv(np.float32([[0.1, -2], [1e-30, 3]]))
    '0.1,-2.0\\n1e-30,3.0\\n'
    """
    return "".join(",".join(map(str, row)) + "\n" for row in vectors)


def codewords_csv(quantizer: PointQuantizer | Quantizer, headings: Sequence[str] = ()) -> str:
    """Return the entries of all tables, a line each; a scalar is one number, and no more.

    Examples
    --------
    >>> plain = PointQuantizer("plain", ("codeword",), (np.float32([[0.1, 2], [3, 4]]),))
    >>> codewords_csv(plain, ("width", "height"))
    'column,index,width,height\\ncodeword,0,0.1,2.0\\ncodeword,1,3.0,4.0\\n'
    """
    tables: Sequence[Numbers] = quantizer.tables
    widths = {table.shape[1] for table in tables}
    names = _number_names(max(widths), headings if len(widths) == 1 else ())
    rows = (
        (column, index, *map(str, row), *[""] * (len(names) - len(row)))
        for column, table in zip(quantizer.names, tables, strict=True)
        for index, row in enumerate(table)
    )
    return _sheet(("column", "index", *names), rows)


def partition_csv(points: Points, encoded: EncodedPoints) -> str:
    """Return a line for each vector, counted from 1: its indices, and its squared error."""
    rows = (
        (place, *row, error)
        for some in rows_of(points)
        for place, row, error in zip(
            range(some.start + 1, some.stop + 1),
            encoded.indices[some].tolist(),
            np.square(errors_of(points, encoded, some)).sum(axis=1).tolist(),
            strict=False,
        )
    )
    return _sheet(("vector", *encoded.quantizer.names, "squared_error"), rows)


def steps_csv(frames: Iterable[PointFrame], headings: Sequence[str] = ()) -> str:
    """Return the codewords after each iteration of a training, a line for each codeword."""
    every = list(frames)
    names = _number_names(every[0].codewords.shape[1], headings)
    rows = (
        (it.stage, it.iteration, it.distortion, index, *map(str, row))
        for it in every
        for index, row in enumerate(it.codewords)
    )
    return _sheet(("stage", "iteration", "error_a_vector", "index", *names), rows)


def _sheet(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return lines below their heads, of which one may be there twice."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, heads))
    writer.writerows(rows)
    return text.getvalue()


def _number_names(dimension: int, headings: Sequence[str]) -> list[str]:
    """Return what the numbers of a vector are called: as in their own table, if each has a name."""
    is_named = len(headings) == dimension
    return list(headings) if is_named else [f"x{place}" for place in range(1, dimension + 1)]


def npy_bytes(array: Numbers) -> bytes:
    """Return an array as numpy.save writes it."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()
