"""What can be taken away from a picture under study: its name, what it is, how it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vqcore.coding.codebookfile import pack_codebook
from vqcore.lab.study import Study
from vqcore.lab.sweeps import Step
from vqcore.show import exports
from vqcore.show.curves import Curve
from vqcore.show.provenance import Provenance, provenance_of, stem_of
from vqcore.show.report import html_report
from vqcore.signals.blocks import shown_pixels, tile_sheet
from vqcore.signals.pictures import Picture, png_bytes

TILE_SIDE = 24
QUICK_PIXELS = 2_000_000


@dataclass(frozen=True, eq=False)
class Offer:
    """Something to take away.

    Parameters
    ----------
    name : what it is called on screen
    icon : a Material symbol
    what : what is in it, in a few words
    file_name : a suggestion
    make : returns the bytes of the file
    is_quick : whether it is made in no time that a person would notice
    """

    name: str
    icon: str
    what: str
    file_name: str
    make: Callable[[], bytes]
    is_quick: bool = True


def offers_of(
    study: Study, step: Step, curves: Callable[[], Sequence[Curve]]
) -> dict[str, list[Offer]]:
    """Return everything to take away at one codebook size, under headings.

    Parameters
    ----------
    study : Study
    step : the codebook size
    curves : returns the curves there are so far, ours first
    """
    source = provenance_of(study.picture, study.settings, step.point.codebook_size)
    return {
        "Picture": _pictures(study.picture, step, source),
        "Codebook": _codebooks(step, source),
        "Figures": _figures(study, step, source, curves),
    }


def _pictures(picture: Picture, step: Step, source: Provenance) -> list[Offer]:
    is_quick = picture.width * picture.height <= QUICK_PIXELS
    original = {name: source.texts[name] for name in ("Software", "picture", "digest")}
    return [
        Offer(
            "Compressed (.vq)",
            "grid_view",
            "It decodes to the picture you see",
            f"{source.file_stem}.vq",
            lambda: step.file,
        ),
        Offer(
            "Reconstruction (PNG)",
            "image",
            "The picture you see, to the pixel",
            f"{source.file_stem}.png",
            lambda: png_bytes(step.encoded.decode(), source.texts),
            is_quick,
        ),
        Offer(
            "Original (PNG)",
            "photo",
            "What was quantized: 8 bits, upright, in sRGB",
            f"{stem_of(picture.name)}.png",
            lambda: png_bytes(picture.pixels, original),
            is_quick,
        ),
    ]


def _codebooks(step: Step, source: Provenance) -> list[Offer]:
    name, encoded = source.file_stem, step.encoded
    return [
        Offer(
            "Codebook (.npz)",
            "dataset",
            "For other pictures, here and in the command line",
            f"{name}.npz",
            lambda: pack_codebook(encoded.shared, source.comment),
        ),
        Offer(
            "Codebook (.npy)",
            "data_array",
            "The codewords alone, for numpy.load",
            f"{name}.npy",
            lambda: exports.codebook_npy(encoded.codebook),
        ),
        Offer(
            "Codebook (PNG)",
            "grid_on",
            "Its tiles, enlarged",
            f"{name}-codebook.png",
            lambda: png_bytes(tile_sheet(encoded.tiles, TILE_SIDE), source.texts),
        ),
    ]


def _figures(
    study: Study, step: Step, source: Provenance, curves: Callable[[], Sequence[Curve]]
) -> list[Offer]:
    every = replace(source, codebook_size=None)
    picture = study.picture

    def report() -> bytes:
        original = shown_pixels(picture, study.plan.layout)
        return html_report(source, original, step, curves(), picture.origin).encode()

    return [
        Offer(
            "All figures (CSV)",
            "table",
            "Every K, and every other curve, for spreadsheets",
            f"{every.file_stem}.csv",
            lambda: exports.curves_csv(every, curves()).encode(),
        ),
        Offer(
            "All figures (JSON)",
            "data_object",
            "The same, for programs",
            f"{every.file_stem}.json",
            lambda: exports.curves_json(every, picture, curves()).encode(),
        ),
        Offer(
            "Report (HTML)",
            "article",
            "Pictures and live plots on one page",
            f"{source.file_stem}.html",
            report,
            is_quick=False,
        ),
    ]
