"""Many pictures: swept on all cores, one picture a process, past those that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor

from vqcore.codebooks.textbook import RulesError
from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import OperatingPoint, Plan, Step, plan_sweep, sweep
from vqcore.refusals import PictureError
from vqcore.signals.pictures import Origin, Picture, load_picture, picture_suffixes
from vqcore.signals.raw import Size
from vqcore.work import CORES

Steps = Callable[[Picture, Settings, Plan], Iterable[Step]]


@dataclass(frozen=True)
class Swept:
    """The operating points of one picture, ascending in codebook size."""

    name: str
    digest: str
    settings: Settings
    plan: Plan
    points: tuple[OperatingPoint, ...]
    origin: Origin | None = None


Unswept = OSError | PictureError | RulesError
"""Why a file was not swept; the message, or the error's `filename`, names it."""


def picture_files(places: Iterable[Path]) -> tuple[list[Path], list[Unswept]]:
    """Return the files that the places stand for, and an error for each folder without a picture.

    A folder stands for the files in it whose suffix is that of a format the lab may read, by name;
    folders inside it are left alone, and so are the notes that Macs leave beside a picture, under
    its name after "._". Anything else stands for itself.
    """
    files: list[Path] = []
    errors: list[Unswept] = []
    for place in places:
        try:
            files += _pictures_in(place) if place.is_dir() else [place]
        except (OSError, PictureError) as error:
            errors.append(error)
    return files, errors


def _pictures_in(folder: Path) -> list[Path]:
    if pictures := only_files(folder.iterdir(), picture_suffixes()):
        return pictures
    raise PictureError(f"{folder}: There is no picture in this folder.")


def only_files(paths: Iterable[Path], suffixes: Set[str]) -> list[Path]:
    """Return those of paths, by name, that are files of some suffixes and no notes of Macs."""
    named = sorted(path for path in paths if path.suffix.lower() in suffixes)
    return [path for path in named if not path.name.startswith("._") and not path.is_dir()]


def sweep_files(
    files: Sequence[Path],
    settings: Settings,
    sizes: Iterable[int],
    *,
    jobs: int = CORES,
    raw_size: Size | None = None,
) -> Iterator[Swept | Unswept]:
    """Sweep each picture file, `jobs` of them at a time, in processes that share out the cores.

    Parameters
    ----------
    files, settings
    sizes : codebook sizes, clamped for each picture as in `plan_sweep`
    jobs : at least 1; with 1 there is no other process
    raw_size : width and height of raw files

    Yields
    ------
    For each file, in order, its Swept or the error that says why there is none

    Notes
    -----
    Closing the iterator ends the processes.
    """
    at_once = max(1, min(jobs, len(files)))
    threads = max(1, CORES // at_once)
    with parallel_config("loky", inner_max_num_threads=threads):
        parallel = Parallel(at_once, batch_size=1, return_as="generator")
    with ending_processes():
        yield from parallel(
            delayed(sweep_file)(file, settings, tuple(sizes), raw_size=raw_size) for file in files
        )


@contextmanager
def ending_processes() -> Iterator[None]:
    """End joblib's processes, which else wait for the next call in the folder where they began.

    If an end from outside comes while they start, joblib fails to end them. They end with this
    process then, and the end from outside is what the caller hears of.
    """
    try:
        try:
            yield
        finally:
            get_reusable_executor().shutdown(kill_workers=True)
    except RuntimeError as error:
        raise _end_before(error) or error from None


def _end_before(error: BaseException | None) -> BaseException | None:
    """Return the end from outside that an error followed, if there was one."""
    while isinstance(error, Exception):
        error = error.__context__
    return error


def _all_steps(picture: Picture, settings: Settings, plan: Plan) -> Iterator[Step]:
    events = sweep(picture, settings, plan.sizes)
    return (event for event in events if isinstance(event, Step))


def sweep_file(
    file: Path,
    settings: Settings,
    sizes: Iterable[int],
    steps: Steps = _all_steps,
    *,
    raw_size: Size | None = None,
) -> Swept | Unswept:
    """Sweep a picture file, or return the error that says why it cannot be read.

    `steps` carries out the planned sweep; a caller who shows its progress brings their own.
    """
    try:
        picture = load_picture(file, raw_size)
    except (OSError, PictureError) as error:
        return error
    plan = plan_sweep(picture, settings, sizes)
    try:
        points = tuple(step.point for step in steps(picture, settings, plan))
    except RulesError as error:
        return error
    return Swept(picture.name, picture.digest, settings, plan, points, picture.origin)
