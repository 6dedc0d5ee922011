"""Very many pictures encoded with one codebook, a .vq file each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from vqcore.archive.making import Make
from vqcore.archive.manifest import Row
from vqcore.archive.places import Place, new_mark, picture_at
from vqcore.lab.sharing import Shared, use_work
from vqcore.signals.raw import Size
from vqcore.work import finish


@dataclass(frozen=True, eq=False)
class Encode(Make):
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

    def made(self, place: Place) -> tuple[bytes, dict[str, Any]]:
        picture = picture_at(place, self.shared.colour, self.raw_size)
        use = finish(use_work(picture, self.shared, self.rate_weight))
        figures = {name: getattr(use.point, name) for name in ("psnr_db", "ssim", "rate_bpp")}
        return use.file, {"width": picture.width, "height": picture.height, **figures}
