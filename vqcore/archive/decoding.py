"""Very many .vq files decoded, a PNG each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from time import perf_counter
from typing import ClassVar

from vqcore.archive.manifest import Row
from vqcore.archive.places import (
    Place,
    from_there,
    join,
    new_mark,
    read_bytes,
    version_of,
    write_at,
)
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.container import FileError, parse
from vqcore.refusals import one_line
from vqcore.signals.pictures import png_bytes


@dataclass(frozen=True, eq=False)
class Decode:
    """A job: to decode a .vq file, and write its picture.

    Parameters
    ----------
    codebooks : those at hand for files that name one
    folder : the address of where the pictures go
    mark : of files that are not yet whole
    """

    codebooks: Sequence[SharedCodebook]
    folder: str
    mark: str = field(default_factory=new_mark)
    step: ClassVar[str] = "decoding"

    def wanted(self, place: Place) -> Row:
        name = place.name.removesuffix(".vq")
        return Row(place.name, place.address, f"{name}.png")

    def __call__(self, item: tuple[Place, Row | None]) -> Row | None:
        (place, known), start = item, perf_counter()
        row = self.wanted(place)
        try:
            with from_there(place):
                row = replace(row, version=version_of(place.address))
                if known and known.stands(row, self.folder):
                    return None
                data = read_bytes(place.address)
            encoded = parse(data, self.codebooks)
        except OSError as error:
            return replace(row, error=one_line(error))
        except FileError as error:
            return replace(row, error=one_line(f"{place.address}: {error}"))
        file = png_bytes(encoded.decode())
        write_at(join(self.folder, row.file), file, self.mark)
        return replace(
            row,
            width=encoded.layout.width,
            height=encoded.layout.height,
            bytes=len(file),
            seconds=round(perf_counter() - start, 4),
            sha256=sha256(file).hexdigest(),
        )
