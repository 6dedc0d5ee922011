"""Files made of very many others: each by a job, noted in a manifest, none twice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from time import perf_counter
from typing import Any, ClassVar

from vqcore.archive.engine import Engine, EngineError, Lost
from vqcore.archive.manifest import Manifest, Row
from vqcore.archive.places import (
    Place,
    PlaceError,
    enough_memory,
    from_there,
    join,
    read_bytes,
    version_of,
    write_at,
)
from vqcore.archive.samples import lost_at
from vqcore.archive.training import Going
from vqcore.refusals import PictureError, one_line

GO_ON = "What is done stays done; the same command goes on from there."

Asked = tuple[Place, Row | None]
"""A place, and its row of before."""


class Make(ABC):
    """A job that makes a file of another.

    Attributes
    ----------
    step : what it does: "encoding"
    folder : the address of where the files go
    mark : of files that are not yet whole
    """

    step: ClassVar[str]
    folder: str
    mark: str

    @abstractmethod
    def wanted(self, place: Place) -> Row:
        """Return what is known beforehand of the row of a place."""

    @abstractmethod
    def made(self, place: Place) -> tuple[bytes, dict[str, Any]]:
        """Return the file for a place, and what its row says then.

        Raises
        ------
        OSError, PictureError
            If there can be none.
        """

    def __call__(self, item: Asked) -> Row | None:
        """Write the file for a place, given its row of before, and return its row.

        It returns None if the file is there already.

        Raises
        ------
        PlaceError
            If the file cannot be written, or all files to read are gone.
        """
        (place, known), start = item, perf_counter()
        row = self.wanted(place)
        try:
            with from_there(place), enough_memory(place):
                row = replace(row, version=version_of(place.address))
                if known and known.stands(row, self.folder):
                    return None
                file, facts = self.made(place)
            target = join(self.folder, row.file)
            if not (known and known.sha256):
                _check_free(target, file, place)
        except (OSError, PictureError) as error:
            return _failed(row, known, one_line(error))
        write_at(target, file, self.mark)
        facts |= {"bytes": len(file), "sha256": sha256(file).hexdigest()}
        return replace(row, **facts, seconds=round(perf_counter() - start, 4))


def _check_free(target: str, file: bytes, place: Place) -> None:
    """Refuse to write over another file; the same is of a run that ended before it noted it."""
    with suppress(FileNotFoundError, NotADirectoryError):
        if read_bytes(target, len(file) + 1) != file:
            raise PictureError(f"{place.address}: {target} is another file; move it away first.")


def _failed(row: Row, known: Row | None, error: str) -> Row:
    """Return the row of a place without a file, which keeps in mind the one made before."""
    return replace(row, error=error, sha256=known.sha256 if known else "")


@dataclass(frozen=True, eq=False)
class Made:
    """What has become of all places.

    Parameters
    ----------
    rows : in their order
    kept : how many files were there already
    """

    rows: tuple[Row, ...]
    kept: int

    @property
    def good(self) -> list[Row]:
        return [row for row in self.rows if not row.error]

    @property
    def errors(self) -> list[str]:
        """Return why there are no others, one line each."""
        return [row.error for row in self.rows if row.error]


def make_all(
    engine: Engine, places: Sequence[Place], make: Make, parts: int | None = None
) -> Generator[Going, None, Made]:
    """Make a file of each place, go on where a run before has ended, and keep a manifest.

    Raises
    ------
    PlaceError
        If files cannot be written, or those to read are gone.
    EngineError
        If there is nobody left to do the work.
    """
    manifest = Manifest.of(make.folder)
    items = [(place, manifest.rows.get(place.name)) for place in places]
    rows, kept, pixels = dict[int, Row](), 0, 0
    with _kept(manifest):
        for number, row, was_there in _rows(engine, make, items, parts):
            rows[number] = row
            kept += was_there
            pixels += row.pixels
            manifest.note(row)
            yield Going(make.step, len(rows), pixels)
    return Made(tuple(rows[number] for number in range(len(places))), kept)


def _rows(
    engine: Engine, make: Make, items: Sequence[Asked], parts: int | None
) -> Iterator[tuple[int, Row, bool]]:
    """Yield the number of each item, its row, and whether its file was there already."""
    for number, found in engine.each(make, items, parts):
        place, known = items[number]
        if isinstance(found, Lost):
            found = _failed(make.wanted(place), known, str(lost_at(place, found)))
        row = found or known
        assert row is not None
        yield number, row, found is None


@contextmanager
def _kept(manifest: Manifest) -> Iterator[None]:
    """Save a manifest at the end, whichever it is; who has lost the workers is told of it."""
    try:
        yield
    except BaseException as error:
        with suppress(PlaceError):
            manifest.save()
            if isinstance(error, EngineError):
                raise EngineError(f"{error} {GO_ON}") from error
        raise
    manifest.save()
