"""The command line: ``python -m vqcore sweep PICTURE``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from vqcore import exports
from vqcore.blocks import COLOURS, MAX_BLOCK_SIZE, Colour
from vqcore.codec import Settings
from vqcore.pictures import Picture, PictureError, read_picture
from vqcore.sweep import Plan, Step, ladder_sizes, parse_sizes, plan_sweep, sweep
from vqcore.training import Progress

DEFAULT_SIZES = ladder_sizes(1024)


class SizeList(click.ParamType):
    """Codebook sizes, comma by comma."""

    name = "sizes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            return parse_sizes(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group()
def main() -> None:
    """Vector quantization of pictures."""


@main.command("sweep")
@click.argument("picture", type=click.Path(path_type=Path))
@click.option("--sizes", type=SizeList(), default=DEFAULT_SIZES, help="Codebook sizes: 1,2,4,…")
@click.option("--block", type=click.IntRange(1, MAX_BLOCK_SIZE), default=8, show_default=True)
@click.option("--colour", type=click.Choice(COLOURS), default="rgb", show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write all figures.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write all figures.")
def sweep_command(
    picture: Path,
    sizes: tuple[int, ...],
    block: int,
    colour: Colour,
    seed: int,
    json_file: Path | None,
    csv_file: Path | None,
) -> None:
    """Quantize PICTURE with codebooks of many sizes and print the figures of each."""
    settings = Settings(block, colour, "lbg", seed)
    with one_line_errors():
        loaded = load(picture)
        plan = plan_sweep(loaded, settings, sizes)
        points = [step.point for step in steps_shown(loaded, settings, plan)]
        click.echo(exports.points_table(points))
        if json_file:
            write_whole(json_file, exports.sweep_json(loaded, plan.layout, settings, points))
        if csv_file:
            write_whole(csv_file, exports.points_csv(points))
    if plan.distinct_blocks is not None:
        note = f"{plan.distinct_blocks} distinct blocks: no codebook can be larger."
        click.echo(note, err=True)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End with status 1 and one line that says what and why, where a file or picture fails."""
    try:
        yield
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")
    except PictureError as error:
        _fail(str(error))


def load(path: Path) -> Picture:
    """Read a picture file; the error names the file."""
    try:
        return read_picture(path.read_bytes(), path.name)
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error


def steps_shown(picture: Picture, settings: Settings, plan: Plan) -> list[Step]:
    """Sweep with a progress bar on a terminal."""
    steps = []
    with click.progressbar(
        length=sum(plan.sizes), label="Training", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        for event in sweep(picture, settings, plan.sizes):
            if isinstance(event, Progress):
                bar.label = f"Training K = {event.codebook_size}"
                bar.render_progress()
            else:
                steps.append(event)
                bar.update(event.point.codebook_size)
    return steps


def write_whole(path: Path, text: str) -> None:
    """Write beside the target and rename, so that a half-written file is never seen."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        beside.unlink(missing_ok=True)


def _fail(message: str) -> None:
    click.echo(f"Error: {message}", err=True)
    sys.exit(1)
