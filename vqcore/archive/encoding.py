"""Very many pictures encoded with one codebook, a .vq file each."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from time import perf_counter
from typing import ClassVar, Protocol

from vqcore.archive.engine import Engine, Lost
from vqcore.archive.manifest import Manifest, Row
from vqcore.archive.places import (
    Place,
    PlaceError,
    from_there,
    join,
    new_mark,
    picture_at,
    version_of,
    write_at,
)
from vqcore.archive.samples import lost_at
from vqcore.archive.training import Going
from vqcore.lab.sharing import Shared, use_work
from vqcore.refusals import PictureError, one_line
from vqcore.signals.raw import Size
from vqcore.work import finish


class Make(Protocol):
    """A job that makes a file of another, of a place and what is known of it.

    It returns None if the file is there already.

    Raises
    ------
    PlaceError
        If the file cannot be written, or all files to read are gone.
    """

    step: ClassVar[str]

    @property
    def folder(self) -> str:
        """Return the address of where the files go."""

    @property
    def mark(self) -> str:
        """Return that of files that are not yet whole."""

    def __call__(self, item: tuple[Place, Row | None]) -> Row | None: ...

    def wanted(self, place: Place) -> Row:
        """Return what is known beforehand of the row of a place."""


@dataclass(frozen=True, eq=False)
class Encode:
    """A job: to encode a picture, measure it, and write its .vq.

    Parameters
    ----------
    shared : codebook, or quantizer of a family
    folder : the address of where the files go
    rate_weight : λ, in squared error per bit
    raw_size : width and height of raw files
    mark : of files that are not yet whole
    """

    shared: Shared
    folder: str
    rate_weight: float = 0
    raw_size: Size | None = None
    mark: str = field(default_factory=new_mark)
    step: ClassVar[str] = "encoding"

    def wanted(self, place: Place) -> Row:
        checksum = self.shared.checksum.hex()
        weight = float(self.rate_weight)
        return Row(
            place.name, place.address, f"{place.name}.vq", codebook=checksum, rate_weight=weight
        )

    def __call__(self, item: tuple[Place, Row | None]) -> Row | None:
        (place, known), start = item, perf_counter()
        row = self.wanted(place)
        try:
            with from_there(place):
                row = replace(row, version=version_of(place.address))
            if known and known.stands(row, self.folder):
                return None
            picture = picture_at(place, self.shared.colour, self.raw_size)
            use = finish(use_work(picture, self.shared, self.rate_weight))
        except (OSError, PictureError) as error:
            return replace(row, error=one_line(error))
        except MemoryError:
            return replace(row, error=f"{place.address}: There is not enough memory for it.")
        write_at(join(self.folder, row.file), use.file, self.mark)
        return replace(
            row,
            width=picture.width,
            height=picture.height,
            bytes=len(use.file),
            psnr_db=use.point.psnr_db,
            ssim=use.point.ssim,
            rate_bpp=use.point.rate_bpp,
            seconds=round(perf_counter() - start, 4),
            sha256=sha256(use.file).hexdigest(),
        )


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
    try:
        for number, found in engine.each(make, items, parts):
            place, known = items[number]
            if isinstance(found, Lost):
                found = replace(make.wanted(place), error=str(lost_at(place, found)))
            row = found or known
            assert row is not None
            rows[number] = row
            kept += found is None
            pixels += row.pixels
            manifest.note(row)
            yield Going(make.step, len(rows), pixels)
    except BaseException:
        with suppress(PlaceError):
            manifest.save()
        raise
    manifest.save()
    return Made(tuple(rows[number] for number in range(len(places))), kept)
