"""What the commands do with sounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from vqcore.codebooks.textbook import RulesError, rows_of
from vqcore.coding.soundcodec import (
    CutSound,
    EncodedSound,
    SoundQuantizer,
    SoundSettings,
    cut_sound,
    lent_by,
)
from vqcore.coding.soundcontainer import is_sound_file, parse_sound
from vqcore.commands import spectra
from vqcore.commands.options import (
    FAMILY,
    OF_SOUNDS,
    TRAINING,
    Codewords,
    Given,
    check_keeps_size,
    check_name,
    check_seed,
    chosen_options,
    chosen_rules,
    limit_of,
    refuse_beside_trained,
    refuse_others,
    sizes_of_start,
    start_of_pictures,
)
from vqcore.commands.running import (
    advancing,
    each_of,
    end_badly,
    load_sound,
    named_errors,
    one_line_errors,
    progress_bar,
    tell_limit,
    write_figures,
)
from vqcore.files import write_whole
from vqcore.lab.identification import identify, voice_of
from vqcore.lab.soundsharing import train_on_several, use_sound_work
from vqcore.lab.soundsweeps import (
    SoundStep,
    SweptSound,
    possible_sizes,
    sweep_cut_sound,
)
from vqcore.quantizers.plain import codebook_of
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.refusals import SoundError
from vqcore.show import exports, printed
from vqcore.signals.frames import DIMENSIONS, Dimension
from vqcore.signals.sounds import (
    SUFFIXES,
    SUFFIXES_OF_AV,
    SUFFIXES_WRITTEN,
    Rate,
    file_of,
)
from vqcore.work import finish

OWN = {"dimension", "rate"}


def are_sounds(place: Path) -> bool:
    """Tell whether a place is a sound, by its suffix."""
    return place.suffix.lower() in (*SUFFIXES, *SUFFIXES_OF_AV) and not place.is_dir()


def are_all_sounds(places: Sequence[Path]) -> bool:
    """Tell whether places are all sounds; refuse some among others."""
    found = [place for place in places if are_sounds(place)]
    if 0 < len(found) < len(places):
        other = next(place for place in places if place not in found)
        raise click.UsageError(f"{found[0]} is a sound and {other} is none: one kind at a time.")
    return bool(found)


def hold_a_sound(file: Path) -> bool:
    """Tell whether a .vq file holds a sound, by how it begins."""
    if not file.is_file():  # a pipe can be read but once
        return False
    try:
        with file.open("rb") as opened:
            return is_sound_file(opened.read(8))
    except OSError:
        return False


def sweep(given: Given) -> None:
    """Print and write the figures of each size, of a sound's samples or of its spectra."""
    if given["spectra"]:
        spectra.sweep(given)
        return
    refuse_others({"places", "sizes", "json_file", "csv_file"} | OWN | TRAINING | FAMILY, "sounds")
    settings = _settings(given)
    check_keeps_size(settings.rules)
    kinds = (OSError, SoundError, RulesError)
    sweeps, errors = each_of(
        given["places"], lambda it: _swept(it, settings, given["sizes"]), kinds
    )
    _tell_figures(sweeps)
    write_figures(given, sweeps, exports.sound_sweeps_json, exports.sound_sweeps_csv)
    end_badly(errors)


def _swept(place: Path, settings: SoundSettings, sizes: Sequence[int]) -> SweptSound:
    cut = _cut(place, settings)
    possible = _possible(cut, settings, sizes, "sizes")
    figures = tuple(step.figures for step in _steps(cut, settings, possible))
    return SweptSound(cut.sound, settings, figures, limit_of(possible, sizes, settings.given))


def _possible(
    cut: CutSound, settings: SoundSettings, sizes: Sequence[int], option: str
) -> list[int]:
    """Return the sizes to train, of those that an option has; of a start that is given its own."""
    start = settings.given
    wanted = sizes_of_start(len(start), sizes, option) if start else sizes
    return possible_sizes(cut, settings, wanted)


def _steps(cut: CutSound, settings: SoundSettings, possible: Sequence[int]) -> Iterator[SoundStep]:
    """Carry out a sweep with a progress bar on a terminal."""
    with progress_bar(sum(possible), "Training") as bar:
        events = sweep_cut_sound(cut, settings, possible)
        yield from advancing(bar, events, "Training ", SoundStep)


def _tell_figures(sweeps: Sequence[SweptSound]) -> None:
    if sweeps:
        click.echo(printed.sound_sweeps_text(sweeps))
    for swept in sweeps:
        for done in swept.sound.heard.done if swept.sound.heard else ():
            click.echo(f"{swept.sound.name}: {done}.", err=True)
        tell_limit(swept.sound.name, swept.limit)


def encode(given: Given) -> None:
    """Write a sound as a .vq with a codebook of its own, or of another."""
    check_name(given["file"], ".vq")
    refuse_others({"picture", "file", "size", "codebook_file"} | OWN | TRAINING | FAMILY, "sounds")
    (_encode_with if given["codebook_file"] else _encode_with_its_own)(given)


def _encode_with_its_own(given: Given) -> None:
    settings, sizes = _settings(given), [given["size"]]
    check_keeps_size(settings.rules)
    with one_line_errors():
        cut = _cut(given["picture"], settings)
        possible = _possible(cut, settings, sizes, "size")
        [step] = _steps(cut, settings, possible)
        write_whole(given["file"], step.file)
    limit = limit_of(possible, sizes, settings.given)
    _tell_figures([SweptSound(cut.sound, settings, (step.figures,), limit)])


def _encode_with(given: Given) -> None:
    """Encode with the quantizer of another file, which this one then holds again."""
    refuse_beside_trained((TRAINING | FAMILY | OWN | {"size"}) - {"beam"})
    with one_line_errors():
        lent = lent_by(_parsed(given["codebook_file"]))
        family = lent.quantizer.family
        cutting = {"dimension": lent.dimension, "rate": lent.rate, "family": family}
        settings = _settings({**given, **cutting})
        sound = load_sound(given["picture"], settings.rate)
        use = finish(use_sound_work(sound, lent, settings.beam))
        write_whole(given["file"], use.file)
    _tell_figures([SweptSound(sound, settings, (use.figures,))])


def decode(given: Given) -> None:
    """Write the sound of a .vq as a .wav or a .flac."""
    check_name(given["picture"], *SUFFIXES_WRITTEN)
    refuse_others({"file", "picture"}, "sounds")
    with one_line_errors():
        encoded = _parsed(given["file"])
        kind = given["picture"].suffix[1:].upper()
        write_whole(given["picture"], file_of(encoded.decode(), encoded.layout.rate, kind))


def info(given: Given) -> None:
    """Say what the .vq of a sound holds."""
    file = given["file"]
    with one_line_errors():
        text = printed.sound_file_text(_parsed(file), file.stat().st_size)
    click.echo(text)


def identify_speakers(
    voices: Mapping[str, Sequence[Path]], tests: Sequence[Path], size: int, rate: Rate, seed: int
) -> None:
    """Print how far each test is from each voice, and which is the nearest."""
    with one_line_errors():
        known = {
            name: voice_of([load_sound(place, rate) for place in places], size, seed=seed)
            for name, places in voices.items()
        }
    kinds = (OSError, SoundError)
    found, errors = each_of(tests, lambda it: identify(load_sound(it, rate), known), kinds)
    if found:
        click.echo(printed.identified_text(found))
    end_badly(errors)


def train(given: Given) -> None:
    """Write the first of several sounds with one codebook, trained on all of them."""
    refuse_others({"places", "codebook_file", "size"} | OWN | TRAINING | FAMILY, "sounds")
    file, settings = given["codebook_file"], _settings(given)
    if file.suffix.lower() != ".vq":
        raise click.UsageError(f"The last name is that of a sound's file, .vq, not {file}.")
    kinds = OSError, SoundError
    cuts, errors = each_of(given["places"], lambda place: _cut(place, settings), kinds)
    if cuts:
        with one_line_errors():
            shared = _trained(cuts, settings, given["size"])
            uses = [finish(use_sound_work(cut.sound, shared, settings.beam)) for cut in cuts]
            write_whole(file, uses[0].file)
        _tell_figures(
            [
                SweptSound(cut.sound, settings, (use.figures,))
                for cut, use in zip(cuts, uses, strict=True)
            ]
        )
        click.echo(f"\n{file} is {cuts[0].sound.name} with that codebook; --codebook takes it.")
    end_badly(errors)


def _trained(cuts: Sequence[CutSound], settings: SoundSettings, size: int) -> SoundQuantizer:
    """Train one codebook for several sounds with a progress bar on a terminal."""
    start = settings.given
    [wanted] = sizes_of_start(len(start), [size], "size") if start else [size]
    with progress_bar(wanted, "Training") as bar:
        events = train_on_several(cuts, settings, wanted)
        [trained] = advancing(bar, events, "Training ", TrainedQuantizer)
    return SoundQuantizer(trained.quantizer, settings.dimension, settings.rate)


def _start(place: Path, rate: Rate, dimension: Dimension) -> Codewords:
    """Read codewords to begin with: those of a sound's .vq that is plain, or as of pictures."""
    if not hold_a_sound(place):
        return start_of_pictures(place)
    lent = lent_by(_parsed(place))
    if lent.quantizer.family != "plain":
        raise RulesError(f"{place}: Its codebook is {lent.quantizer.family}; a start is plain.")
    if (lent.rate, lent.dimension) != (rate, dimension):
        own = f"{lent.dimension} samples at {lent.rate} Hz"
        raise RulesError(f"{place}: Its vectors are {own}, and not {dimension} at {rate} Hz.")
    return rows_of(codebook_of(lent.quantizer).codewords)


def _settings(given: Given) -> SoundSettings:
    """Return how to quantize, as options say it."""
    family, trainer, seed = given.get("family", "plain"), given["trainer"], given["seed"]
    options = chosen_options(family, given, OF_SOUNDS, "sounds")
    check_seed(trainer, seed)
    dimension: Dimension = next(it for it in DIMENSIONS if it == int(given["dimension"]))
    rate: Rate = given["rate"]
    start = partial(_start, rate=rate, dimension=dimension)
    rules = chosen_rules(trainer, given, start)
    return SoundSettings(dimension, rate, family, options, trainer, seed, rules)


def _cut(place: Path, settings: SoundSettings) -> CutSound:
    return cut_sound(load_sound(place, settings.rate), settings.dimension)


def _parsed(file: Path) -> EncodedSound:
    with named_errors(file):
        return parse_sound(file.read_bytes())
