"""What became of each picture: a table beside the files, by which an interrupted run goes on.

It is written twice, as ``manifest.csv`` to read and as ``manifest.json`` to go on from, each whole:
every few seconds, and at the end. What it says of a file holds while the file has the checksum
that it says, and what it was made of has not changed.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from io import StringIO
from time import monotonic
from typing import Any, get_type_hints

from vqcore.archive.places import PlaceError, join, read_bytes, write_at

CSV_FILE, JSON_FILE = "manifest.csv", "manifest.json"
SAVE_SECONDS = 5.0
SAVE_SHARE = 20


@dataclass(frozen=True)
class Row:
    """What became of one picture.

    Parameters
    ----------
    picture : its name among all
    place : its address
    file : the name of the file made of it
    width, height : in pixels
    bytes : of the file
    psnr_db, ssim, rate_bpp : as in `OperatingPoint`; None where nothing is compared
    seconds : to read, make, measure and write
    codebook : its checksum, or that of nothing
    rate_weight : λ, in squared error per bit
    version : of the picture's file, see `places.version_of`
    sha256 : of the file, or of one made before the error; a CRC-32 is the same of all files that
        end with their own
    error : why there is no file; else empty
    """

    picture: str
    place: str
    file: str
    width: int = 0
    height: int = 0
    bytes: int = 0
    psnr_db: float | None = None
    ssim: float | None = None
    rate_bpp: float | None = None
    seconds: float = 0.0
    codebook: str = ""
    rate_weight: float = 0.0
    version: str = ""
    sha256: str = ""
    error: str = ""

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def stands(self, wanted: Row, folder: str) -> bool:
        """Say whether a file is there already and sound, made of the same in the same way."""
        if self.error or self.made_of != wanted.made_of:
            return False
        try:
            data = read_bytes(join(folder, self.file))
        except OSError:
            return False
        return sha256(data).hexdigest() == self.sha256

    @property
    def made_of(self) -> tuple[str | float, ...]:
        return self.place, self.version, self.file, self.codebook, self.rate_weight


KINDS: dict[str, Any] = get_type_hints(Row)


class Manifest:
    """The rows of a folder, by picture.

    Parameters
    ----------
    folder : its address
    rows : those there are
    """

    def __init__(self, folder: str, rows: Iterable[Row] = ()) -> None:
        self.folder = folder
        self.rows = {row.picture: row for row in rows}
        self._due = monotonic() + SAVE_SECONDS

    @classmethod
    def of(cls, folder: str) -> Manifest:
        """Read that of a folder; where there is none, or it is damaged, it is empty.

        Raises
        ------
        PlaceError
            If there is one that cannot be read.
        """
        try:
            data = read_bytes(join(folder, JSON_FILE))
        except FileNotFoundError:
            return cls(folder)
        except OSError as error:
            raise PlaceError(f"{folder}: {error.strerror or error}") from error
        try:
            return cls(folder, [_row(it) for it in json.loads(data)["pictures"]])
        except (ValueError, KeyError, TypeError, RecursionError):
            return cls(folder)

    def note(self, row: Row) -> None:
        """Take a row, and save all if the last time is long ago."""
        self.rows[row.picture] = row
        if monotonic() >= self._due:
            self.save()

    def save(self) -> None:
        """Write both files; PlaceError if that fails."""
        start = monotonic()
        records = [_record(self.rows[name]) for name in sorted(self.rows)]
        text = json.dumps({"pictures": records}, indent=1)
        write_at(join(self.folder, JSON_FILE), text.encode())
        write_at(join(self.folder, CSV_FILE), _csv(records).encode(errors="backslashreplace"))
        self._due = monotonic() + max(SAVE_SECONDS, SAVE_SHARE * (monotonic() - start))


def _csv(records: Iterable[dict[str, Any]]) -> str:
    text = StringIO()
    table = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
    table.writeheader()
    table.writerows(records)
    return text.getvalue()


def _record(row: Row) -> dict[str, Any]:
    """Return a row as JSON can have it."""
    return asdict(row) | {"psnr_db": "inf" if row.psnr_db == math.inf else row.psnr_db}


def _row(record: Any) -> Row:
    """Return the row that a record is; TypeError if it is none."""
    values = dict(record)
    if values.get("psnr_db") == "inf":
        values["psnr_db"] = math.inf
    row = Row(**values)
    for name, kind in KINDS.items():
        if not isinstance(getattr(row, name), kind):
            raise TypeError(f"{name} is no {kind}")
    return row
