"""What is shown of the bands of a file: where its bits went, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from vqcore.coding.wavelet.mosaic import A_DOUBLING, times_smaller
from vqcore.coding.wavelet.spending import Spent
from vqcore.lab.bands import Inside
from vqcore.lab.study import Study
from vqcore.show.bandplots import PLANES, bar_name, bars_of, spending_figure
from vqcore.show.panels import Chart, Table, chart_of, table_of
from vqcore.show.tables import MISSING
from vqcore.show.wording import column_name, kilobytes, listed, percentage, sentences
from vqcore.words import say


class Drawn(NamedTuple):
    """A picture, what it shows for who does not see it, and what is to be said of it."""

    png: bytes
    alt: str
    caption: str


def finding(study: Study, size: int, inside: Inside) -> str:
    """Say in numbers where the bits of a size's file went."""
    spending, whole = inside.spending, _file_bytes(study, size)

    def told(of: str, some: Sequence[Spent]) -> str:
        coefficients = sum(it.coefficients for it in some) / spending.coefficients
        taken = sum(it.bits / 8 for it in some) / whole
        return say(f"bands.{of}", coefficients=percentage(coefficients), file=percentage(taken))

    finest = told("finest", [it for it in spending.bands if it.level == 1])
    chroma = [it for it in spending.bands if it.plane]
    codebook = say("bands.no-codebook")
    if taken := spending.codebook_bits / 8:
        codebook = say("bands.own", bytes=kilobytes(taken), file=percentage(taken / whole))
    return sentences(finest, told("colour", chroma) if chroma else "", codebook)


def spending_chart(study: Study, size: int, inside: Inside) -> Chart:
    """Return where the bits of a size's file went, level by level."""
    whole = _file_bytes(study, size)
    bars = bars_of(inside.spending).items()
    told = listed(f"{bar_name(bar)}: {percentage(height / whole)}" for bar, height in bars)
    figure = spending_figure(inside.spending, whole)
    return chart_of("spending", figure, size=str(size), shares=told)


def spending_table(study: Study, size: int, inside: Inside) -> Table:
    """Return what each band takes, the codebook and the head: the whole file."""
    spending, whole = inside.spending, _file_bytes(study, size)
    bands = sorted(spending.bands, key=lambda it: (it.plane, it.level))
    rows = [_band_row(it, whole) for it in bands]
    rows.append(_row(say("bands.codebook"), spending.codebook_bits / 8, whole))
    rows.append(_row(say("bands.head"), whole - spending.bits / 8, whole))
    return table_of("bands", rows, size=str(size))


def mosaic(study: Study, size: int, inside: Inside) -> Drawn:
    """Return the bands of luma as a picture."""
    luma = [it for it in inside.spending.bands if it.plane == 0 and it.nothing is not None]
    vectors = [it.coefficients for it in luma]
    nothing = np.average([it.nothing or 0 for it in luma], weights=vectors)
    alt = say("bands.mosaic-alt", size=str(size), nothing=percentage(float(nothing)))
    caption = say("bands.mosaic-caption", grays=[A_DOUBLING * n for n in (1, 2, 3)])
    times = times_smaller(study.layout.height, study.layout.width)
    smaller = say("bands.smaller", n=times) if times > 1 else ""
    return Drawn(inside.mosaic, alt, sentences(caption, smaller))


def _band_row(it: Spent, whole: int) -> dict[str, Any]:
    return _row(f"{it.band} {it.level}", it.bits / 8, whole) | {
        "plane": column_name(PLANES[it.plane]),
        "coefficients": it.coefficients,
        "nothing_percent": None if it.nothing is None else 100 * it.nothing,
        "coefficient_bits": it.bits / it.coefficients,
    }


def _row(name: str, taken: float, whole: int) -> dict[str, Any]:
    absent = {"coefficients": None, "nothing_percent": None, "coefficient_bits": None}
    shares = {"bytes_taken": taken, "file_percent": 100 * taken / whole}
    return {"plane": MISSING, "band": name, **absent, **shares}


def _file_bytes(study: Study, size: int) -> int:
    return study.steps[size].point.file_bytes
