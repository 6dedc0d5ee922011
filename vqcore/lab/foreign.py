"""A picture under study, encoded with a codebook from elsewhere."""

from __future__ import annotations

from dataclasses import replace

from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Settings
from vqcore.lab.sharing import Use, use_work
from vqcore.lab.store import Question
from vqcore.lab.study import Study
from vqcore.work import Work


def settings_with(study: Study, shared: SharedCodebook) -> Settings:
    """Return the settings of a study for plain codebooks of that block size and colour mode."""
    plain = replace(study.settings.without_given, family=Settings.family, options=())
    return replace(plain, block_size=shared.block_size, colour=shared.colour)


def study_with_own(study: Study, shared: SharedCodebook) -> Study:
    """Return the study of the same picture at a codebook's block size, colour mode and K."""
    return replace(study, settings=settings_with(study, shared), sizes=(shared.codebook.size,))


def use_of(study: Study, shared: SharedCodebook) -> Question:
    """Ask for the picture encoded with a codebook."""
    rate_weight = study.settings.rate_weight

    def work() -> Work[Use]:
        return use_work(study.picture, shared, rate_weight)

    return Question("use", (study.picture.digest, shared.checksum, rate_weight), work, "using")
