"""What the page answers to uploads that are no picture to choose."""

from __future__ import annotations

from collections.abc import Sequence

from vqcore.coding.codebookfile import Cut
from vqcore.lab.sharing import fits
from vqcore.lab.uploads import NamedCodebook, Refusal, Uploads
from vqcore.lab.vqfiles import VqFile
from vqcore.show.wording import codebook_in_short, misfit, plain
from vqcore.signals.pictures import Picture
from vqcore.words import say


def to_refused(refused: Sequence[Refusal]) -> list[str]:
    """Say why files could not be opened."""
    return [_refused(it.name, plain(it.reason)) for it in refused]


def to_codebooks(codebooks: Sequence[NamedCodebook], shown: Picture | VqFile) -> list[str]:
    """Say that codebooks are there, and whether they can be used for what is shown."""
    return [_loaded(it, not isinstance(shown, Picture) or _fits(shown, it)) for it in codebooks]


def to_codewords(there: Uploads, cut: Cut) -> list[str]:
    """Say of codewords alone that they are a codebook where they fit, or why they do not."""
    fitting = {it.name: it for it in there.codebooks_at(cut)}
    return [
        _loaded(fitting[name]) if name in fitting else _refused(name, misfit(codebook, cut))
        for name, codebook in there.alone.items()
    ]


def _fits(picture: Picture, codebook: NamedCodebook) -> bool:
    return fits(picture, codebook.shared.colour)


def _loaded(it: NamedCodebook, is_fitting: bool = True) -> str:
    answer = "sidebar.codebook" if is_fitting else "sidebar.codebook-not-for-gray"
    return say(answer, name=plain(it.name), what=codebook_in_short(it.shared))


def _refused(name: str, reason: str) -> str:
    return say("sidebar.refused", name=plain(name), reason=reason)
