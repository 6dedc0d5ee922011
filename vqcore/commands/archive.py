"""What the commands do with very many pictures, here or on a cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import click

from vqcore.archive.decoding import Decode
from vqcore.archive.encoding import Encode
from vqcore.archive.engine import Engine, here, width_for
from vqcore.archive.making import Made, Make, make_all
from vqcore.archive.manifest import CSV_FILE
from vqcore.archive.ondask import LOCAL, SCHEMES, on_cluster
from vqcore.archive.passes import Passed
from vqcore.archive.places import (
    LIST_SIGN,
    Place,
    Unread,
    find_places,
    is_remote,
    join,
    picture_at,
    tidied,
)
from vqcore.archive.training import Going, NothingReadError, Together, TrainedTogether, can_pass
from vqcore.codebooks.training import Progress
from vqcore.coding.codebookfile import SharedCodebook, load_codebook, pack_codebook
from vqcore.coding.codec import Settings
from vqcore.commands.options import Command, Given, options_given, unless
from vqcore.commands.running import end_badly, one_line_errors, progress_bar
from vqcore.files import check_writable, write_whole
from vqcore.lab.sharing import can_share, load_shared
from vqcore.quantizers.family import FAMILIES
from vqcore.show import exports, printed
from vqcore.signals.pictures import picture_suffixes
from vqcore.signals.raw import Size

Result = TypeVar("Result")

ERRORS_TOLD = 20
LOCAL_CLUSTER = re.compile(rf"{LOCAL}(:[1-9][0-9]{{0,3}})?")


def unless_far(
    are_others: Callable[[Sequence[Path]], bool], of_others: Callable[[Given], None]
) -> Callable[[Command], Command]:
    """Do as `unless` of places that are paths; addresses and lists are of pictures."""

    def are_paths_of_others(places: Sequence[str]) -> bool:
        is_far = any(is_remote(it) or it.startswith(LIST_SIGN) for it in places)
        return not is_far and are_others([Path(place) for place in places])

    def of_paths(given: Given) -> None:
        of_others({**given, "places": tuple(map(Path, given["places"]))})

    return unless("places", are_paths_of_others, of_paths)


def _checked(_: click.Context, __: click.Parameter, cluster: str | None) -> str | None:
    if cluster and not (LOCAL_CLUSTER.fullmatch(cluster) or cluster.startswith(SCHEMES)):
        raise click.BadParameter(f"{cluster} is not local, local:4 or tcp://host:8786.")
    return cluster


with_cluster = click.option(
    "--cluster",
    metavar="local[:N]|tcp://HOST:PORT",
    callback=_checked,
    help="Let the workers of a Dask cluster read pictures and do the work: N of this machine, or "
    "those of a scheduler; else all cores of this machine do.",
)


def check_can_train(settings: Settings, passes: int, file: Path) -> None:
    """Refuse what there is not for several pictures, and a name that does not go with the rest."""
    if not can_share(settings.family):
        told = f"--family {settings.family} cannot be trained on samples of several pictures"
        raise click.UsageError(f"{told}; --codebook FILE.vq uses that of one.")
    if passes and not can_pass(settings):
        told = "--passes is for plain codebooks, of squared distances without weights."
        raise click.UsageError(told)
    suffix = ".npz" if settings.is_plain else ".vq"
    if file.suffix.lower() != suffix:
        raise click.UsageError(f"The last name is the codebook's, {suffix}, not {file}.")


def train(
    asked: Sequence[str],
    codebook_file: Path,
    size: int,
    settings: Settings,
    passes: int,
    cluster: str | None,
    raw_size: Size | None,
) -> None:
    """Train one codebook on pictures, and write it."""
    places, errors = find_places(asked, picture_suffixes())
    with one_line_errors():
        check_writable(codebook_file)
        if places:
            together = Together(places, size, settings, passes, raw_size)
            try:
                with _engine(cluster, places) as engine:
                    trained = _shown(together.work(engine), len(places), size)
                write_whole(codebook_file, _codebook_data(trained, settings, raw_size))
                click.echo(printed.training_text(trained))
                errors += trained.unread
            except NothingReadError as error:
                errors += error.errors
    end_badly(errors)


def _codebook_data(trained: TrainedTogether, settings: Settings, raw_size: Size | None) -> bytes:
    """Return a codebook file, or a picture encoded with a quantizer of another family."""
    shared = trained.shared
    if isinstance(shared, SharedCodebook):
        told = len(trained.places), settings, shared.size, len(trained.mses)
        return pack_codebook(shared, exports.training_comment(*told))
    return trained.file_of_first(partial(picture_at, colour=settings.colour, raw_size=raw_size))


def encode_all(
    asked: Sequence[str],
    folder: str,
    codebook_file: Path,
    rate_weight: float,
    cluster: str | None,
    raw_size: Size | None,
) -> None:
    """Encode pictures with one codebook, a file each."""
    with one_line_errors():
        shared = load_shared(codebook_file)
    if "rate_weight" in options_given() and FAMILIES[shared.quantizer.family].WHOLE:
        told = "it takes the whole picture, and its step says what a bit is worth"
        raise click.UsageError(f"--rate-weight has no place beside {codebook_file}: {told}.")
    places, errors = find_places(asked, picture_suffixes())
    _make(Encode(shared, folder, rate_weight, raw_size), places, errors, cluster)


def decode_all(
    asked: Sequence[str], folder: str, codebook_file: Path | None, cluster: str | None
) -> None:
    """Decode .vq files, a picture each."""
    with one_line_errors():
        codebooks = [load_codebook(codebook_file)] if codebook_file else []
    places, errors = find_places(asked, {".vq"}, ".vq file")
    _make(Decode(codebooks, folder), places, errors, cluster)


def _make(make: Make, places: list[Place], errors: list[Unread], cluster: str | None) -> None:
    """Make files, and say what they come to, and what did not become one."""
    start, told = monotonic(), list[Exception | str](errors)
    with one_line_errors():
        if places:
            with tidied(make.folder, make.mark), _engine(cluster, places) as engine:
                made = _shown(make_all(engine, places, make), len(places))
            if made.good:
                click.echo(printed.made_text(made, monotonic() - start))
            told += _few(made, make.folder)
    end_badly(told)


def _few(made: Made, folder: str) -> list[str]:
    """Return the first errors, and where the others are if those are many."""
    errors = made.errors
    if len(errors) <= ERRORS_TOLD:
        return errors
    more = len(errors) - ERRORS_TOLD
    return [*errors[:ERRORS_TOLD], f"{more} more are in {join(folder, CSV_FILE)}."]


@contextmanager
def _engine(cluster: str | None, places: Sequence[Place]) -> Iterator[Engine]:
    """Give the engine that was asked for."""
    if not cluster:
        with here(width_for(len(places))) as engine:
            yield engine
        return
    with on_cluster(cluster, lambda link: click.echo(f"Dashboard: {link}", err=True)) as engine:
        yield engine


# ----------------------------------------------------------------------------------------- progress


def _shown(work: Generator[Any, None, Result], pictures: int, size: int = 0) -> Result:
    """Do all the work, with a bar for each of its steps on a terminal."""
    bars = _Bars(pictures, size)
    try:
        while True:
            bars.show(next(work))
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        work.close()
        bars.close()


class _Bars:
    """One bar after another: of pictures, or of codewords while a codebook is searched for."""

    def __init__(self, pictures: int, size: int) -> None:
        self._pictures, self._size = pictures, size
        self._open = ExitStack()
        self._step, self._start, self._passes = "", 0.0, 0
        self._bar: Any = None

    def show(self, event: Going | Progress | Passed) -> None:
        if isinstance(event, Passed):
            self.close()
            self._passes += 1
            click.echo(printed.pass_text(self._passes, event))
        elif isinstance(event, Progress):
            self._begin("training", self._size)
            self._bar.label = f"Training K = {event.codebook_size}"
            self._bar.update(event.codebook_size - self._bar.pos)
        else:
            self._begin(event.step, self._pictures)
            megapixels = event.pixels / 1e6
            rate = megapixels / max(1e-3, monotonic() - self._start)
            told = f"{megapixels:.1f} MP, {rate:.1f} MP/s"
            self._bar.label = f"{event.step.capitalize()}, {told}"
            self._bar.update(event.pictures - self._bar.pos)

    def close(self) -> None:
        """End the bar there is."""
        self._open.close()
        self._step = ""

    def _begin(self, step: str, length: int) -> None:
        if step == self._step:
            return
        self.close()
        self._step, self._start = step, monotonic()
        self._bar = self._open.enter_context(progress_bar(length, step.capitalize()))
        self._bar.show_pos = True
