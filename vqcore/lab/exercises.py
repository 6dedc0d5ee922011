"""Exercises on a picture: questions to the lab as an instrument, and its own figures as answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from math import floor, isinf, log2
from typing import Any, Literal, NamedTuple

from vqcore.arrays import Samples
from vqcore.lab.comparison import best_within_bytes
from vqcore.lab.matches import match_of
from vqcore.lab.rivals import Codec, Match
from vqcore.lab.store import Pieces, answering
from vqcore.lab.study import (
    Study,
    by_step,
    examining,
    known_by_step,
    known_healths,
    sweeping,
)
from vqcore.lab.sweeps import nearest_size
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.wavelet import STEP
from vqcore.signals.blocks import BlockSize
from vqcore.signals.pictures import read_picture

ExerciseId = Literal["bits", "reaching", "step", "half", "rival", "block"]

RIVAL: Codec = "jpeg"
WIDTHS = (2, 4, 8, 16)
KILOBYTES = 10
SEEN_SIZE = 32
SIDE = 160
"""Pixels of what is shown of two pictures, of which one is a rival's."""


@dataclass(frozen=True)
class Exercise:
    """A question with choices.

    Parameters
    ----------
    id
    choices : of which one is the answer
    answer
    facts : what question and reason are filled with, by name
    is_whole : whether it is of a picture without blocks
    """

    id: ExerciseId
    choices: tuple[Any, ...]
    answer: Any
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_whole: bool = False


class Pair(NamedTuple):
    """Two pictures of one place, one by our codebook and one by a rival; uint8 pixels."""

    first: Samples
    second: Samples


def exercises_on(study: Study) -> Iterator[Exercise]:
    """Yield the questions that can be answered by now."""
    makers: list[Callable[[Study], Exercise | None]] = [_bits, _reaching, _half, _rival, _block]
    is_whole = FAMILIES[study.settings.family].WHOLE
    if is_whole:
        makers = [_step, _half, _rival]
    return (replace(found, is_whole=is_whole) for make in makers if (found := make(study)))


def preparing(study: Study) -> Pieces:
    """Find out what the answers are."""
    yield from examining(study)
    step = study.steps[_seen_size(study)]
    yield from answering(study.store, [match_of(study, step, RIVAL, "size")])
    yield from sweeping(_varied(study))


def is_prepared(study: Study) -> bool:
    """Tell whether all answers are known that there can be."""
    step = study.steps.get(_seen_size(study))
    if step is None or len(known_healths(study)) < len(study.plan.sizes):
        return False
    question = match_of(study, step, RIVAL, "size")
    is_matched = study.store.has(question.kind, question.key)
    return is_matched and all(it.is_complete for it in _varied(study))


def _varied(study: Study) -> Sequence[Study]:
    """Return the studies that are compared: by width of blocks, or by step where there are none."""
    return by_step(study, _seen_size(study)) or _by_width(study)


def pair_of(study: Study) -> Pair | None:
    """Return the middle of the picture, by a rival and by our codebook in as many bytes.

    Which of them comes first, the picture decides.
    """
    step, match = study.steps.get(_seen_size(study)), _known_match(study)
    if step is None or match is None:
        return None
    both = read_picture(match.data, RIVAL).pixels, step.encoded.decode()
    first, second = (_middle(it) for it in (both if _rival_first(study) else both[::-1]))
    return Pair(first, second)


def _bits(study: Study) -> Exercise | None:
    """Ask how many bytes the indices take at fixed length."""
    size = _seen_size(study)
    bits, blocks = log2(size), study.layout.blocks
    answer = round(blocks * bits / 8)
    others = {round(blocks * factor / 8) for factor in (bits / 2, bits + 3, size)}
    facts = {"size": size, "bits": bits, "blocks": blocks, "bytes": answer}
    return Exercise("bits", tuple(sorted({answer, *others})), answer, facts)


def _reaching(study: Study) -> Exercise | None:
    """Ask for the smallest K that comes to a PSNR."""
    points = [step.point for step in study.steps.values()]
    if not study.is_complete or len(points) < 3:
        return None
    level = floor(points[len(points) // 2].psnr_db)
    answer = next(it for it in points if it.psnr_db >= level)
    facts = {"level": level, "psnr_db": answer.psnr_db}
    return Exercise("reaching", _sizes(study), answer.codebook_size, facts)


def _step(study: Study) -> Exercise | None:
    """Ask for the largest step that comes to a PSNR, where they differ by 1 dB or more."""
    size = _seen_size(study)
    every = by_step(study, size)
    known = {it.settings.options_by_name[STEP]: point for it, point in known_by_step(every).items()}
    if len(known) < 3 or not all(it.is_complete for it in every):
        return None
    levels = sorted(point.psnr_db for point in known.values())
    if levels[-1] - levels[0] < 1 or isinf(levels[len(levels) // 2]):
        return None
    level = floor(levels[len(levels) // 2])
    answer = max(step for step, point in known.items() if point.psnr_db >= level)
    found = {"psnr_db": known[answer].psnr_db, "bytes": known[answer].file_bytes}
    return Exercise("step", tuple(sorted(known)), answer, {"size": size, "level": level, **found})


def _half(study: Study) -> Exercise | None:
    """Ask for the K from which on the codebook is half of the file."""
    shares = {size: it.codebook_share for size, it in known_healths(study).items()}
    if len(shares) < len(study.plan.sizes):
        return None
    half = takewhile(lambda size: shares[size] >= 0.5, sorted(shares, reverse=True))
    answer = min(half, default=None)
    facts = {"percent": 100 * shares[answer]} if answer else {}
    return Exercise("half", (*_sizes(study), None), answer, facts)


def _rival(study: Study) -> Exercise | None:
    """Ask which of two pictures is a rival's."""
    match, step = _known_match(study), study.steps.get(_seen_size(study))
    if match is None or step is None:
        return None
    ours = step.point
    facts = {"bytes": match.point.file_bytes, "psnr_db": match.point.psnr_db}
    own = {"size": ours.codebook_size, "own_bytes": ours.file_bytes, "own_psnr_db": ours.psnr_db}
    return Exercise("rival", (1, 2), 1 if _rival_first(study) else 2, facts | own)


def _block(study: Study) -> Exercise | None:
    """Ask which width of blocks is best within some bytes, if there is one that is."""
    studies = _by_width(study)
    if not all(it.is_complete for it in studies):
        return None
    found = {
        it.settings.block_size.width: best_within_bytes(
            [step.point for step in it.steps.values()], 1000 * KILOBYTES
        )
        for it in studies
    }
    some = {width: point for width, point in found.items() if point}
    ranked = sorted(some, key=lambda width: some[width].psnr_db, reverse=True)
    if len(ranked) < 2 or some[ranked[0]].psnr_db == some[ranked[1]].psnr_db:
        return None
    best = ranked[0]
    facts = {"size": some[best].codebook_size, "psnr_db": some[best].psnr_db}
    return Exercise("block", WIDTHS, best, {"kilobytes": KILOBYTES, **facts})


def _by_width(study: Study) -> Sequence[Study]:
    own = study.settings
    return [
        replace(study, settings=replace(own, block_size=BlockSize(width, width)))
        for width in WIDTHS
    ]


def _sizes(study: Study) -> tuple[int, ...]:
    return tuple(study.plan.sizes)


def _seen_size(study: Study) -> int:
    return nearest_size(SEEN_SIZE, study.plan.sizes)


def _known_match(study: Study) -> Match | None:
    step = study.steps.get(_seen_size(study))
    if step is None:
        return None
    question = match_of(study, step, RIVAL, "size")
    found = study.store.find(question.kind, question.key)
    return found if isinstance(found, Match) else None


def _rival_first(study: Study) -> bool:
    return int(study.picture.digest[:2], 16) % 2 == 0


def _middle(pixels: Samples) -> Samples:
    """Return the middle of a picture, as large as `SIDE` at most."""
    height, width = pixels.shape[:2]
    top, left = max(0, height - SIDE) // 2, max(0, width - SIDE) // 2
    return pixels[top : top + SIDE, left : left + SIDE]
