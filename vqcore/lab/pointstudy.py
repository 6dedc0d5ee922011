"""Points under study: what is known of them, and the work that finds out more; as in `study`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.source import sample_of
from vqcore.codebooks.training import Progress
from vqcore.lab import advantage, bounds, contest
from vqcore.lab.advantage import Advantage, AtDimension, Weighed
from vqcore.lab.bounds import ScalarPoint
from vqcore.lab.climb import Climb
from vqcore.lab.climb import examining as examining
from vqcore.lab.climb import holding_out as holding_out
from vqcore.lab.climb import known_healths as known_healths
from vqcore.lab.climb import known_held_out as known_held_out
from vqcore.lab.climb import sweeping as sweeping
from vqcore.lab.health import Health
from vqcore.lab.heldout import SnrHeldOut
from vqcore.lab.pointhealth import held_out_points, point_health_work
from vqcore.lab.pointreplay import REPLAYED, PointFrame, point_frames_work
from vqcore.lab.pointsweeps import (
    PointSettings,
    PointStep,
    possible_sizes,
    sweep_points,
)
from vqcore.lab.store import Key, Pieces, Question, Store, answering
from vqcore.quantizers.ofpoints import POINT_FAMILIES, largest_size
from vqcore.signals.points import Points
from vqcore.signals.sources import UPLOADED, Origin
from vqcore.work import Work

MOST_WEIGHED = 2**17
SCALAR_BITS = 6
SCALAR_RATES = [rate / 4 for rate in range(1, 25)]


@dataclass(eq=False)
class PointStudy(Climb[PointStep]):
    """Points, how they are to be quantized, and the sizes that are done.

    Parameters
    ----------
    points, settings
    sizes : codebook sizes as asked for; `plan` has those that are possible
    store : where everything found out is kept
    name : what the points are called on screen
    origin : where they come from

    A start given that does not fit the points is left out: `settings` then begin by splitting.
    """

    KIND = "point step"

    points: Points
    settings: PointSettings
    sizes: tuple[int, ...]
    store: Store
    name: str = ""
    origin: Origin = UPLOADED

    def __post_init__(self) -> None:
        given, rules = self.settings.given, self.settings.rules
        fits = {*map(len, given)} <= {self.points.dimension}
        fits = fits and len(given) <= distinct(self.store, self.points, len(given))
        if rules and rules.weights and len(rules.weights) != self.points.dimension:
            rules = replace(rules, weights=())
        if rules and not fits:
            rules = replace(rules, start="splitting", given=())
        self.settings = replace(self.settings, rules=rules)

    @property
    def swept(self) -> Key:
        """Return what sets this sweep apart."""
        return self.points.digest, self.settings

    @cached_property
    def plan(self) -> list[int]:
        """Return the sizes that are possible, ascending."""
        key = *self.swept, self.sizes
        return self.store.once(
            "point plan", key, lambda: possible_sizes(self.points, self.settings, self.sizes)
        )

    def events(self, missing: Sequence[int]) -> Generator[Progress | PointStep]:
        return sweep_points(self.points, self.settings, missing)

    def health_work(self, size: int) -> Work[Health]:
        return point_health_work(self.steps[size].encoded, self.points)

    def halves(self, missing: Sequence[int]) -> Generator[Progress | SnrHeldOut]:
        return held_out_points(self.points, self.settings, missing)


def distinct(store: Store, points: Points, at_most: int) -> int:
    """Return how many vectors are distinct; `at_most`, if as many are."""
    key = points.digest, at_most
    count = partial(largest_size, points.vectors, "plain", {}, at_most)
    return store.once("distinct points", key, count)


def relatives(study: PointStudy) -> list[PointStudy]:
    """Return the study of the same points with each other family's default options."""
    others = [family for family in POINT_FAMILIES if family != study.settings.family]
    seed = study.settings.seed
    return [replace(study, settings=PointSettings(family, seed=seed)) for family in others]


def measuring_scalars(study: PointStudy) -> Pieces:
    """Find the uniform scalar quantizers, of fixed length and entropy-coded."""
    key, points = (study.points.digest,), study.points

    def work() -> Work[tuple[list[ScalarPoint], list[ScalarPoint]]]:
        yield
        uniform = bounds.uniform_scalars(points, SCALAR_BITS)
        yield
        return uniform, bounds.entropy_coded_scalars(points, SCALAR_RATES)

    return answering(study.store, [Question("scalars", key, work, "measuring-scalars")])


def known_scalars(study: PointStudy) -> tuple[list[ScalarPoint], list[ScalarPoint]]:
    """Return the uniform scalar quantizers of fixed length, and those entropy-coded, if known."""
    found: tuple[list[ScalarPoint], list[ScalarPoint]]
    found = study.store.find("scalars", (study.points.digest,), ([], []))
    return found


def weighing(study: PointStudy) -> Pieces:
    """Find what vectors gain over scalars, at every possible number of bits, each from the last."""
    points, seed, find = weighed_points(study), study.settings.seed, study.store.find
    every, key = advantage.possible_bits(points), (study.points.digest, seed)

    def weigh(bits: int) -> Work[Weighed | None]:
        scalars, below = find("scalars of bits", key, {}), find("advantage", (*key, bits - 1))
        known = {"below": below, "whole": _own_codebook(study, 2 ** (bits * points.dimension))}
        return advantage.weighing_work(points, bits, seed, scalars=scalars, **known)

    def question(kind: str, key: Key, bits: int, work: Callable[[], Work[Any]]) -> Question:
        return Question(kind, key, work, "weighing", {"bits": bits})

    scalars = partial(advantage.scalars_work, points, every, seed)
    first = [question("scalars of bits", key, bits, scalars) for bits in every[:1]]
    rest = [question("advantage", (*key, bits), bits, partial(weigh, bits)) for bits in every]
    return answering(study.store, [*first, *rest])


def _own_codebook(study: PointStudy, size: int) -> Codebook | None:
    """Return the ladder's codebook of a size, if the sweep has found it for what is weighed."""
    if study.points.count > MOST_WEIGHED:
        return None
    key = study.points.digest, PointSettings(seed=study.settings.seed), size
    step: PointStep | None = study.store.find("point step", key)
    return Codebook(step.encoded.quantizer.tables[0]) if step else None


def weighed_points(study: PointStudy) -> Points:
    """Return the points, or of very many some drawn at random, which scalars are compared on."""
    points = study.points
    if points.count <= MOST_WEIGHED:
        return points

    def drawn() -> Points:
        some = sample_of(points.vectors, MOST_WEIGHED, np.random.default_rng(0))
        return Points(some, points.name, points.headings)

    return study.store.once("weighed points", (points.digest,), drawn)


def known_advantages(study: PointStudy) -> list[Advantage]:
    every = advantage.possible_bits(weighed_points(study))
    keys = [(study.points.digest, study.settings.seed, bits) for bits in every]
    found = [study.store.find("advantage", key) for key in keys]
    return [weighed.advantage for weighed in found if weighed]


def recutting(study: PointStudy, bits: int) -> Pieces:
    """Find what longer vectors gain at a number of bits."""
    points, seed = study.points, study.settings.seed
    key, facts = (points.digest, seed, bits), {"bits": bits}
    work = advantage.dimensions_work
    every = [Question("dimensions", key, lambda: work(points, bits, seed), "recutting", facts)]
    return answering(study.store, every)


def known_dimensions(study: PointStudy, bits: int) -> Sequence[AtDimension]:
    found: Sequence[AtDimension]
    found = study.store.find("dimensions", (study.points.digest, study.settings.seed, bits), ())
    return found


def racing(study: PointStudy, size: int) -> Pieces:
    """Train a size with every trainer, some seeds each."""

    def question(settings: PointSettings) -> Question:
        facts = {"size": size, "trainer": settings.trainer, "seed": settings.seed}
        key, work = (study.points.digest, settings, size), contest.point_run_work
        return Question(
            "point run", key, lambda: work(study.points, settings, size), "racing", facts
        )

    return answering(study.store, map(question, contest.point_contestants(study.settings)))


def known_runs(study: PointStudy, size: int) -> list[contest.Run]:
    every = contest.point_contestants(study.settings)
    keys = [(study.points.digest, settings, size) for settings in every]
    return [run for key in keys if (run := study.store.find("point run", key))]


def has_steps(study: PointStudy, size: int) -> bool:
    """Tell whether there are steps to tell of the training of a size."""
    if study.settings.family != "plain" or study.settings.trainer not in REPLAYED:
        return False
    trained = study.steps[size].trained
    return bool(trained.book) or (size > 1 and bool(trained.iterations))


def replaying(study: PointStudy, size: int) -> Pieces:
    """Train a size again, keeping what that does to the codewords."""

    def work() -> Work[list[PointFrame]]:
        return point_frames_work(study.points, study.settings, size)

    question = Question("point frames", (*study.swept, size), work, "replaying", {"size": size})
    return answering(study.store, [question])


def known_frames(study: PointStudy, size: int) -> list[PointFrame]:
    found: list[PointFrame] = study.store.find("point frames", (*study.swept, size), [])
    return found
