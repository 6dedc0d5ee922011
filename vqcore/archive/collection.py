"""Very many pictures looked at together: one codebook, what each comes to, the best and the worst.

Of a picture only its figures stay, so that thousands of them take little memory. Nothing is written
where they lie.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from vqcore.archive.engine import Engine, Lost, here, width_for
from vqcore.archive.passes import Passed
from vqcore.archive.places import Place, enough_memory, find_places
from vqcore.archive.training import Going, NothingReadError, Together, TrainedTogether
from vqcore.arrays import Counts, Floats, Samples
from vqcore.codebooks.training import Progress
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import coded_codebook_work
from vqcore.lab.health import Health, cell_errors_work, pairs_work
from vqcore.lab.sharing import Shared, fits, use_work
from vqcore.lab.sharing import Use as UseOfOne
from vqcore.lab.uploads import Upload
from vqcore.refusals import PictureError
from vqcore.signals.blocks import Colour, layout_of, shown_pixels
from vqcore.signals.pictures import (
    Picture,
    load_picture,
    needs_size,
    picture_suffixes,
    png_bytes,
    read_picture,
)
from vqcore.signals.raw import is_video
from vqcore.words import Said, said, why
from vqcore.work import finish

MAX_PICTURES = 20_000
SHOWN = 6
THUMBNAIL_SIDE = 240

Reason = Said | str
NO_MEMORY = said("collection.no-memory")


@dataclass(frozen=True)
class Collection:
    """Pictures that are to have one codebook.

    Parameters
    ----------
    name : of all of them
    places : one a picture
    size : K
    settings : how to train, and with what rate weight to encode
    passes : over all pictures, at most
    """

    name: str
    places: tuple[Place, ...]
    size: int
    settings: Settings
    passes: int = 0

    @property
    def together(self) -> Together:
        return Together(self.places, self.size, self.settings, self.passes)


@dataclass(frozen=True)
class Outcome:
    """What one picture has come to, with the codebook of all.

    Parameters
    ----------
    picture : its name
    width, height : in pixels
    bytes : of its .vq file
    psnr_db, ssim, rate_bpp : as in `OperatingPoint`; None where there is no file
    error : why there is none; else empty
    """

    picture: str
    width: int = 0
    height: int = 0
    bytes: int = 0
    psnr_db: float | None = None
    ssim: float | None = None
    rate_bpp: float | None = None
    error: Reason = ""


@dataclass(frozen=True, eq=False)
class Use:
    """How codewords are used; of several pictures it adds up.

    Parameters
    ----------
    columns : int arrays, for each column of shape (k_j,)
    cells : int array of shape (K,), the blocks of each codeword; empty with more columns than one
    errors : float array of the same shape, the squared error of each cell
    codebook_bytes, file_bytes : of codebooks in the files, and of the files
    """

    columns: tuple[Counts, ...]
    cells: Counts
    errors: Floats
    codebook_bytes: int
    file_bytes: int

    def __add__(self, other: Use) -> Use:
        columns = (one + more for one, more in zip(self.columns, other.columns, strict=True))
        return Use(
            tuple(columns),
            self.cells + other.cells,
            self.errors + other.errors,
            self.codebook_bytes + other.codebook_bytes,
            self.file_bytes + other.file_bytes,
        )


@dataclass(frozen=True, eq=False)
class Found:
    """The codebook of all.

    Parameters
    ----------
    shared
    pictures : how many it was trained on
    file : the .vq of one of them that has it in it, if the family has no codebook files
    """

    shared: Shared
    pictures: int
    file: bytes


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A picture made small, and the same as it is rebuilt; PNG files."""

    outcome: Outcome
    original: bytes
    rebuilt: bytes


@dataclass(frozen=True, eq=False)
class Seen:
    """What all pictures come to together.

    Parameters
    ----------
    health : of the codebook, over all of them
    best, worst : by PSNR, the best and the worst first; none is in both
    """

    health: Health
    best: tuple[Thumbnail, ...]
    worst: tuple[Thumbnail, ...]


# ------------------------------------------------------------------------------- where they lie


def in_folder(folder: str) -> list[Place]:
    """Return the pictures in a folder of this machine.

    Raises
    ------
    OSError, PictureError
        If it is none, or there is no picture in it.
    """
    path = os.path.abspath(os.path.expanduser(folder.strip().strip("\"'")))
    if not os.path.isdir(path):
        raise PictureError(said("collection.no-folder"))
    places, errors = find_places([path], picture_suffixes())
    if errors and isinstance(errors[0], OSError):
        raise errors[0]
    if not places:
        raise PictureError(said("collection.empty-folder"))
    if len(places) > MAX_PICTURES:
        raise PictureError(said("collection.too-many", n=len(places), most=MAX_PICTURES))
    return places


@contextmanager
def written_down(uploads: Iterable[tuple[str, bytes]]) -> Iterator[tuple[Place, ...]]:
    """Give files of pictures a place for as long as they are worked on.

    Parameters
    ----------
    uploads : the names and the bytes of files
    """
    with TemporaryDirectory(prefix="vqlab-") as folder:
        places = []
        for number, (name, data) in enumerate(uploads):
            path = Path(folder) / f"{number}{Path(name).suffix}"
            path.write_bytes(data)
            places.append(Place(str(path), name, folder))
        yield tuple(places)


def files_of(uploads: Iterable[Upload]) -> list[tuple[str, bytes]]:
    """Return the files of uploaded pictures; of raw ones, whose size was typed, a PNG."""
    every = [(it.name, it.data, it.content) for it in uploads if isinstance(it.content, Picture)]
    return [
        (f"{name}.png", png_bytes(picture.pixels)) if needs_size(data, name) else (name, data)
        for name, data, picture in every
    ]


def fitting(place: Place, colour: Colour) -> Picture:
    """Read a picture for a codebook in a colour mode.

    Raises
    ------
    PictureError
        If that cannot be; its message is for who knows which picture it is of.
    """
    path, name = Path(place.address), place.name.rpartition("/")[2]
    try:
        is_long = is_video(path.name)
        picture = load_picture(path) if is_long else read_picture(path.read_bytes(), name)
    except OSError as error:
        raise PictureError(error.strerror or str(error)) from error
    if not fits(picture, colour):
        raise PictureError(said("collection.gray"))
    return picture


# ------------------------------------------------------------------------- in the other process


Heard = Going | Progress | Found | Outcome | Seen


def looking(asked: Collection) -> Iterator[Heard]:
    """Train, encode and measure; yield signs of life, and what there is as it is there."""
    with here(width_for(len(asked.places))) as engine:
        try:
            found = yield from _training(asked, engine)
        except NothingReadError:
            yield from _unread(asked)
            return
        uses: Use | None = None
        outcomes = dict[int, Outcome]()
        job = Measure(found.shared, asked.settings.rate_weight)
        for number, measured in engine.each(job, list(asked.places)):
            place = asked.places[number]
            if isinstance(measured, Lost):
                measured = _lost(place, measured), None
            outcome, use = measured
            if use:
                uses = uses + use if uses else use
                outcomes[number] = outcome
            yield outcome
        if uses:
            yield _seen(found.shared, uses, asked, outcomes)


def _training(asked: Collection, engine: Engine) -> Generator[Heard, None, Found]:
    work = asked.together.work(engine)
    while True:
        try:
            event = next(work)
        except StopIteration as end:
            found = _found(end.value, asked.settings)
            yield found
            return found
        if not isinstance(event, Passed):
            yield event


def _found(trained: TrainedTogether, settings: Settings) -> Found:
    file = b""
    if not isinstance(trained.shared, SharedCodebook):
        file = trained.file_of_first(partial(fitting, colour=settings.colour))
    return Found(trained.shared, len(trained.places), file)


def _unread(asked: Collection) -> Iterator[Outcome]:
    """Say of every picture why it could not be read."""
    for place in asked.places:
        reason: Reason = said("collection.gone")
        try:
            with enough_memory(place, NO_MEMORY):
                fitting(place, asked.settings.colour)
        except PictureError as error:
            reason = why(error)
        yield Outcome(place.name, error=reason)


def _lost(place: Place, lost: Lost) -> Outcome:
    why_lost = said("collection.slow") if lost.reason == "slow" else said("collection.ended")
    return Outcome(place.name, error=why_lost)


@dataclass(frozen=True, eq=False)
class Measure:
    """A job: to encode a picture with the codebook of all, and measure it."""

    shared: Shared
    rate_weight: float

    def __call__(self, place: Place) -> tuple[Outcome, Use | None]:
        try:
            with enough_memory(place, NO_MEMORY):
                return self._measured(place)
        except PictureError as error:
            return Outcome(place.name, error=why(error)), None

    def _measured(self, place: Place) -> tuple[Outcome, Use]:
        picture = fitting(place, self.shared.colour)
        use = finish(use_work(picture, self.shared, self.rate_weight))
        point, size = use.point, (picture.width, picture.height)
        outcome = Outcome(
            place.name, *size, len(use.file), point.psnr_db, point.ssim, point.rate_bpp
        )
        return outcome, self._use(picture, use)

    def _use(self, picture: Picture, use: UseOfOne) -> Use:
        cells, errors = np.zeros(0, np.int64), np.zeros(0)
        encoded, codebook_bytes = use.encoded, 0
        if use.holds_codebook:
            codebook_bytes = finish(coded_codebook_work(encoded))
        else:
            layout = layout_of(picture, self.shared.block_size, self.shared.colour)
            table = encoded.lookup()
            cells = table.use
            errors = finish(cell_errors_work(table, layout.split(shown_pixels(picture, layout))))
        return Use(encoded.use, cells, errors, codebook_bytes, len(use.file))


def _seen(shared: Shared, use: Use, asked: Collection, outcomes: dict[int, Outcome]) -> Seen:
    order = sorted(outcomes, key=lambda number: (-(outcomes[number].psnr_db or 0), number))
    shown = min(SHOWN, -(-len(order) // 2))
    best, worst = order[:shown], order[::-1][: min(shown, len(order) - shown)]

    def thumbnails(numbers: Sequence[int]) -> tuple[Thumbnail, ...]:
        every = (_thumbnail(asked, shared, at, outcomes[at]) for at in numbers)
        return tuple(it for it in every if it)

    return Seen(_health(shared, use), thumbnails(best), thumbnails(worst))


def _health(shared: Shared, use: Use) -> Health:
    """Return how the codebook does over all pictures; it is there once, or in each file."""
    nearest, farthest, codebook_bytes, all_bytes = None, None, use.codebook_bytes, use.file_bytes
    if isinstance(shared, SharedCodebook):
        nearest, farthest = finish(pairs_work(shared.codebook.codewords))
        codebook_bytes = shared.codebook.codewords.nbytes
        all_bytes += codebook_bytes
    total = use.errors.sum()
    by_cell = use.errors / (total or 1)
    share = codebook_bytes / all_bytes
    return Health(shared.size, use.columns, use.cells, share, nearest, farthest, by_cell)


def _thumbnail(
    asked: Collection, shared: Shared, number: int, outcome: Outcome
) -> Thumbnail | None:
    place = asked.places[number]
    try:
        with enough_memory(place):
            picture = fitting(place, shared.colour)
            use = finish(use_work(picture, shared, asked.settings.rate_weight))
            original = shown_pixels(picture, use.encoded.layout)
            return Thumbnail(outcome, small_png(original), small_png(use.encoded.decode()))
    except PictureError:
        return None


def small_png(pixels: Samples) -> bytes:
    """Return pixels as a PNG of at most `THUMBNAIL_SIDE` a side."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX)
    return png_bytes(np.asarray(picture))
