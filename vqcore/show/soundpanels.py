"""What the panels of sounds show: charts and tables, each with its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from vqcore.coding.soundcodec import SOUND_FAMILIES, SoundQuantizer
from vqcore.lab.climb import known_healths, known_held_out
from vqcore.lab.soundrivals import RIVALS, SoundCodec, SoundRival
from vqcore.lab.soundsharing import SoundTried, SoundUse
from vqcore.lab.soundstudy import SoundStudy, known_rivals, known_transfers
from vqcore.lab.soundsweeps import SoundCost, SoundFigures
from vqcore.lab.speakers import ENOUGH, LineUp, speaker_of
from vqcore.lab.uploads import unused_name
from vqcore.show import exports, soundplots
from vqcore.show.downloads import File
from vqcore.show.panels import Chart, Sheet, Table, chart_of, table_of, tried_in_words
from vqcore.show.plots import held_out_figure, perplexity_figure, size_area
from vqcore.show.pointplots import RateCurve
from vqcore.show.provenance import stem_of
from vqcore.show.soundplots import Measure
from vqcore.show.tables import (
    columns,
    point_book_row,
    point_rung_row,
    rows_of,
    sound_row,
    sound_try_row,
    sound_uses_table,
)
from vqcore.show.verdicts import vector_health_row, verdicts
from vqcore.show.wording import listed, plain, sentences, sound_codec_name, sound_name
from vqcore.signals.frames import FRAMES_A_SECOND
from vqcore.signals.sounds import Sound
from vqcore.words import say


def size_charts(study: SoundStudy, measure: Measure) -> tuple[Chart, ...]:
    """Return the charts of the figures against K; the page marks the K that side B has."""
    figures, sizes = study.figures, study.plan
    return (
        _size_chart("sound-likeness", soundplots.likeness_figure(figures, sizes, measure), sizes),
        _size_chart("sound-rates", soundplots.rates_figure(figures, sizes), sizes),
    )


def _size_chart(name: str, figure: Any, sizes: Sequence[int]) -> Chart:
    """Return a chart against K, on which the page marks the one that side B has."""
    return replace(chart_of(name, figure), area=size_area(sizes))


def health_sentences(study: SoundStudy, size: int) -> list[str]:
    """Return what the health of a K comes to; nothing while it is not known."""
    health, out = known_healths(study).get(size), known_held_out(study).get(size)
    return verdicts(health, out, "sounds") if health else []


def health_charts(study: SoundStudy) -> tuple[Chart, ...]:
    """Return the charts of use, and of vectors not trained on."""
    healths, results = list(known_healths(study).values()), list(known_held_out(study).values())
    sizes = study.plan
    return (
        _size_chart("sound-perplexity", perplexity_figure(healths, sizes), sizes),
        _size_chart("sound-held-out", held_out_figure(results, sizes, "snr_db"), sizes),
    )


def health_table(study: SoundStudy) -> Table:
    results = known_held_out(study)
    rows = [vector_health_row(it, results.get(size)) for size, it in known_healths(study).items()]
    return table_of("sound-health", rows)


def transfers_table(study: SoundStudy, other: Sound) -> Table | None:
    """Return what codebooks of another sound are worth to this one, as far as that is known."""
    rows = rows_of(columns("sound-transfers"), known_transfers(study, other))
    return table_of("sound-transfers", rows, name=plain(sound_name(other.name))) if rows else None


def rate_chart(study: SoundStudy, others: Sequence[SoundStudy], measure: Measure) -> Chart:
    """Return the plane of kbit/s and likeness: ours, other families, and other codecs.

    By the SNR of a waveform stand only those that keep it.
    """
    by_waveform = measure in ("snr_db", "segmental_snr_db")
    curves = [it for each in (study, *others) if each.steps for it in _own(each, measure)]
    for codec, how in RIVALS.items():
        if how.keeps_waveform or not by_waveform:
            curves += _rival(codec, known_rivals(study, codec), measure)
    return chart_of("sound-plane", soundplots.rate_figure(curves, measure))


def _own(study: SoundStudy, measure: Measure) -> list[RateCurve]:
    """Return a family's curve by its files; of the plain one also at fixed length."""
    family = study.settings.family
    figures = [it for it in study.figures if getattr(it, measure) is not None]
    labels = [say("figure.k", size=it.codebook_size) for it in figures]
    values, name = [getattr(it, measure) for it in figures], say(f"sound-family.{family}")
    place = SOUND_FAMILIES.index(family)
    file = RateCurve(
        place,
        say("plot.curve.in-files", name=name),
        [it.file_kbps for it in figures],
        values,
        labels,
    )
    if family != "plain":
        return [file]
    told = say("plot.curve.fixed", family=name)
    return [RateCurve("nominal", told, [it.nominal_kbps for it in figures], values, labels), file]


def _rival(codec: SoundCodec, found: Sequence[SoundRival], measure: Measure) -> list[RateCurve]:
    """Return a codec's curve, if there is any."""
    some = [it for it in found if getattr(it, measure) is not None]
    if not some:
        return []
    labels = [say("sound.bytes", name=sound_codec_name(codec), n=it.file_bytes) for it in some]
    values = [getattr(it, measure) for it in some]
    rates = [it.file_kbps for it in some]
    return [RateCurve(codec, sound_codec_name(codec), rates, values, labels)]


def figures_table(study: SoundStudy) -> Table:
    """Return the figures of every K."""
    return table_of("sounds", rows_of(columns("sounds"), study.figures))


def file_table(cost: SoundCost) -> Table:
    """Return what a .vq file costs and, where that is known, how near it comes."""
    known = vars(cost).keys() - {"train_seconds", "encode_seconds"}
    told = "sound-file" if isinstance(cost, SoundFigures) else "sound-file-alone"
    table = table_of("sounds", [vars(cost)], told)
    return replace(table, columns={name: it for name, it in table.columns.items() if name in known})


def training_table(study: SoundStudy, size: int) -> Table | None:
    """Return how codebooks were trained: by the book the iterations of a K, else every rung."""
    book = study.steps[size].trained.book if size in study.steps else None
    if book:
        rows, tried = list(map(point_book_row, book.lines)), tried_in_words(book)
        return table_of("point-book", rows, size=str(size), tried=tried)
    trained = {size: step.trained for size, step in study.steps.items()}
    rows = [point_rung_row(size, it) for size, it in trained.items() if it.stage("finish")]
    return table_of("point-rungs", rows, "sound-rungs") if rows else None


def other_cut(study: SoundStudy, name: str, shared: SoundQuantizer) -> list[str]:
    """Say how a sound is cut for the codebook of a file, if that is not as in the settings."""
    own, told = study.settings, {"d": shared.dimension, "rate": shared.rate}
    if (own.dimension, own.rate) == (shared.dimension, shared.rate):
        return []
    cut = say("codebook.cut", name=plain(name), **told)
    return [cut, say("codebook.hear-at", **told)] if own.rate != shared.rate else [cut]


def uses_sheet(codebook: str, use: SoundUse, own: SoundStudy) -> Sheet:
    """Return what a sound comes to with the codebook of a file, and with its own so far."""
    name = plain(codebook)
    uses = [(name, use.figures), *((say("codebook.own-sound"), it) for it in own.figures)]
    told = say("codebook.kept-elsewhere", name=name, sentence=say("shared.inside"))
    return Sheet(sound_uses_table(uses), caption=told)


def use_files(codebook: str, use: SoundUse, own: SoundStudy) -> list[File]:
    """Return the .vq of a sound with the codebook of a file, and with its own if known."""
    stem, size = stem_of(own.sound.name), use.figures.codebook_size
    files = [(codebook, f"{stem}-K{size}-with-{stem_of(codebook)}", use.file)]
    files += [(say("codebook.own-sound"), f"{stem}-K{k}", it.file) for k, it in own.steps.items()]
    return [
        File(say("codebook.file", name=plain(name)), f"{file}.vq", data)
        for name, file, data in files
    ]


def each_table(studies: Sequence[SoundStudy]) -> Table | None:
    """Return each of several sounds at one K, as far as it is done."""
    rows = [sound_row(it.sound.name, it.sound, figures) for it in studies for figures in it.figures]
    return table_of("each-sound", rows) if rows else None


def tries_table(tries: Sequence[SoundTried], size: int) -> Table | None:
    """Return how sounds fare with one codebook, as far as that is done."""
    rows = list(map(sound_try_row, tries))
    return table_of("sound-tries", rows, size=str(size)) if rows else None


def joint_files(study: SoundStudy, tries: Sequence[SoundTried], size: int) -> list[File]:
    """Return the .vq of the sound shown with the codebook of several, and those of all."""
    inside, stems = sum(it.is_inside for it in tries), dict[str, str]()
    for it in tries:
        stems[it.name] = unused_name(stem_of(it.name), stems.values())
    named = {name: f"{stem}-K{size}-of-{inside}.vq" for name, stem in stems.items()}
    own = [
        File(say("sounds.vq"), named[it.name], it.joint.file)
        for it in tries
        if it.name == study.sound.name
    ]
    files = {named[it.name]: it.joint.file for it in tries}
    every = File(say("sounds.zip"), f"sounds-K{size}-of-{inside}.zip", exports.zip_bytes(files))
    return [*own, every] if tries else []


def what_a_line_up_lacks(of: LineUp) -> str | None:
    """Say what it takes to tell voices apart, if that is not there."""
    if len(of.every) <= ENOUGH:
        return say("speakers.too-few")
    if len(of.voices) < ENOUGH:
        return say("speakers.no-voices")
    return None if of.tests else say("speakers.no-test")


def speakers_table(of: LineUp) -> Table | None:
    """Return how far each test is from each voice, as far as that is known."""
    names, found = list(of.voices), of.found
    if not found or len(names) < ENOUGH:
        return None
    rows = [
        {"test": it.name, "heard_seconds": _seconds_heard(of, it.name), "nearest": it.nearest}
        | {f"voice {place}": it.distortions[name] for place, name in enumerate(names)}
        for it in found
    ]
    of_voices = {f"voice {place}": (name, "%.4f") for place, name in enumerate(names)}
    table = table_of("speakers", rows, size=str(of.size))
    return replace(table, columns={**table.columns, **of_voices})


def _seconds_heard(of: LineUp, test: str) -> float | None:
    frames = of.frames_of(of.tests[test])
    return frames and frames / FRAMES_A_SECOND


def told_of_speakers(of: LineUp) -> list[str]:
    """Say how many answers are right, who speaks in several files, and what was left out."""
    several = [
        say("speakers.several", name=plain(name), files=_listed(recordings))
        for name, recordings in of.speakers.items()
        if len(recordings) > 1
    ]
    short = say("speakers.short", files=_listed(of.short)) if of.short else ""
    return [_right_answers(of), sentences(*several), short]


def _right_answers(of: LineUp) -> str:
    """Say how many tests named after a speaker went to that one, if any are."""
    voices = of.voices
    named = [it for it in of.found if speaker_of(it.name) in voices and len(voices) >= ENOUGH]
    right = sum(it.nearest == speaker_of(it.name) for it in named)
    return say("speakers.right", n=len(named), right=right) if named else ""


def _listed(names: Iterable[str]) -> str:
    return listed(map(plain, names))
