"""What is shown of very many pictures: how far the work is, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import PurePath

from vqcore.archive.collection import Found, Outcome, Thumbnail
from vqcore.archive.gathering import Gathering, trained_id
from vqcore.coding.codebookfile import SharedCodebook, pack_codebook
from vqcore.lab.uploads import Upload
from vqcore.lab.vqfiles import open_vq
from vqcore.show import collectionplots, exports
from vqcore.show.downloads import File
from vqcore.show.panels import Chart, chart_of
from vqcore.show.verdicts import verdicts
from vqcore.show.wording import count, decibels, kilobytes, listed, plain, rate
from vqcore.words import say

ERRORS_LISTED = 100


def progress_of(gathering: Gathering) -> tuple[float, str]:
    """Return how much of a step is done, and that in words, with its pace and the time left."""
    if gathering.step == "training":
        return 0.0, say("collection.doing.training", size=gathering.size)
    going, every = gathering.pace, gathering.count
    facts = [
        say(f"collection.doing.{gathering.step}"),
        say("collection.done", done=count(going.pictures), every=count(every)),
        say("collection.speed", done=going.pixels / 1e6, rate=going.pixels_a_second / 1e6),
        time_left(going.seconds_left),
    ]
    return min(1.0, going.pictures / every), listed(filter(None, facts))


def time_left(seconds: float) -> str:
    """Say about how long something still takes; nothing while nobody knows."""
    if not 0 < seconds < math.inf:
        return ""
    if seconds < 90:
        return say("collection.seconds-left", n=math.ceil(seconds))
    return say("collection.minutes-left", n=math.ceil(seconds / 60))


def summary(gathering: Gathering) -> str:
    """Say what all pictures come to, or why there is nothing to say."""
    if gathering.is_stopped:
        return say("collection.stopped")
    if gathering.failed:
        return say("collection.failed")
    good = gathering.good
    if not good:
        return say("collection.nothing")
    total, pixels = sum(it.bytes for it in good), sum(it.width * it.height for it in good)
    means = [it.psnr_db for it in good if it.psnr_db is not None and math.isfinite(it.psnr_db)]
    facts = [say("collection.pictures", n=len(good)), kilobytes(total), rate(8 * total / pixels)]
    if means:
        mean = decibels(sum(means) / len(means))
        facts.append(say("collection.mean", psnr_db=mean))
    return listed(facts)


def distributions(gathering: Gathering) -> tuple[Chart, ...]:
    """Return how PSNR and bits per pixel are distributed over the pictures."""
    return tuple(filter(None, (_psnr_chart(gathering.good), _rate_chart(gathering.good))))


def _psnr_chart(good: Sequence[Outcome]) -> Chart | None:
    every = [it.psnr_db for it in good if it.psnr_db is not None]
    values = [it for it in every if math.isfinite(it)]
    if not values:
        return None
    low, high = decibels(min(values)), decibels(max(values))
    figure = collectionplots.distribution_figure(values, "psnr_db")
    return chart_of("collection-psnr", figure, n=len(values), low=low, high=high)


def _rate_chart(good: Sequence[Outcome]) -> Chart | None:
    values = [it.rate_bpp for it in good if it.rate_bpp is not None]
    if not values:
        return None
    figure = collectionplots.distribution_figure(values, "rate")
    low, high = rate(min(values)), rate(max(values))
    return chart_of("collection-rate", figure, n=len(values), low=low, high=high)


def health_sentences(gathering: Gathering) -> list[str]:
    """Say how the codebook does over all pictures."""
    return verdicts(gathering.seen.health, of="collection") if gathering.seen else []


def told_of(it: Thumbnail) -> str:
    """Return what stands under a thumbnail."""
    outcome = it.outcome
    figures = decibels(outcome.psnr_db or 0), kilobytes(outcome.bytes)
    return listed([plain(outcome.picture), *figures])


def sides_of(it: Thumbnail) -> list[tuple[bytes, str]]:
    """Return the two sides of a thumbnail, each a PNG and what it shows."""
    name = it.outcome.picture
    original, rebuilt = say("collection.original", name=name), say("collection.rebuilt", name=name)
    return [(it.original, original), (it.rebuilt, rebuilt)]


def refused(gathering: Gathering) -> tuple[str, list[str]]:
    """Say how many pictures could not be encoded, and of each why; of very many, of the first."""
    bad = gathering.bad
    if not bad:
        return "", []
    few = bad[:ERRORS_LISTED]
    reasons = [(plain(it.picture), plain(str(it.error))) for it in few]
    told = [say("sidebar.refused", name=name, reason=reason) for name, reason in reasons]
    more = [say("collection.more-refused", n=len(bad) - len(few))] if len(bad) > len(few) else []
    return say("collection.refused", n=len(bad)), [*told, *more]


def codebook_of(gathering: Gathering, found: Found) -> Upload:
    """Return the codebook that was trained, as if it were uploaded."""
    asked, shared = gathering.asked, found.shared
    stem, key = f"{_stem(gathering)}-K{shared.size}", trained_id(shared)
    if isinstance(shared, SharedCodebook):
        told = found.pictures, asked.settings, shared.size, asked.passes
        data = pack_codebook(shared, exports.training_comment(*told))
        return Upload(key, f"{stem}.npz", data, shared)
    return Upload(key, f"{stem}.vq", found.file, open_vq(found.file, []))


def files(gathering: Gathering, book: Upload) -> list[File]:
    """Return what can be taken away: the codebook, and the figures of all pictures."""
    asked, outcomes = gathering.asked, gathering.outcomes
    path = PurePath(book.name)

    def table() -> bytes:
        return exports.collection_csv(outcomes, asked.settings, asked.size).encode()

    def record() -> bytes:
        return exports.collection_json(outcomes, asked.settings, asked.size).encode()

    return [
        File(say("collection.codebook", suffix=path.suffix), book.name, book.data),
        File(say("collection.csv"), f"{path.stem}.csv", table),
        File(say("collection.json"), f"{path.stem}.json", record),
    ]


def _stem(gathering: Gathering) -> str:
    return gathering.asked.name or f"{gathering.count}-pictures"
