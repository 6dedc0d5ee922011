"""Work on a collection in the background: another process does it, and is heard of here."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from time import monotonic
from typing import NamedTuple

from vqcore.archive.collection import (
    Collection,
    Found,
    Heard,
    Outcome,
    Seen,
    looking,
    written_down,
)
from vqcore.archive.training import Going
from vqcore.codebooks.training import Progress
from vqcore.lab.sharing import Shared
from vqcore.work import in_another_process

PATIENCE_SECONDS = 180.0


def trained_id(shared: Shared) -> str:
    """Return what sets a codebook apart that was trained here."""
    return f"trained-{shared.checksum.hex()}"


class Pace(NamedTuple):
    """How far a step is: pictures and pixels done, pixels a second, and seconds left."""

    pictures: int
    pixels: int
    pixels_a_second: float
    seconds_left: float


class Gathering:
    """What is done with a collection in the background, and what it has come to so far.

    Parameters
    ----------
    asked : its places stay empty where files are given
    files : the names and the bytes of pictures that lie nowhere
    patience : seconds after which it stops if nobody has looked at it
    """

    def __init__(
        self,
        asked: Collection,
        files: Sequence[tuple[str, bytes]] = (),
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.asked = asked
        self.count = len(files) or len(asked.places)
        self.step, self.size = "reading", 0
        self.outcomes: list[Outcome] = []
        self.found: Found | None = None
        self.seen: Seen | None = None
        self.failed = False
        self._patience, self._looked_at = patience, monotonic()
        self._going, self._began = Going("reading", 0, 0), monotonic()
        self._stop = Event()
        self._thread = Thread(target=self._work, args=(files,), daemon=True)
        self._thread.start()

    @property
    def is_going_on(self) -> bool:
        """Say whether it is not yet at its end; who asks looks at it."""
        self._looked_at = monotonic()
        return self._thread.is_alive()

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()

    def wait(self) -> None:
        """Wait for the end."""
        self._thread.join()

    @property
    def pace(self) -> Pace:
        """Return how far the step is that is done now."""
        going, seconds = self._going, max(1e-3, monotonic() - self._began)
        each = seconds / going.pictures if going.pictures else math.inf
        left = each * (self.count - going.pictures)
        return Pace(going.pictures, going.pixels, going.pixels / seconds, left)

    @property
    def good(self) -> list[Outcome]:
        return [it for it in self.outcomes if not it.error]

    @property
    def bad(self) -> list[Outcome]:
        """Return those of which there is no file."""
        return [it for it in self.outcomes if it.error]

    def _work(self, files: Sequence[tuple[str, bytes]]) -> None:
        try:
            if not files:
                self._hear(self.asked)
                return
            with written_down(files) as places:
                self._hear(replace(self.asked, places=places))
        except Exception:
            logging.getLogger(__name__).exception("a collection has failed")
            self.failed = True

    def _hear(self, asked: Collection) -> None:
        with closing(in_another_process(looking, asked)) as events:
            for event in events:
                if self._stop.is_set() or monotonic() - self._looked_at > self._patience:
                    self._stop.set()
                    return
                if event is not None:
                    self._take(event)

    def _take(self, event: Heard) -> None:
        if isinstance(event, Going):
            self._begin(event.step.split()[0])
            self._going = event
        elif isinstance(event, Progress):
            self._begin("training")
            self.size = event.codebook_size
        elif isinstance(event, Found):
            self.found = event
            self._begin("encoding")
        elif isinstance(event, Outcome):
            self.outcomes.append(event)
            pixels = self._going.pixels + event.width * event.height
            self._going = Going("encoding", len(self.outcomes), pixels)
        else:
            self.seen = event

    def _begin(self, step: str) -> None:
        if step != self.step:
            self.step, self._began, self._going = step, monotonic(), Going(step, 0, 0)
