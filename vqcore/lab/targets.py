"""A target for bytes, PSNR or ratio, and the settings tried to meet it."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import product

from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE
from vqcore.coding.codec import Settings
from vqcore.lab.comparison import best_from_ratio, best_within_bytes, cheapest_from_psnr
from vqcore.lab.sweeps import OperatingPoint, checked_sizes, ladder_sizes
from vqcore.plurals import noun
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.wavelet import STEP, STEP_NUMBERS
from vqcore.signals.blocks import BlockSize, Colour
from vqcore.signals.pictures import Picture

BLOCK_SIZES = (4, 8, 16)
HOPELESS = 1.5
CODEBOOK_SIZES = ladder_sizes(1024)
FEW_SIZES = CODEBOOK_SIZES[2::2]
WEIGHT_OF_ERROR = 2 * math.log(2)
LOOKED_AT = 3
FACTORS = (1 / 4, 1 / 2, 1, 2)
REACHES = (8, 4, 2, 1)
USUAL_SIZE = 64
"""Of wavelets: how far apart steps are tried, and with how many codewords."""

GOALS: Mapping[str, Callable[[Sequence[OperatingPoint], float], OperatingPoint | None]] = {
    "kilobytes": lambda points, most: best_within_bytes(points, int(1000 * most)),
    "decibels": cheapest_from_psnr,
    "ratio": best_from_ratio,
}
"""What a number can be that points are to meet -> the best of those that do, or None."""


Tries = Mapping[Settings, tuple[int, ...]]
"""Codebook sizes to try, by settings."""


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

    @property
    def limits_size(self) -> bool:
        return self.max_bytes < math.inf or self.min_ratio > 0

    def choose(self, candidates: Sequence[Candidate]) -> Candidate:
        """Return the best candidate that meets the target, as `best` does.

        Raises
        ------
        TargetError
            If none meets it.
        """
        chosen = self.best(candidates)
        if chosen is None:
            raise TargetError(f"no setting gives {self}; {self._how_near(candidates)}")
        return chosen

    def best(self, candidates: Sequence[Candidate]) -> Candidate | None:
        """Return the best candidate that meets the target, or None.

        Where bytes or ratio are limited that is the one of the highest PSNR, else the one of the
        fewest bytes.
        """
        good = [candidate for candidate in candidates if self.meets(candidate)]
        if self.max_bytes < math.inf:
            return best_within_bytes(good, self.max_bytes)
        if self.min_ratio > 0:
            return best_from_ratio(good, self.min_ratio)
        return cheapest_from_psnr(good, self.min_psnr_db)

    def is_passed(self, latest: Candidate, candidates: Sequence[Candidate]) -> bool:
        """Say whether the codebooks above one are too large, whatever they give.

        So they are where its file is half as large again as any that may be chosen.

        Parameters
        ----------
        latest : of ascending codebooks
        candidates : all there are so far
        """
        if self.limits_size:
            raw_bytes = latest.file_bytes * latest.file_ratio
            most = min(self.max_bytes, raw_bytes / self.min_ratio if self.min_ratio else math.inf)
        else:
            good = (it.file_bytes for it in candidates if self.meets(it))
            most = min(good, default=math.inf)
        return latest.file_bytes > HOPELESS * most

    def meets(self, candidate: Candidate) -> bool:
        return self._small_enough(candidate) and candidate.psnr_db >= self.min_psnr_db

    def rank(self, candidate: Candidate) -> tuple[bool, float]:
        """Return what is lower the better a candidate is."""
        is_good = self.meets(candidate)
        by_size = is_good and not self.limits_size
        return not is_good, candidate.file_bytes if by_size else -candidate.psnr_db

    def _small_enough(self, candidate: Candidate) -> bool:
        return candidate.file_bytes <= self.max_bytes and candidate.file_ratio >= self.min_ratio

    def nearest(self, candidates: Sequence[Candidate]) -> Candidate:
        """Return the best that meets the target, or that is small enough, or the smallest."""
        if best := self.best(candidates):
            return best
        small = [candidate for candidate in candidates if self._small_enough(candidate)]
        if small:
            return max(small, key=lambda each: each.psnr_db)
        return min(candidates, key=lambda each: each.file_bytes)

    def _how_near(self, candidates: Sequence[Candidate]) -> str:
        nearest = self.nearest(candidates)
        if self._small_enough(nearest):
            of_them = "" if all(map(self._small_enough, candidates)) else " of these files"
            return f"the best{of_them} has {nearest.psnr_db:.6g} dB"
        if nearest.file_bytes > self.max_bytes:
            size = nearest.file_bytes
            return f"the smallest file has {size} {noun(size, 'byte')}"
        return f"the highest ratio is {nearest.file_ratio:.6g}"


def settings_to_try(
    picture: Picture, settings: Settings, left_open: Container[str]
) -> list[Settings]:
    """Return the settings with each of what is left open.

    Parameters
    ----------
    picture : in gray has the colour mode "gray" alone
    settings
    left_open : some of "family", "block" and "colour"; a trainer is of the settings' own family
    """
    families = tuple(FAMILIES) if "family" in left_open else (settings.family,)
    blocks = map(BlockSize.of, BLOCK_SIZES) if "block" in left_open else (settings.block_size,)
    colours: tuple[Colour, ...] = (settings.colour,)
    if "colour" in left_open:
        colours = ("gray",) if picture.is_gray else ("rgb", "ycbcr")
    shared = replace(settings, trainer=Settings.trainer)
    every = (
        replace(
            settings if family == settings.family else shared,
            family=family,
            block_size=block,
            colour=colour,
        )
        for family, block, colour in product(families, blocks, colours)
    )
    return list(dict.fromkeys(every))  # families have blocks and colours that suit them


def first_tries(
    picture: Picture,
    target: Target,
    plain: Sequence[Candidate],
    left_open: Set[str],
    sizes: tuple[int, ...],
) -> Tries:
    """Return of every family what shows whether it is worth a closer look.

    Parameters
    ----------
    picture, target
    plain : what plain codebooks give, all there is
    left_open : what no option fixes, of "block", "colour", "size" and "rate_weight"
    sizes : of codebooks; where they are open, few will do

    Returns
    -------
    tries : where these are open, in blocks half to twice as wide as plain codebooks do best with,
        and with the rate weight that suits those: a bit more a sample quarters the squared error,
        D = c·4⁻ᴿ, so it is worth 2 ln 2 · D
    """
    near = target.nearest(plain)
    side, weight = near.settings.block_size.width, near.settings.rate_weight
    if "rate_weight" in left_open:
        weight = float(f"{WEIGHT_OF_ERROR * near.point.mse:.2g}")
    first = replace(near.settings, rate_weight=weight)
    sizes = FEW_SIZES if "size" in left_open else sizes
    every = settings_to_try(picture, first, {*left_open, "family"})
    if weight:
        every = [it.where_bits_are_worth(weight) for it in every]
    if "block" in left_open:
        every = [it for it in every if side <= 2 * it.block_size.width <= 4 * side]
    return dict.fromkeys(every, sizes)


def closer_tries(
    target: Target, candidates: Sequence[Candidate], left_open: Container[str]
) -> Tries:
    """Return what is around the best of the three families that come nearest to a target."""
    done = {(it.settings, it.point.codebook_size) for it in candidates}
    tries: dict[Settings, tuple[int, ...]] = {}
    for near in leaders(target, candidates)[:LOOKED_AT]:
        size, weight = near.point.codebook_size, near.settings.worth_of_a_bit
        sizes = sizes_around(size) if "size" in left_open else (size,)
        for factor in FACTORS if "rate_weight" in left_open else (1,):
            settings = near.settings.where_bits_are_worth(weight * factor)
            tries[settings] = tuple(it for it in sizes if (settings, it) not in done)
    return {settings: sizes for settings, sizes in tries.items() if sizes}


def step_tries(
    settings: Settings, target: Target, candidates: Sequence[Candidate], size: int, reach: int
) -> Tries:
    """Return steps of bands to try: of all, or near the best, none that was tried before.

    Parameters
    ----------
    settings : of a family of whole pictures
    target
    candidates : all there are so far; without any, all steps are tried that are so far apart
    size : of the codebook
    reach : how far from the best
    """
    steps = list(STEP_NUMBERS[::reach])
    if candidates:
        near = target.nearest(candidates).settings.options_by_name[STEP]
        steps = [step for step in (near - reach, near + reach) if step in STEP_NUMBERS]
    done = {it.settings for it in candidates}
    tries = (settings.with_step(step) for step in steps)
    return {it: (size,) for it in tries if it not in done}


def leaders(target: Target, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the best of each family, or the nearest to a target, the best first."""
    by_family = ([it for it in candidates if it.settings.family == name] for name in FAMILIES)
    return sorted(map(target.nearest, filter(None, by_family)), key=target.rank)


def sizes_around(size: int) -> tuple[int, ...]:
    """Return a codebook size, and those beside it.

    Examples
    --------
    >>> sizes_around(64), sizes_around(1)
    ((32, 64, 128), (1, 2))
    """
    return checked_sizes({max(1, size // 2), size, min(2 * size, MAX_CODEBOOK_SIZE)})
