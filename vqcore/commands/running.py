"""How a command runs: its errors in one line, its progress, its files whole, sounds read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from vqcore.archive.engine import EngineError
from vqcore.archive.places import PlaceError
from vqcore.codebooks.textbook import RulesError
from vqcore.codebooks.training import Progress
from vqcore.coding.codebookfile import CodebookError
from vqcore.coding.container import FileError
from vqcore.files import write_whole
from vqcore.lab.targets import TargetError
from vqcore.quantizers.quantizer import Sized
from vqcore.refusals import PictureError, PointsError, SoundError, one_line
from vqcore.signals.sounds import Rate, Sound, read_recording, sound_of

Made = TypeVar("Made")
Swept = TypeVar("Swept")
Finished = TypeVar("Finished", bound=Sized)


REFUSALS = (
    *(OSError, PictureError, PointsError, SoundError, CodebookError),
    *(FileError, TargetError, RulesError, PlaceError, EngineError),
)
"""What a command ends with in one line."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End with status 1 and one line that says what and why, where a file or target fails."""
    try:
        yield
    except REFUSALS as error:
        tell(error)
        sys.exit(1)
    except BrokenProcessPool:
        tell("A process was ended, perhaps for lack of memory; fewer --jobs need less of it.")
        sys.exit(1)


def tell(error: Exception | str) -> None:
    """Say in one line what failed and why."""
    click.echo(f"Error: {one_line(error)}", err=True)


def each_of(
    places: Iterable[Path], make: Callable[[Path], Made], refusals: tuple[type[Exception], ...]
) -> tuple[list[Made], list[Exception]]:
    """Return what is made of each place, and why it is not of the others."""
    every, errors = list[Made](), list[Exception]()
    for place in places:
        try:
            every.append(make(place))
        except refusals as error:
            errors.append(error)
    return every, errors


def end_badly(errors: Sequence[Exception | str]) -> None:
    """Say each error in a line and end with status 1, if there are any."""
    for each in errors:
        tell(each)
    if errors:
        sys.exit(1)


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Name a file in the errors of what it holds."""
    try:
        yield
    except (FileError, CodebookError, PointsError, SoundError) as error:
        raise type(error)(f"{path}: {error}") from error


def advancing(
    bar: Any, events: Iterable[Any], doing: str, kind: type[Finished]
) -> Iterator[Finished]:
    """Pass on what is finished, of one kind, and show on a bar where it is."""
    for event in events:
        if isinstance(event, Progress):
            bar.label = f"{doing}K = {event.codebook_size}"
            bar.render_progress()
        elif isinstance(event, kind):
            bar.update(event.codebook_size)
            yield event


def progress_bar(
    length: int, label: str, items: Iterable[Any] | None = None
) -> AbstractContextManager[Any]:
    """Return click's progress bar, on standard error, and only if that is a terminal."""
    hidden = not sys.stderr.isatty()
    return click.progressbar(items, length, label, hidden, file=sys.stderr)


def load_sound(place: Path, rate: Rate) -> Sound:
    """Read a sound from the disk, at a rate; its name is that of the file."""
    with named_errors(place):
        name = os.fsencode(place.name).decode(errors="replace")
        return sound_of(read_recording(place.read_bytes(), name), rate)


def write_figures(
    given: Mapping[str, Any],
    sweeps: Sequence[Swept],
    as_json: Callable[[Sequence[Swept], bool], str],
    as_csv: Callable[[Sequence[Swept]], str],
) -> None:
    """Write the figures of sweeps, if there are any, to the files that options name."""
    several = len(given["places"]) > 1
    with one_line_errors():
        if given["json_file"] and sweeps:
            write_whole(given["json_file"], as_json(sweeps, several).encode())
        if given["csv_file"] and sweeps:
            write_whole(given["csv_file"], as_csv(sweeps).encode())


def tell_limit(name: str, limit: int | None) -> None:
    """Say that K goes no higher, where a larger one was asked for."""
    if limit is not None:
        click.echo(f"{name}: no codebook can be larger than K = {limit}.", err=True)
