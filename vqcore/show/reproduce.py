"""Lines that do again what is on screen: by hand, and a .vq file byte for byte."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from vqcore.codebooks.textbook import Rules
from vqcore.coding.codec import Settings
from vqcore.show.byhand import numpy_lines
from vqcore.show.printed import START_FILE, option_words
from vqcore.show.provenance import PROGRAM, Provenance
from vqcore.show.wording import plain
from vqcore.signals.pictures import Picture
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
NUMBERS = 64
"""Numbers of given codewords that lines of Python have in them; more are loaded."""


def ways(picture: Picture, source: Provenance, link: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield what is to be said first, lines, and their language, for each way to do it again."""
    of_sample = say("offers.sample-file", name=plain(picture_file(picture)))
    by_hand = numpy_lines(picture, source, _reading(picture))
    yield _told(say("offers.by-hand"), "" if picture.origin else of_sample), by_hand, "python"
    lines, start = python_lines(picture, source), say("offers.start-file", file=START_FILE)
    needs_start = START_FILE in lines
    few = say("offers.few-lines", program=PROGRAM)
    yield _told(few, start if needs_start else ""), lines, "python"
    has_start = bool(source.settings.given) and not needs_start
    command = command_line(picture, source)
    yield _told(say("offers.same-file"), start if has_start else ""), command, "bash"
    yield say("offers.link"), link, None


def _told(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


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
    yield f"block_size={settings.block_size!r}, colour={settings.colour!r}"
    for name in "trainer", "seed", "rate_weight", "family", "smoothing":
        value = getattr(settings, name)
        if value != getattr(Settings, name):
            yield f"{name}={value!r}"
    if settings.unusual_options:
        yield f"options={settings.unusual_options!r}"
    if settings.rules:
        yield f"rules={_rules(settings.rules)}"


def _rules(rules: Rules) -> str:
    """Return rules with the codewords given, or with what loads them."""
    told = repr(rules.given) if sum(map(len, rules.given)) <= NUMBERS else LOADED
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
