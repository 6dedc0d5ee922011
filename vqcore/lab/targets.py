"""A target for bytes, PSNR or ratio, and the settings tried to meet it."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from vqcore.coding.codec import Settings
from vqcore.lab.comparison import best_from_ratio, best_within_bytes, cheapest_from_psnr
from vqcore.lab.sweeps import OperatingPoint, ladder_sizes
from vqcore.plurals import noun
from vqcore.signals.blocks import BlockSize, Colour
from vqcore.signals.pictures import Picture

BLOCK_SIZES = (4, 8, 16)
CODEBOOK_SIZES = ladder_sizes(1024)


GOALS: Mapping[str, Callable[[Sequence[OperatingPoint], float], OperatingPoint | None]] = {
    "kilobytes": lambda points, most: best_within_bytes(points, int(1000 * most)),
    "decibels": cheapest_from_psnr,
    "ratio": best_from_ratio,
}
"""What a number can be that points are to meet -> the best of those that do, or None."""


class TargetError(ValueError):
    """No setting meets a target; the message says what the nearest was."""


@dataclass(frozen=True)
class Candidate:
    """A file that could be chosen: the settings that lead to it, its figures and its bytes."""

    settings: Settings
    point: OperatingPoint
    file: bytes

    @property
    def file_bytes(self) -> int:
        return self.point.file_bytes

    @property
    def psnr_db(self) -> float:
        return self.point.psnr_db

    @property
    def file_ratio(self) -> float:
        return self.point.file_ratio


@dataclass(frozen=True)
class Target:
    """What a file must meet, all of it; by default nothing.

    Parameters
    ----------
    max_bytes : the longest file
    min_psnr_db : the least PSNR, in dB
    min_ratio : the least file ratio

    Examples
    --------
    >>> str(Target(max_bytes=9000, min_psnr_db=30))
    'at most 9000 bytes and at least 30 dB'
    """

    max_bytes: float = math.inf
    min_psnr_db: float = 0
    min_ratio: float = 0

    def __str__(self) -> str:
        endless, lossless = self.min_ratio == math.inf, self.min_psnr_db == math.inf
        ratio = "∞" if endless else f"at least {self.min_ratio:.6g}"
        psnr = "a lossless picture" if lossless else f"at least {self.min_psnr_db:.6g} dB"
        wishes = {
            f"at most {self.max_bytes} {noun(self.max_bytes, 'byte')}": self.max_bytes < math.inf,
            f"a ratio of {ratio}": self.min_ratio > 0,
            psnr: self.min_psnr_db > 0,
        }
        return " and ".join(wish for wish, wished in wishes.items() if wished)

    def choose(self, candidates: Sequence[Candidate]) -> Candidate:
        """Return the best candidate that meets the target.

        Where bytes or ratio are limited that is the one of the highest PSNR, else the one of the
        fewest bytes.

        Raises
        ------
        TargetError
            If none meets it.
        """
        small = [candidate for candidate in candidates if self._small_enough(candidate)]
        good = [candidate for candidate in small if candidate.psnr_db >= self.min_psnr_db]
        if self.max_bytes < math.inf:
            chosen = best_within_bytes(good, self.max_bytes)
        elif self.min_ratio > 0:
            chosen = best_from_ratio(good, self.min_ratio)
        else:
            chosen = cheapest_from_psnr(good, self.min_psnr_db)
        if chosen is None:
            nearest = self._nearest(candidates, small)
            raise TargetError(f"no setting gives {self}; {nearest}")
        return chosen

    def _small_enough(self, candidate: Candidate) -> bool:
        return candidate.file_bytes <= self.max_bytes and candidate.file_ratio >= self.min_ratio

    def _nearest(self, candidates: Sequence[Candidate], small: Sequence[Candidate]) -> str:
        if small:
            of_them = "" if len(small) == len(candidates) else " of these files"
            return f"the best{of_them} has {max(each.psnr_db for each in small):.6g} dB"
        smallest = min(candidates, key=lambda each: each.file_bytes)
        if smallest.file_bytes > self.max_bytes:
            size = smallest.file_bytes
            return f"the smallest file has {size} {noun(size, 'byte')}"
        return f"the highest ratio is {smallest.file_ratio:.6g}"


def settings_to_try(
    picture: Picture, settings: Settings, left_open: Container[str]
) -> list[Settings]:
    """Return the settings with each block size and colour mode, where these are left open.

    Parameters
    ----------
    picture : in gray has the colour mode "gray" alone
    settings
    left_open : "block" or "colour" or both or neither
    """
    blocks = map(BlockSize.of, BLOCK_SIZES) if "block" in left_open else (settings.block_size,)
    colours: tuple[Colour, ...] = (settings.colour,)
    if "colour" in left_open:
        colours = ("gray",) if picture.is_gray else ("rgb", "ycbcr")
    return [
        replace(settings, block_size=block, colour=colour)
        for block, colour in product(blocks, colours)
    ]
