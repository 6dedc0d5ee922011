"""Very many .vq files decoded, a PNG each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from vqcore.archive.making import Make
from vqcore.archive.manifest import Row
from vqcore.archive.places import Place, new_mark, read_bytes
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.container import FileError, parse
from vqcore.refusals import PictureError
from vqcore.signals.pictures import MAX_PIXELS, png_bytes

MAX_BYTES = 4 * MAX_PIXELS  # more than any picture's samples


@dataclass(frozen=True, eq=False)
class Decode(Make):
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

    def made(self, place: Place) -> tuple[bytes, dict[str, Any]]:
        try:
            data = read_bytes(place.address, MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                told = f"The file has more than {MAX_BYTES:,} bytes, the limit of .vq files."
                raise FileError(told)
            encoded = parse(data, self.codebooks)
        except FileError as error:
            raise PictureError(f"{place.address}: {error}") from error
        layout = encoded.layout
        return png_bytes(encoded.decode()), {"width": layout.width, "height": layout.height}
