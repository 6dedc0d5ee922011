"""Lines that do again what is on screen: by hand, and a .vq file byte for byte."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import PurePath

from vqcore.codebooks.textbook import Rules
from vqcore.coding.codec import Settings
from vqcore.coding.soundcodec import SoundSettings
from vqcore.lab.pointsweeps import PointSettings
from vqcore.quantizers.family import FAMILIES
from vqcore.show.byhand import numpy_lines, numpy_lines_of_points, numpy_lines_of_sound
from vqcore.show.printed import (
    START_CODEWORDS,
    START_FILE,
    option_words,
    point_option_words,
    sound_option_words,
)
from vqcore.show.provenance import PROGRAM, Provenance, original_wav, stem_of
from vqcore.show.wording import plain, sentences
from vqcore.signals.pictures import SAMPLES, Picture
from vqcore.signals.points import Points
from vqcore.signals.sounds import SUFFIXES, SUFFIXES_OF_AV, Sound
from vqcore.signals.sources import Origin as PointsOrigin
from vqcore.words import say

LINES = """\
import vqcore
{imports}
picture = vqcore.read({picture})
[step] = vqcore.sweep(picture, [{size}], {settings})
vqcore.save(step.encoded, {file!r})
print(step.point)
"""
OF_RULES = "from vqcore.codebooks.textbook import Rules\n"
LOADING = """\
from pathlib import Path

from vqcore.codebooks.textbook import Rules, rows_of
from vqcore.coding.codebookfile import load_codewords
"""
LOADED = f"rows_of(load_codewords(Path({START_FILE!r})).codewords)"
POINT_LINES = """\
{reading}
import vqcore
{imports}
[step] = vqcore.sweep(vectors, {how})
vqcore.save(step.encoded, {file!r})
print(step.figures)
"""
OF_PAIRS = """\
import vqcore
from vqcore.signals.sources import pixel_pairs

vectors = pixel_pairs(vqcore.read({name!r})).vectors
"""
OF_SAMPLE = """\
from vqcore.signals.pictures import sample_picture
from vqcore.signals.sources import pixel_pairs

vectors = pixel_pairs(sample_picture({name!r})).vectors
"""
SOUND_LINES = """\
import vqcore
{imports}
sound = vqcore.read({sound!r}, rate={rate})
[step] = vqcore.sweep(sound, {how})
vqcore.save(step.encoded, {file!r})
print(step.figures)
"""
LOADED_CODEWORDS = f"rows_of(vqcore.read({START_CODEWORDS!r}).vectors)"
NUMBERS = 64
"""Numbers of given codewords that lines of Python have in them; more are loaded."""


def ways(picture: Picture, source: Provenance, link: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield what is to be said first, lines, and their language, for each way to do it again."""
    of_sample = say("offers.sample-file", name=plain(picture_file(picture)))
    by_hand = numpy_lines(picture, source, _reading(picture))
    if not FAMILIES[source.settings.family].WHOLE:
        told = sentences(say("offers.by-hand"), "" if picture.origin else of_sample)
        yield told, by_hand, "python"
    lines, start = python_lines(picture, source), say("offers.start-file", file=START_FILE)
    needs_start = START_FILE in lines
    few = say("offers.few-lines", program=PROGRAM)
    yield sentences(few, start if needs_start else ""), lines, "python"
    has_start = bool(source.settings.given) and not needs_start
    command = command_line(picture, source)
    yield sentences(say("offers.same-file"), start if has_start else ""), command, "bash"
    yield say("offers.link"), link, None


def point_ways(
    points: Points, origin: PointsOrigin, settings: PointSettings, size: int
) -> Iterator[tuple[str, str, str | None]]:
    """Yield, for each way to quantize points again, what `ways` does.

    Parameters
    ----------
    points
    origin : where they come from
    settings
    size : K
    """
    reading, file = _vectors(points, origin), f"{stem_of(points.name or 'points')}-K{size}.npz"
    by_hand = numpy_lines_of_points(reading, settings.seed, size)
    yield say("offers.points-by-hand"), by_hand, "python"
    how = ", ".join([f"[{size}]", *_keywords_of(settings)])
    lines = POINT_LINES.format(imports=_imports(how), reading=reading, how=how, file=file)
    start = say("offers.start-file", file=START_CODEWORDS) if START_CODEWORDS in how else ""
    yield sentences(say("offers.points-lines", program=PROGRAM), start), lines, "python"
    if origin.kind == "file":
        start = say("offers.start-file", file=START_CODEWORDS) if settings.given else ""
        words = [_path(points.name), file, *point_option_words(settings, size)]
        command = shlex.join(["python", "-m", "vqcore", "encode", *words])
        yield sentences(say("offers.points-command"), start), command, "bash"


def sound_ways(
    sound: Sound, settings: SoundSettings, size: int
) -> Iterator[tuple[str, str, str | None]]:
    """Yield, for each way to quantize a sound again, what `ways` does.

    Parameters
    ----------
    sound
    settings
    size : K
    """
    source, file = sound_file(sound), f"{stem_of(sound.name)}-K{size}.vq"
    wav = original_wav(sound)
    original = say("offers.sound-file", name=plain(wav))
    by_hand = numpy_lines_of_sound(wav, settings.dimension, settings.seed, size)
    yield sentences(say("offers.sounds-by-hand"), original), by_hand, "python"
    how = ", ".join([f"[{size}]", f"dimension={settings.dimension}", *_keywords_of(settings)])
    names = {"imports": _imports(how), "sound": source, "rate": sound.rate}
    lines = SOUND_LINES.format(**names, how=how, file=file)
    needed = original if source == wav else ""
    start = say("offers.start-file", file=START_CODEWORDS)
    few = say("offers.few-lines", program=PROGRAM)
    yield sentences(few, needed, start if START_CODEWORDS in how else ""), lines, "python"
    words = [_path(source), _path(file), *sound_option_words(settings, size)]
    command = shlex.join(["python", "-m", "vqcore", "encode", *words])
    told = sentences(say("offers.same-file"), needed, start if settings.given else "")
    yield told, command, "bash"


def sound_file(sound: Sound) -> str:
    """Return the file that a sound comes from: the upload, or what the lab gives of it."""
    is_known = PurePath(sound.name).suffix.lower() in (*SUFFIXES, *SUFFIXES_OF_AV)
    return sound.name if sound.heard and is_known else original_wav(sound)


def _vectors(points: Points, origin: PointsOrigin) -> str:
    """Return lines of Python that give the vectors of points."""
    if origin.kind == "file":
        return f"import vqcore\n\nvectors = vqcore.read({points.name!r}).vectors\n"
    if origin.kind == "typed":
        return f"import numpy as np\n\nvectors = np.float32({points.vectors.tolist()})\n"
    if origin.kind == "pairs":
        if points.name in SAMPLES:
            return OF_SAMPLE.format(name=points.name)
        return OF_PAIRS.format(name=points.name)
    how = f"{origin.kind!r}, {points.count}, {points.dimension}, seed={origin.seed}"
    if origin.kind == "gauss-markov":
        how += f", correlation={origin.correlation!r}"
    return f"from vqcore.signals.sources import made\n\nvectors = made({how}).vectors\n"


def _keywords_of(settings: PointSettings | SoundSettings) -> Iterator[str]:
    """Yield what is not as at first, as Python has it."""
    for name in "family", "trainer", "seed":
        value = getattr(settings, name)
        if value != getattr(type(settings), name):
            yield f"{name}={value!r}"
    if settings.unusual_options:
        yield f"options={settings.unusual_options!r}"
    if settings.rules:
        yield f"rules={_rules(settings.rules, LOADED_CODEWORDS)}"


def _imports(how: str) -> str:
    names = [name for name in ("Rules", "rows_of") if f"{name}(" in how]
    return f"from vqcore.codebooks.textbook import {', '.join(names)}\n" if names else ""


def picture_file(picture: Picture) -> str:
    """Return the file that a picture comes from; a sample's, the lab itself gives, as a PNG."""
    return picture.name if picture.origin else f"{picture.name}.png"


def command_line(picture: Picture, source: Provenance) -> str:
    """Return the command that writes the .vq of a picture."""
    words = ["python", "-m", "vqcore", "encode", *map(_path, _files(picture, source))]
    words += option_words(source.settings, source.codebook_size)
    if _is_raw(picture):
        words += ["--raw-size", f"{picture.width}x{picture.height}"]
    return shlex.join(words)


def python_lines(picture: Picture, source: Provenance) -> str:
    """Return the lines of Python that write the .vq of a picture, and print its figures."""
    settings = ", ".join(_keywords(source.settings))
    return LINES.format(
        imports=LOADING if LOADED in settings else OF_RULES if "Rules(" in settings else "",
        picture=_reading(picture),
        settings=settings,
        size=source.codebook_size,
        file=_files(picture, source)[1],
    )


def _keywords(settings: Settings) -> Iterator[str]:
    """Yield block size, colour mode, and what else is not as at first, as Python has them."""
    if not FAMILIES[settings.family].WHOLE:
        yield f"block_size={settings.block_size!r}"
    yield f"colour={settings.colour!r}"
    for name in "trainer", "seed", "rate_weight", "family", "smoothing":
        value = getattr(settings, name)
        if value != getattr(Settings, name):
            yield f"{name}={value!r}"
    if settings.unusual_options:
        yield f"options={settings.unusual_options!r}"
    if settings.rules:
        yield f"rules={_rules(settings.rules, LOADED)}"


def _rules(rules: Rules, loaded: str) -> str:
    """Return rules with the codewords given, or with what loads them."""
    told = repr(rules.given) if sum(map(len, rules.given)) <= NUMBERS else loaded
    given = f"start='given', given={told}" if rules.given else "start='given'"
    return repr(rules).replace("start='given'", given, 1)


def _files(picture: Picture, source: Provenance) -> tuple[str, str]:
    return picture_file(picture), f"{source.file_stem}.vq"


def _reading(picture: Picture) -> str:
    """Return the arguments of `vqcore.read`."""
    size = f", raw_size=({picture.width}, {picture.height})" if _is_raw(picture) else ""
    return f"{picture_file(picture)!r}{size}"


def _is_raw(picture: Picture) -> bool:
    return picture.origin is not None and picture.origin.kind == "RAW"


def _path(name: str) -> str:
    """Return a name that no command takes for an option."""
    return f"./{name}" if name.startswith("-") else name
