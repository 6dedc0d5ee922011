"""What can be taken away from a picture under study: its name, what it is, how it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from vqcore.codebooks.textbook import Round, runs_work
from vqcore.coding.codebookfile import pack_codebook
from vqcore.lab.joint import Tried, known_codebook
from vqcore.lab.sharing import Use
from vqcore.lab.study import Study, known_book
from vqcore.lab.sweeps import Step
from vqcore.show import exports
from vqcore.show.curves import Curve
from vqcore.show.provenance import Provenance, provenance_of, stem_of, use_stems
from vqcore.show.report import html_report
from vqcore.show.tables import MISSING
from vqcore.show.wording import kilobytes, plain
from vqcore.signals.blocks import shown_pixels, tile_sheet
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.words import say
from vqcore.work import finish

TILE_SIDE = 24
QUICK_PIXELS = 2_000_000

Group = Literal["picture", "sound", "codebook", "vectors", "figures"]


class File(NamedTuple):
    """A file to take away: what its button says, its name, and what is in it or makes it."""

    label: str
    name: str
    data: bytes | str | Callable[[], bytes]


@dataclass(frozen=True, eq=False)
class Offer:
    """Something to take away.

    Parameters
    ----------
    id : which of the downloads
    icon : a Material symbol
    file_name : a suggestion
    make : returns the bytes of the file
    is_quick : whether it is made in no time that a person would notice
    """

    id: str
    icon: str
    file_name: str
    make: Callable[[], bytes]
    is_quick: bool = True

    @property
    def name(self) -> str:
        return say(f"download.{self.id}.name")

    @property
    def what(self) -> str:
        """Say in a few words what is in it, and that it is made only when asked for."""
        what = say(f"download.{self.id}.what")
        return what if self.is_quick else say("offers.later", what=what)

    @cached_property
    def file(self) -> File:
        """The file, or what makes it if that takes long."""
        data = self.make() if self.is_quick else self.make
        return File(f":primary[{self.name}]", self.file_name, data)

    @property
    def size(self) -> str:
        """Say how large it is, if it is made."""
        data = self.file.data
        return MISSING if callable(data) else kilobytes(len(data))


def offered(
    study: Study,
    step: Step,
    curves: Callable[[], Sequence[Curve]],
    tries: Sequence[Tried] = (),
) -> dict[Group, list[Offer]]:
    """Return everything to take away at one codebook size, in groups.

    Parameters
    ----------
    study : Study
    step : the codebook size
    curves : returns the curves there are so far, ours first
    tries : pictures with one codebook for several, for the report
    """
    source = provenance_of(study.picture, study.settings, step.point.codebook_size)
    return {
        "picture": _pictures(study.picture, step, source),
        "codebook": _codebooks(step, source) if study.settings.is_plain else [_sheet(step, source)],
        "figures": _figures(study, step, source, curves, tries),
    }


def _pictures(picture: Picture, step: Step, source: Provenance) -> list[Offer]:
    is_quick = picture.width * picture.height <= QUICK_PIXELS
    original = {name: source.texts[name] for name in ("Software", "picture", "digest")}
    return [
        Offer(
            "vq",
            "grid_view",
            f"{source.file_stem}.vq",
            lambda: step.file,
        ),
        Offer(
            "reconstruction",
            "image",
            f"{source.file_stem}.png",
            lambda: png_bytes(step.encoded.decode(), source.texts),
            is_quick,
        ),
        Offer(
            "original",
            "photo",
            f"{stem_of(picture.name)}.png",
            lambda: png_bytes(picture.pixels, original),
            is_quick,
        ),
    ]


def _codebooks(step: Step, source: Provenance) -> list[Offer]:
    name, encoded = source.file_stem, step.encoded
    return [
        Offer(
            "codebook-npz",
            "dataset",
            f"{name}.npz",
            lambda: pack_codebook(encoded.shared, source.comment),
        ),
        Offer(
            "codebook-npy",
            "data_array",
            f"{name}.npy",
            lambda: exports.npy_bytes(encoded.shared.codebook.codewords),
        ),
        _sheet(step, source),
    ]


def _sheet(step: Step, source: Provenance) -> Offer:
    return Offer(
        "codebook-png",
        "grid_on",
        f"{source.file_stem}-codebook.png",
        lambda: png_bytes(tile_sheet(step.encoded.tiles, TILE_SIDE), source.texts),
    )


def _figures(
    study: Study,
    step: Step,
    source: Provenance,
    curves: Callable[[], Sequence[Curve]],
    tries: Sequence[Tried],
) -> list[Offer]:
    every = replace(source, codebook_size=None)
    picture = study.picture

    def report() -> bytes:
        original = shown_pixels(picture, study.plan.layout)
        page = html_report(source, original, step, curves(), picture.origin, tries)
        return page.encode()

    return [
        Offer(
            "csv",
            "table",
            f"{every.file_stem}.csv",
            lambda: exports.curves_csv(every, curves()).encode(),
        ),
        Offer(
            "json",
            "data_object",
            f"{every.file_stem}.json",
            lambda: exports.curves_json(every, picture, curves()).encode(),
        ),
        Offer(
            "report",
            "article",
            f"{source.file_stem}.html",
            report,
            is_quick=False,
        ),
    ]


def book_files(study: Study, size: int) -> list[File]:
    """Return the iterations of a training by the book, and the codewords of each; if known."""
    book = known_book(study, size)
    if book is None:
        return []
    name = f"iterations-K{size}"

    def packed() -> bytes:
        return exports.rounds_npz(_rounds(study, size))

    def table() -> bytes:
        return exports.rounds_csv(_rounds(study, size)).encode()

    return [
        File(say("training.book-file"), f"{name}.csv", exports.book_csv(book.lines)),
        File(say("training.rounds-table"), f"{name}-codewords.csv", table),
        File(say("training.rounds-file"), f"{name}.npz", packed),
    ]


def _rounds(study: Study, size: int) -> tuple[Round, ...]:
    """Train by the book again, for the codewords of every iteration."""
    assert study.settings.rules
    work = runs_work(study.cut.vectors, size, study.settings.rules, study.settings.seed)
    best, *_ = finish(work)
    return best.rounds


def joint_files(inside: Sequence[Study], size: int) -> list[File]:
    """Return the one codebook of several pictures, if it is known."""
    shared = known_codebook(inside, size) if inside else None
    if shared is None:
        return []
    pictures, size = len(inside), shared.codebook.size
    comment = exports.training_comment(pictures, inside[0].settings, size)
    name = f"{pictures}-pictures-K{size}.npz"
    return [File(say("pictures.codebook"), name, pack_codebook(shared, comment))]


def use_files(codebook: str, use: Use, own: Study) -> list[File]:
    """Return the file of a picture with a codebook of that name, and with its own if known."""
    names = codebook, say("codebook.own")
    files = use.file, *(step.file for step in own.steps.values())
    return [
        File(say("codebook.file", name=plain(name)), f"{stem}.vq", file)
        for name, file, stem in zip(names, files, use_stems(own, codebook), strict=False)
    ]
