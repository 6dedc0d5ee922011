"""Pictures as every other codec stores them: the operating points of all levels of its curve."""

from __future__ import annotations

from dataclasses import dataclass

from vqcore.lab.rivals import RIVALS, RivalError, RivalPoint, rival_work
from vqcore.signals.blocks import BlockSize, Colour, layout_of, shown_pixels
from vqcore.signals.pictures import Origin, Picture
from vqcore.work import Work

LEVELS = sum(len(rival.levels) for rival in RIVALS.values())
"""How many points a picture has that every codec can store."""


@dataclass(frozen=True)
class Stored:
    """The operating points of one picture by every codec, each from its worst level to its best.

    `colour` is gray or rgb, as the picture was stored. `refusals` say why a codec has no points.
    """

    name: str
    digest: str
    colour: Colour
    points: tuple[RivalPoint, ...]
    refusals: tuple[str, ...] = ()
    origin: Origin | None = None


def stored_work(picture: Picture, colour: Colour) -> Work[Stored]:
    """Store a picture with every codec; yields each RivalPoint, and None where there is none yet.

    Parameters
    ----------
    picture
    colour : gray, for its luma, or rgb; a gray picture stays gray
    """
    layout = layout_of(picture, BlockSize(1, 1), colour)
    pixels = shown_pixels(picture, layout)
    points, refusals = list[RivalPoint](), list[str]()
    for codec, rival in RIVALS.items():
        try:
            for point in rival_work(pixels, codec, rival.levels):
                points += [point] if point else []
                yield point
        except RivalError as error:
            refusals.append(f"{picture.name}: {error}")
    found, why = tuple(points), tuple(refusals)
    return Stored(picture.name, picture.digest, layout.colour, found, why, picture.origin)
