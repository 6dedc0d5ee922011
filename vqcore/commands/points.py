"""What the commands do with points: vectors as they come, in a table of numbers or an .npy."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from vqcore.arrays import Sketch
from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE
from vqcore.codebooks.textbook import RulesError, rows_of
from vqcore.coding.codebookfile import ZIP_MAGIC, parse_codebook
from vqcore.coding.container import MAGIC
from vqcore.coding.pointsfile import (
    EncodedPoints,
    is_points_file,
    pack_points,
    parse_points_file,
)
from vqcore.commands.options import (
    FAMILY,
    OF_POINTS,
    TRAINING,
    Given,
    check_keeps_size,
    check_name,
    check_seed,
    chosen_options,
    chosen_rules,
    limit_of,
    refuse_beside_trained,
    refuse_others,
    sizes_of_start,
)
from vqcore.commands.running import (
    advancing,
    each_of,
    end_badly,
    named_errors,
    one_line_errors,
    progress_bar,
    tell,
    tell_limit,
    write_figures,
)
from vqcore.files import write_whole
from vqcore.lab.pointsweeps import (
    PointSettings,
    PointStep,
    SweptPoints,
    encode_points,
    figures_work,
    possible_sizes,
    sweep_points,
)
from vqcore.plurals import noun
from vqcore.quantizers import ofpoints
from vqcore.quantizers.ofpoints import PointQuantizer, TrainedPoints
from vqcore.refusals import PointsError
from vqcore.show import exports, printed, wording
from vqcore.signals import npy
from vqcore.signals.points import SUFFIXES, Points, read_points
from vqcore.work import finish

NPY, NPZ, CSV = ".npy", ".npz", ".csv"


def are_all_points(places: Sequence[Path]) -> bool:
    """Tell whether places are all of points; refuse some among others."""
    found = [place for place in places if are_points(place)]
    if 0 < len(found) < len(places):
        other = next(place for place in places if place not in found)
        raise click.UsageError(f"{found[0]} has points and {other} has none: one kind at a time.")
    return bool(found)


def are_points(place: Path) -> bool:
    """Tell whether a place is of points, by its suffix or how it begins."""
    is_named = place.suffix.lower() in (*SUFFIXES, NPY) and not place.is_dir()
    return is_named or _begins(place, npy.MAGIC)


def hold_points(file: Path) -> bool:
    """Tell whether a file is to hold encoded points, by its suffix or how it begins."""
    is_named = file.suffix.lower() == NPZ and not _begins(file, MAGIC)
    return is_named or _begins(file, ZIP_MAGIC)


def _begins(place: Path, magic: bytes) -> bool:
    if not place.is_file():  # a pipe can be read but once
        return False
    try:
        with place.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError:
        return False


def sweep(given: Given) -> None:
    """Print and write the figures of each size."""
    refuse_others({"places", "sizes", "json_file", "csv_file"} | TRAINING | FAMILY, "points")
    settings = _settings(given)
    check_keeps_size(settings.rules)
    kinds = (OSError, PointsError, RulesError)
    sweeps, errors = each_of(
        given["places"], lambda place: _swept(place, settings, given["sizes"]), kinds
    )
    _tell_figures(sweeps)
    write_figures(given, sweeps, exports.point_sweeps_json, exports.point_sweeps_csv)
    end_badly(errors)


def _swept(place: Path, settings: PointSettings, sizes: Sequence[int]) -> SweptPoints:
    points = _loaded(place)
    possible = _possible(points, settings, sizes, "sizes")
    figures = tuple(step.figures for step in _steps(points, settings, possible))
    return SweptPoints(points, settings, figures, limit_of(possible, sizes, settings.given))


def _possible(
    points: Points, settings: PointSettings, sizes: Sequence[int], option: str
) -> list[int]:
    """Return the sizes to train, of those that an option has; of a start that is given its own."""
    start = settings.given
    if not start:
        return possible_sizes(points, settings, sizes)
    wanted = sizes_of_start(len(start), sizes, option)
    most = ofpoints.largest_size(points.vectors, settings.family, {}, len(start))
    if most < len(start):
        told = f"{points.name}: The start has {len(start)} codewords, more than the {most} distinct"
        raise RulesError(f"{told} {noun(most, 'vector')}.")
    return wanted


def _steps(points: Points, settings: PointSettings, possible: Sequence[int]) -> Iterator[PointStep]:
    """Carry out a sweep with a progress bar on a terminal."""
    with progress_bar(sum(possible), "Training") as bar:
        events = sweep_points(points, settings, possible)
        yield from advancing(bar, events, "Training ", PointStep)


def _tell_figures(sweeps: Sequence[SweptPoints]) -> None:
    if sweeps:
        click.echo(printed.point_sweeps_text(sweeps))
    for swept in sweeps:
        tell_limit(swept.points.name, swept.limit)


def train(given: Given) -> None:
    """Write codewords alone, trained on the vectors of all files together."""
    refuse_others({"places", "codebook_file", "size"} | TRAINING, "points")
    file, settings = given["codebook_file"], _settings(given)
    if file.suffix.lower() != NPY:
        raise click.UsageError(f"The last name is the codewords', {NPY}, not {file}.")
    every, errors = _gathered(given["places"])
    with one_line_errors():
        if every:
            points = Points(np.concatenate([each.vectors for each in every]), every[0].name)
            codewords = _trained(points, settings, given["size"])
            write_whole(file, exports.npy_bytes(codewords))
            click.echo(printed.codewords_text(codewords, points, len(every)))
        for error in errors:
            tell(error)
    if errors:
        sys.exit(1)


def _gathered(places: Sequence[Path]) -> tuple[list[Points], list[Exception]]:
    """Return the points of one dimension, that of the first, and why there are not all."""
    every, errors = list[Points](), list[Exception]()
    for place in places:
        try:
            points = _loaded(place)
            if every:
                _check_fit(place, points, every[0].dimension, f"those of {every[0].name}")
            every.append(points)
        except (OSError, PointsError) as error:
            errors.append(error)
    return every, errors


def _check_fit(place: Path, points: Points, dimension: int, others: str) -> None:
    if points.dimension != dimension:
        own = f"{points.dimension} {noun(points.dimension, 'number')}"
        raise PointsError(f"{place}: Its vectors have {own}, and {others} {dimension}.")


def _trained(points: Points, settings: PointSettings, size: int) -> Sketch:
    """Train codewords with a progress bar on a terminal."""
    sizes = _possible(points, settings, [size], "size")
    how: dict[str, Any] = {"trainer": settings.trainer, "rules": settings.rules}
    events = ofpoints.train(points.vectors, sizes, seed=settings.seed, **how)
    with progress_bar(sum(sizes), "Training") as bar:
        [trained] = advancing(bar, events, "Training ", TrainedPoints)
    return trained.quantizer.tables[0]


def encode(given: Given) -> None:
    """Write points as an .npz of a codebook of their own, or of another."""
    check_name(given["file"], NPZ)
    refuse_others({"picture", "file", "size", "codebook_file"} | TRAINING | FAMILY, "points")
    (_encode_with if given["codebook_file"] else _encode_with_its_own)(given)


def _encode_with_its_own(given: Given) -> None:
    settings, sizes = _settings(given), [given["size"]]
    check_keeps_size(settings.rules)
    with one_line_errors():
        points = _loaded(given["picture"])
        possible = _possible(points, settings, sizes, "size")
        [step] = _steps(points, settings, possible)
        write_whole(given["file"], step.file)
    limit = limit_of(possible, sizes, settings.given)
    _tell_figures([SweptPoints(points, settings, (step.figures,), limit)])


def _encode_with(given: Given) -> None:
    """Encode with the quantizer of another file, which this one then holds again."""
    refuse_beside_trained((TRAINING | FAMILY | {"size"}) - {"beam"})
    place, lender = given["picture"], given["codebook_file"]
    with one_line_errors():
        quantizer = _lent_by(lender)
        points = _loaded(place)
        _check_fit(place, points, quantizer.dimension, f"those of {lender}")
        settings = _settings({**given, "family": quantizer.family})
        encoded = encode_points(points, quantizer, settings.beam)
        file = pack_points(encoded)
        figures = finish(figures_work(points, encoded, len(file)))
        write_whole(given["file"], file)
    _tell_figures([SweptPoints(points, settings, (figures,))])


def _lent_by(file: Path) -> PointQuantizer:
    """Return the quantizer of encoded points, or of codewords alone."""
    if hold_points(file):
        return _parsed(file).quantizer
    return PointQuantizer("plain", ("codeword",), (_codewords_in(file),))


def decode(given: Given) -> None:
    """Write the vectors of an .npz as an .npy or a .csv."""
    check_name(given["picture"], NPY, CSV)
    refuse_others({"file", "picture"}, "points")
    with one_line_errors():
        vectors = _parsed(given["file"]).decode()
        as_text = given["picture"].suffix.lower() == CSV
        data = exports.vectors_csv(vectors).encode() if as_text else exports.npy_bytes(vectors)
        write_whole(given["picture"], data)


def hold_tables(file: Path) -> bool:
    """Tell whether a file holds encoded points, a codebook, or codewords alone."""
    return hold_points(file) or _begins(file, npy.MAGIC)


def info(given: Given) -> None:
    """Say what an .npz of points or of a codebook holds, or an .npy of codewords alone."""
    file = given["file"]
    with one_line_errors(), named_errors(file):
        click.echo(_told(file.read_bytes(), file.name))


def _told(data: bytes, name: str) -> str:
    if npy.is_npy(data):
        points = read_points(data, name)
        return printed.codewords_file_text(points, len(data))
    if is_points_file(data):
        return printed.points_file_text(parse_points_file(data), len(data))
    return printed.codebook_file_text(parse_codebook(data), len(data))


def _settings(given: Given) -> PointSettings:
    """Return how to train, as options say it."""
    family, trainer, seed = given.get("family", "plain"), given["trainer"], given["seed"]
    options = chosen_options(family, given, OF_POINTS, "points")
    check_seed(trainer, seed)
    if trainer != PointSettings.trainer and family != PointSettings.family:
        raise click.BadParameter(f"--trainer {trainer} is of --family plain alone, for points.")
    rules = chosen_rules(trainer, given, lambda place: rows_of(_codewords_in(place)))
    return PointSettings(family, options, trainer, seed, rules)


def _codewords_in(file: Path) -> Sketch:
    codewords = _loaded(file).vectors
    if len(codewords) > MAX_CODEBOOK_SIZE:
        told = f"These are {len(codewords)} codewords; the limit is {MAX_CODEBOOK_SIZE}."
        raise PointsError(f"{file}: {told}")
    return codewords


def _loaded(place: Path) -> Points:
    """Read points from the disk; their name is that of the file."""
    with named_errors(place):
        name = os.fsencode(place.name).decode(errors="replace")
        points = read_points(place.read_bytes(), name)
    if points.rounded:
        click.echo(f"{name}: {wording.rounding_in_words(points.rounded)}.", err=True)
    return points


def _parsed(file: Path) -> EncodedPoints:
    with named_errors(file):
        return parse_points_file(file.read_bytes())
