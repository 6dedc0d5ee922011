"""The command line: ``python -m vqcore sweep | encode | decode | info``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

import click

from vqcore import exports
from vqcore.blocks import COLOURS, MAX_BLOCK_SIZE, Colour
from vqcore.codebook import MAX_CODEBOOK_SIZE
from vqcore.codec import Encoded, Settings
from vqcore.container import FileError, parse
from vqcore.pictures import Picture, PictureError, png_bytes, read_picture
from vqcore.sweep import Plan, Step, ladder_sizes, parse_sizes, plan_sweep, sweep
from vqcore.training import Progress

MAX_RATE_WEIGHT = 1e6
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
            sizes = parse_sizes(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return sizes or self.fail("there is no size in it", param, ctx)


@click.group()
def main() -> None:
    """Vector quantization of pictures."""


FILE = click.Path(path_type=Path)


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Add --block, --colour, --seed and --rate-weight, handed on as one `settings`."""

    @click.option("--block", type=click.IntRange(1, MAX_BLOCK_SIZE), default=8, show_default=True)
    @click.option("--colour", type=click.Choice(COLOURS), default="rgb", show_default=True)
    @click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
    @click.option(
        "--rate-weight",
        type=click.FloatRange(0, MAX_RATE_WEIGHT),
        default=0,
        show_default=True,
        help="Squared error worth one bit: 0 takes the nearest codeword.",
    )
    @wraps(command)
    def wrapped(block: int, colour: Colour, seed: int, rate_weight: float, **others: Any) -> None:
        command(settings=Settings(block, colour, "lbg", seed, rate_weight), **others)

    return wrapped


@main.command("sweep")
@click.argument("picture", type=FILE)
@click.option("--sizes", type=SizeList(), default=DEFAULT_SIZES, help="Codebook sizes: 1,2,4,…")
@with_settings
@click.option("--json", "json_file", type=FILE, help="Write all figures.")
@click.option("--csv", "csv_file", type=FILE, help="Write all figures.")
def sweep_command(
    picture: Path,
    sizes: tuple[int, ...],
    settings: Settings,
    json_file: Path | None,
    csv_file: Path | None,
) -> None:
    """Quantize PICTURE with codebooks of many sizes and print the figures of each."""
    with one_line_errors():
        loaded = load(picture)
        plan = plan_sweep(loaded, settings, sizes)
        points = [step.point for step in steps_shown(loaded, settings, plan)]
        click.echo(exports.points_table(points))
        if json_file:
            text = exports.sweep_json(loaded, plan.layout, settings, points)
            write_whole(json_file, text.encode())
        if csv_file:
            write_whole(csv_file, exports.points_csv(points).encode())
    tell_clamping(plan)


@main.command("encode")
@click.argument("picture", type=FILE)
@click.argument("file", type=FILE)
@click.option(
    "--size", type=click.IntRange(1, MAX_CODEBOOK_SIZE), default=256, show_default=True
)
@with_settings
def encode_command(picture: Path, file: Path, size: int, settings: Settings) -> None:
    """Quantize PICTURE with one codebook and write it as a .vq FILE."""
    with one_line_errors():
        loaded = load(picture)
        plan = plan_sweep(loaded, settings, [size])
        (step,) = steps_shown(loaded, settings, plan)
        write_whole(file, step.file)
    click.echo(exports.points_table([step.point]))
    tell_clamping(plan)


@main.command("decode")
@click.argument("file", type=FILE)
@click.argument("picture", type=FILE)
def decode_command(file: Path, picture: Path) -> None:
    """Rebuild the picture in a .vq FILE and write it as a PNG."""
    with one_line_errors():
        write_whole(picture, png_bytes(load_vq(file)[0].decode()))


@main.command("info")
@click.argument("file", type=FILE)
def info_command(file: Path) -> None:
    """Say what a .vq FILE holds."""
    with one_line_errors():
        encoded, size = load_vq(file)
    click.echo(exports.file_text(encoded, size))


def tell_clamping(plan: Plan) -> None:
    if plan.distinct_blocks is not None:
        note = f"{plan.distinct_blocks} distinct blocks: no codebook can be larger."
        click.echo(note, err=True)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End with status 1 and one line that says what and why, where a file or picture fails."""
    try:
        yield
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror))
    except (PictureError, FileError) as error:
        _fail(str(error))


def load(path: Path) -> Picture:
    """Read a picture file; the error names the file."""
    try:
        name = os.fsencode(path.name).decode(errors="replace")
        return read_picture(path.read_bytes(), name)
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error


def load_vq(path: Path) -> tuple[Encoded, int]:
    """Decode a .vq file, and give its length in bytes; the error names the file."""
    data = path.read_bytes()
    try:
        return parse(data), len(data)
    except FileError as error:
        raise FileError(f"{path}: {error}") from error


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
            elif isinstance(event, Step):
                steps.append(event)
                bar.update(event.point.codebook_size)
    return steps


def write_whole(path: Path, data: bytes) -> None:
    """Write beside the target and rename, so that a half-written file is never seen."""
    beside = path.parent / f".vqcore-{os.getpid()}"
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _fail(message: str) -> None:
    click.echo(f"Error: {' '.join(message.splitlines())}", err=True)
    sys.exit(1)
