"""Rate–distortion curves: operating points of one setting or one rival, under one name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vqcore.coding.codec import Settings
from vqcore.lab.comparison import (
    BjontegaardDelta,
    Measured,
    bd_psnr,
    bd_rate,
    best_within_bytes,
    lower_hull,
)
from vqcore.lab.rivals import Codec, RivalPoint
from vqcore.lab.sweeps import OperatingPoint
from vqcore.quantizers.wavelet import STEP
from vqcore.show.wording import codec_name, decibels, level_name, listed, settings_name
from vqcore.signals.blocks import BlockLayout
from vqcore.words import say

Likeness = Literal["psnr_db", "ssim"]
Axis = Literal["file", "nominal"]
Families = Literal["this", "all"]
Kind = Literal["ours", "sizes", "nominal", "pinned", "family", "picture", "hull"] | Codec
OURS: tuple[Kind, ...] = ("ours", "sizes", "pinned", "family")
"""Those that settings here lead to, by their files; of sizes where steps are what ours is by."""
NOT_COMPARED: tuple[Kind, ...] = ("nominal", "sizes")


@dataclass(frozen=True)
class Curve:
    """Operating points that belong together.

    Parameters
    ----------
    kind : whose they are
    name : what sets them apart from other curves
    points : what each costs and gives
    labels : what sets each apart: "K = 32", "quality 40"
    rates : bits per pixel of each point; those of the files, but for the nominal curve
    settings : with the colour mode the picture was coded in; None if not all points have the same
    each : those of each point, where they are not the same
    """

    kind: Kind
    name: str
    points: Sequence[Measured]
    labels: Sequence[str]
    rates: Sequence[float]
    settings: Settings | None = None
    each: Sequence[Settings] = ()

    def settings_at(self, place: int) -> Settings | None:
        """Return those that a point was made with, if they are known."""
        return self.each[place] if self.each else self.settings


def vq_curve(
    settings: Settings, layout: BlockLayout, points: Sequence[OperatingPoint], kind: Kind = "ours"
) -> Curve:
    """Return the curve of one sweep, by its files."""
    labels = [say("figure.k", size=point.codebook_size) for point in points]
    coded = replace(settings, colour=layout.colour)
    return Curve(kind, settings_name(settings, layout), points, labels, _file_rates(points), coded)


def step_curve(
    layout: BlockLayout, points: Mapping[Settings, OperatingPoint], kind: Kind = "ours"
) -> Curve:
    """Return the curve of one K over the step of bands, finest first; a family's is short."""
    first, *_ = points
    usual = {option.name: option.default for option in first.own_options}
    at_usual = tuple((first.options_by_name | {STEP: usual[STEP]}).values())
    settings = settings_name(replace(first, options=at_usual), layout)
    steps = [it.options_by_name[STEP] for it in points]
    known, [size] = [*points.values()], {point.codebook_size for point in points.values()}
    if kind == "family":
        settings = say(f"family.{first.family}")
    name = say("curve.steps", settings=settings, size=size, first=steps[0], last=steps[-1])
    labels = [say("curve.step", step=step) for step in steps]
    return Curve(kind, name, known, labels, _file_rates(known), each=[*points])


def nominal_curve(layout: BlockLayout, points: Sequence[OperatingPoint]) -> Curve:
    """Return the textbook's curve of a sweep: fixed-length indices, no codebook; not K = 1."""
    some = [point for point in points if point.nominal_bytes]
    pixels = layout.width * layout.height
    rates = [8 * point.nominal_bytes / pixels for point in some]
    labels = [
        say("curve.nominal-point", size=point.codebook_size, rate_bpp=rate)
        for point, rate in zip(some, rates, strict=True)
    ]
    return Curve("nominal", say("curve.nominal"), some, labels, rates)


def family_curve(
    settings: Settings, layout: BlockLayout, points: Sequence[OperatingPoint]
) -> Curve:
    """Return the curve of one family among others, named by it alone, and by its step."""
    step = settings.options_by_name.get(STEP)
    at_step = [] if step is None else [say("curve.step", step=step)]
    name = listed([say(f"family.{settings.family}"), *at_step])
    return replace(vq_curve(settings, layout, points, "family"), name=name)


def by_block(curve: Curve, points: Sequence[OperatingPoint], layout: BlockLayout) -> Curve:
    """Return a curve of these points by the textbook's rate: nominal bits a block of a layout."""
    return replace(curve, rates=[8 * point.nominal_bytes / layout.count for point in points])


def rival_curve(codec: Codec, points: Sequence[RivalPoint]) -> Curve:
    """Return the curve of another codec."""
    labels = [level_name(codec, point.level) for point in points]
    return Curve(codec, codec_name(codec), points, labels, _file_rates(points))


def picture_curve(name: str, points: Sequence[OperatingPoint]) -> Curve:
    """Return the curve of one picture among others."""
    labels = [say("figure.k", size=point.codebook_size) for point in points]
    return Curve("picture", name, points, labels, _file_rates(points))


@dataclass(frozen=True)
class Delta:
    """How ours compares with another curve.

    Parameters
    ----------
    against : the other's name
    rate, psnr : over the range that both cover; None without one
    ours, theirs : the points, to compare what is lossless, which has no place in such a range
    """

    against: str
    rate: BjontegaardDelta | None
    psnr: BjontegaardDelta | None
    ours: Sequence[Measured] = ()
    theirs: Sequence[Measured] = ()

    @property
    def bytes_in_words(self) -> str:
        """Return the mean difference in bytes, and the range of PSNR it is of."""
        if self.rate is None:
            return self._lossless_bytes() or say("delta.none")
        percent, low, high = self.rate.value, self.rate.low, self.rate.high
        name = "delta.fewer" if percent < 0 else "delta.more"
        return say(name, percent=abs(percent), low=low, high=high)

    @property
    def psnr_in_words(self) -> str:
        """Return the mean difference in PSNR, and the range of rates it is of."""
        if self.psnr is None:
            return self._at_lossless_bytes() or say("delta.none")
        return say("delta.psnr", psnr_db=self.psnr.value, low=self.psnr.low, high=self.psnr.high)

    def _lossless_bytes(self) -> str:
        """Say what each needs to be lossless, or how far it gets; nothing if neither gets there."""
        if not self._least_lossless():
            return ""
        ours, theirs = map(_best_in_words, (self.ours, self.theirs))
        return say("delta.best", ours=ours, against=self.against, theirs=theirs)

    def _at_lossless_bytes(self) -> str:
        """Say what both have in the fewest bytes that are lossless for one of them."""
        least = self._least_lossless()
        if not least:
            return ""
        ours, theirs = (_within_in_words(points, least) for points in (self.ours, self.theirs))
        return say("delta.within", n=least, ours=ours, against=self.against, theirs=theirs)

    def _least_lossless(self) -> int:
        """Return the fewest bytes that are lossless for one of both, 0 if for neither."""
        if not (self.ours and self.theirs):
            return 0
        return min(filter(None, map(_fewest_lossless, (self.ours, self.theirs))), default=0)


def _fewest_lossless(points: Sequence[Measured]) -> int:
    """Return the fewest bytes without any error, 0 if there are none."""
    return min((point.file_bytes for point in points if point.psnr_db == math.inf), default=0)


def _best_in_words(points: Sequence[Measured]) -> str:
    fewest = _fewest_lossless(points)
    if fewest:
        return say("delta.lossless", n=fewest)
    return say("delta.at-most", psnr_db=max(point.psnr_db for point in points))


def _within_in_words(points: Sequence[Measured], most_bytes: int) -> str:
    best = best_within_bytes(points, most_bytes)
    return decibels(best.psnr_db) if best else say("delta.none-so-small")


def deltas(curves: Sequence[Curve]) -> list[Delta]:
    """Compare the first curve, by its files, with each other; of these some are no rivals."""
    ours, *others = (curve for curve in curves if curve.kind not in NOT_COMPARED)
    return [
        Delta(
            other.name,
            bd_rate(_places(ours), _places(other)),
            bd_psnr(_places(ours), _places(other)),
            ours.points,
            other.points,
        )
        for other in others
    ]


def _places(curve: Curve) -> list[tuple[float, float]]:
    return [(rate, point.psnr_db) for rate, point in zip(curve.rates, curve.points, strict=True)]


def hull_of(curves: Sequence[Curve], likeness: Likeness) -> Curve:
    """Return the points of all curves on their lower hull: no mixture of others does better."""
    every = [
        (point, listed([curve.name, label]), rate)
        for curve in curves
        for point, label, rate in zip(curve.points, curve.labels, curve.rates, strict=True)
        if getattr(point, likeness) is not None
    ]
    rates = [rate for _, _, rate in every]
    best = lower_hull(rates, [_distortion(point, likeness) for point, _, _ in every])
    points, labels = [every[at][0] for at in best], [every[at][1] for at in best]
    return Curve("hull", say("curve.hull"), points, labels, [rates[at] for at in best])


def _distortion(point: Measured, likeness: Likeness) -> float:
    return point.mse if likeness == "psnr_db" else 1 - (point.ssim or 0)


def _file_rates(points: Sequence[Measured]) -> list[float]:
    return [point.rate_bpp for point in points]
