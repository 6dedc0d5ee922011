"""Another codec's file matched to one of ours: as many bytes, or as good."""

from __future__ import annotations

from typing import Literal

from vqcore.lab.rivals import Codec, Match, RivalError, largest_within, same_psnr
from vqcore.lab.store import Question
from vqcore.lab.study import Study
from vqcore.lab.sweeps import Step
from vqcore.work import Work

By = Literal["size", "psnr"]


def match_of(study: Study, step: Step, codec: Codec, by: By) -> Question:
    """Ask for the file of a codec of at most the bytes of ours, or at least its PSNR.

    The answer is a Match, None if there is none, or why the codec cannot store the picture.
    """
    point = step.point

    def work() -> Work[Match | RivalError | None]:
        pixels = study.cut.pixels
        try:
            if by == "size":
                return (yield from largest_within(pixels, codec, point.file_bytes))
            return (yield from same_psnr(pixels, codec, point.psnr_db))
        except RivalError as error:
            return error

    facts = {"codec": codec, "by": by}
    key = study.original_id, codec, by, point.file_bytes if by == "size" else point.psnr_db
    return Question("match", key, work, "matching", facts)
