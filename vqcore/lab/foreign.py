"""A picture under study, encoded with a codebook from elsewhere."""

from __future__ import annotations

from dataclasses import replace

from vqcore.coding.codec import Settings
from vqcore.lab.sharing import Shared, Use, use_work
from vqcore.lab.store import Question
from vqcore.lab.study import Study
from vqcore.work import Work


def settings_with(study: Study, shared: Shared) -> Settings:
    """Return the settings of a study for that family, block size and colour mode, unsmoothed.

    What else the family goes by is as the codebook has it, or else as in the study, or if that is
    of another family as usual.
    """
    given, family = study.settings.without_given, shared.quantizer.family
    if family != given.family:
        given = Settings(seed=given.seed, rate_weight=given.rate_weight, family=family)
    own = {**given.options_by_name, **shared.quantizer.options}
    given = replace(given, options=tuple(own.values()), smoothing=False)
    return replace(given, block_size=shared.block_size, colour=shared.colour)


def study_with_own(study: Study, shared: Shared) -> Study:
    """Return the study of the same picture with a codebook of that family, cut and K."""
    return replace(study, settings=settings_with(study, shared), sizes=(shared.size,))


def use_of(study: Study, shared: Shared) -> Question:
    """Ask for the picture encoded with a codebook."""
    rate_weight = study.settings.rate_weight

    def work() -> Work[Use]:
        return use_work(study.picture, shared, rate_weight)

    return Question("use", (study.picture.digest, shared.checksum, rate_weight), work, "using")
