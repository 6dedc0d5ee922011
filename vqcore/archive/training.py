"""One codebook for very many pictures: searched for in a sample, and if asked moved by all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from vqcore.archive.engine import Engine
from vqcore.archive.passes import Count, OnGrid, Passed, pass_over
from vqcore.archive.places import Place, Unread, enough_memory
from vqcore.archive.samples import Draw, Drawn, gathered, share_of
from vqcore.codebooks.training import Progress
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Settings
from vqcore.lab.sharing import Shared, train_family, train_shared, use_work
from vqcore.refusals import PictureError
from vqcore.signals.pictures import Picture
from vqcore.signals.raw import Size
from vqcore.work import finish, mapped


@dataclass(frozen=True)
class Going:
    """A sign of life: how much of something is done.

    Parameters
    ----------
    step : what is being done: "reading", or "pass 1"
    pictures : of all, those that cannot be read among them
    pixels : of those that can
    """

    step: str
    pictures: int
    pixels: int


@dataclass(frozen=True, eq=False)
class TrainedTogether:
    """A codebook of pictures, and what went into it.

    Parameters
    ----------
    shared : codebook, or quantizer of another family
    places : those that it was trained on
    blocks : how many these have
    sample : how many of them it was searched for in
    mses : squared error per sample of all blocks after each pass, with codewords not yet rounded
    unread : why other places gave nothing
    """

    shared: Shared
    places: tuple[Place, ...]
    blocks: int
    sample: int
    mses: tuple[float, ...]
    unread: tuple[Unread, ...]

    def file_of_first(self, read: Callable[[Place], Picture]) -> bytes:
        """Return the file of the first picture that can still be read, encoded with the codebook.

        Raises
        ------
        NothingReadError
            If there is none.
        """
        errors = list[Unread]()
        for place in self.places:
            try:
                with enough_memory(place):
                    return finish(use_work(read(place), self.shared)).file
            except (OSError, PictureError) as error:
                errors.append(error)
        raise NothingReadError(errors)


@dataclass(frozen=True, eq=False)
class Together:
    """A training of one codebook on the pictures at places.

    Parameters
    ----------
    places : in order; a picture's number is that of its place
    size : K
    settings
    passes : over all pictures, at most; of plain codebooks alone
    raw_size : width and height of raw files
    parts : how many groups of pictures there are to be
    """

    places: Sequence[Place]
    size: int
    settings: Settings
    passes: int = 0
    raw_size: Size | None = None
    parts: int | None = None

    def work(self, engine: Engine) -> Generator[Going | Progress | Passed, None, TrainedTogether]:
        """Read, search and pass; signs of life between, and each pass as it is done."""
        drawn, unread = yield from self._drawn(engine)
        if not drawn:
            raise NothingReadError([*unread.values()])
        vectors = np.concatenate([drawn[number].vectors for number in sorted(drawn)])
        passed = list[Passed]()
        if self.settings.is_plain:
            found = yield from train_shared(vectors, self.size, self.settings, exact=True)
            shared: Shared = yield from self._moved(engine, found, drawn, passed)
        else:
            shared = yield from train_family(vectors, self.size, self.settings)
        for each in passed:
            unread |= each.unread
        good = [number for number in sorted(drawn) if number not in unread]
        return TrainedTogether(
            shared,
            tuple(self.places[number] for number in good),
            sum(drawn[number].blocks for number in good),
            len(vectors),
            tuple(float(each.mse) for each in passed),
            tuple(unread[number] for number in sorted(unread)),
        )

    def _drawn(
        self, engine: Engine
    ) -> Generator[Going, None, tuple[dict[int, Drawn], dict[int, Unread]]]:
        share = share_of(len(self.places), self.size, self.settings)
        draw = Draw(self.settings, share, self.raw_size)
        drawn, unread, pixels = dict[int, Drawn](), dict[int, Unread](), 0
        for number, outcome in gathered(engine, self.places, draw, self.parts):
            if isinstance(outcome, Drawn):
                drawn[number] = outcome
                pixels += outcome.pixels
            else:
                unread[number] = outcome
            yield Going("reading", len(drawn) + len(unread), pixels)
        return drawn, unread

    def _moved(
        self,
        engine: Engine,
        shared: SharedCodebook,
        drawn: dict[int, Drawn],
        passed: list[Passed],
    ) -> Generator[Going | Passed, None, SharedCodebook]:
        """Pass over all pictures until a pass gains next to nothing; note each pass."""
        codewords = OnGrid.of(shared.codebook)
        left = {number: self.places[number] for number in sorted(drawn)}
        mean_pixels = sum(it.pixels for it in drawn.values()) / len(drawn)
        while len(passed) < self.passes and not (passed and passed[-1].is_last):
            step = f"pass {len(passed) + 1}"
            job = Count(codewords, self.settings, self.raw_size)
            work = pass_over(engine, left, job, self.parts)
            result = yield from mapped(work, partial(_going, step, mean_pixels))
            left = {number: it for number, it in left.items() if number not in result.unread}
            codewords = result.codewords
            passed.append(result)
            yield result
        return SharedCodebook(codewords.codebook, shared.block_size, shared.colour)


def _going(step: str, mean_pixels: float, pictures: int) -> Going:
    return Going(step, pictures, round(pictures * mean_pixels))


def can_pass(settings: Settings) -> bool:
    """Say whether passes over all pictures are of such settings."""
    rules = settings.rules
    is_squared = not rules or (rules.distance == "squared" and not rules.weights)
    return settings.is_plain and is_squared


class NothingReadError(Exception):
    """No picture could be read; `errors` says of each why."""

    def __init__(self, errors: Sequence[Unread]) -> None:
        super().__init__(f"None of {len(errors)} pictures could be read.")
        self.errors = errors
