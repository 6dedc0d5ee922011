"""The bands of a picture under study: where the bits of its files went, and what is in them."""

from __future__ import annotations

from typing import NamedTuple

from vqcore.coding.wavelet.encoded import EncodedWavelet
from vqcore.coding.wavelet.mosaic import mosaic_of, smaller
from vqcore.coding.wavelet.spending import Spending, spending_work
from vqcore.lab.store import Pieces, Question, answering
from vqcore.lab.study import Study
from vqcore.signals.pictures import png_bytes
from vqcore.work import Work


class Inside(NamedTuple):
    """What is in a file of bands.

    Parameters
    ----------
    spending : where its bits went
    mosaic : a PNG of the bands of luma, see `coding.wavelet.mosaic`
    """

    spending: Spending
    mosaic: bytes


def looking_inside(study: Study, size: int) -> Pieces:
    """Find out where the bits of a size's file went, and draw its bands."""

    def work() -> Work[Inside]:
        encoded = study.steps[size].encoded
        assert isinstance(encoded, EncodedWavelet)
        spending = yield from spending_work(encoded)
        return Inside(spending, png_bytes(smaller(mosaic_of(encoded))))

    question = Question("bands", (*study.swept, size), work, "counting-bits", {"size": size})
    return answering(study.store, [question] if size in study.steps else [])


def known_inside(study: Study, size: int) -> Inside | None:
    """Return what is in the file of a size, if that was found out."""
    inside: Inside | None = study.store.find("bands", (*study.swept, size))
    return inside
