"""Options of the command line, as decorators: what they are called, take and say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE
from vqcore.codebooks.textbook import DISTANCES, EMPTIES, STARTS, Rules, RulesError, rows_of
from vqcore.codebooks.training import MAX_SCIKIT_LEARN_SEED, OWN_TRAINERS, TRAINERS, Trainer
from vqcore.coding.codebookfile import load_codewords
from vqcore.coding.codec import Settings
from vqcore.coding.soundcodec import SOUND_FAMILIES
from vqcore.commands.running import one_line_errors
from vqcore.lab.spectralsweeps import SPECTRAL_FAMILIES
from vqcore.lab.sweeps import ladder_sizes, parse_sizes
from vqcore.lab.targets import Target
from vqcore.metrics import PEAK
from vqcore.quantizers import ofpoints
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Option
from vqcore.refusals import PictureError
from vqcore.signals.blocks import COLOURS, MAX_BLOCK_SIZE, BlockSize, Colour
from vqcore.signals.frames import DIMENSIONS
from vqcore.signals.pictures import picture_suffixes
from vqcore.signals.points import SUFFIXES as TABLES
from vqcore.signals.points import read_points
from vqcore.signals.raw import read_size
from vqcore.signals.sounds import RATES, Rate
from vqcore.words import has, say

Families = Mapping[str, Sequence[Option]]
"""Family -> its own options."""

MAX_RATE_WEIGHT = 1e6
ALL_FAMILIES = "all"
OF_PICTURES: Families = {name: family.OPTIONS for name, family in FAMILIES.items()}
OF_POINTS: Families = dict(ofpoints.OPTIONS.items())
OF_SPECTRA: Families = {name: ofpoints.OPTIONS[name] for name in SPECTRAL_FAMILIES}
OF_SOUNDS: Families = {name: FAMILIES[name].OPTIONS for name in SOUND_FAMILIES}
ALL_NAMES = list(dict.fromkeys([*OF_PICTURES, *OF_POINTS]))
FAMILY_OPTIONS = list(
    dict.fromkeys(it.name for own in (*OF_PICTURES.values(), *OF_POINTS.values()) for it in own)
)
DEFAULT_SIZES = ladder_sizes(1024)


def size_list(text: str) -> tuple[int, ...]:
    """Read codebook sizes, comma by comma."""
    try:
        sizes = parse_sizes(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if not sizes:
        raise click.BadParameter("there is no size in it")
    return sizes


FILE = click.Path(path_type=Path)
Command = Callable[..., None]


def check_name(path: Path, *suffixes: str) -> None:
    """Refuse a name of a file to write that does not end in what the file will hold."""
    if path.suffix.lower() not in suffixes:
        raise click.BadParameter(f"{path} does not end in {' or '.join(suffixes)}.")


def figures_named(suffix: str) -> Callable[..., Path | None]:
    """Return a check that the name of a file of figures is not that of something else."""
    others = {".csv", ".json", ".vq", ".npz", *picture_suffixes()} - {suffix}

    def check(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
        if path and path.suffix.lower() in others and not path.is_dir():
            raise click.BadParameter(f"{path} does not end in {suffix}.")
        return path

    return check


class BlockSizeType(click.ParamType):  # type: ignore[type-arg]
    """A side in pixels, or width and height."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return value if isinstance(value, BlockSize) else BlockSize.read(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class RawSizeType(click.ParamType):  # type: ignore[type-arg]
    """Width and height in pixels."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return read_size(value)
        except PictureError as error:
            self.fail(str(error), param, ctx)


class Numbers(click.ParamType):  # type: ignore[type-arg]
    """Numbers with commas between."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return tuple(float(it) for it in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} are no numbers with commas between.", param, ctx)


RULES: Mapping[str, tuple[Any, str]] = {
    "start": (click.Choice(STARTS), "where the codewords begin; splitting at first."),
    "apart": (
        float,
        "by how much, in the units of the samples, a codeword that splits goes either way; 1 at "
        "first.",
    ),
    "epsilon": (
        float,
        "stop when an iteration lowers the error by no more than this share; 0.001 at first.",
    ),
    "iterations": (int, "at most so many; 0 is the start itself; 100 at first."),
    "empty": (click.Choice(EMPTIES), "what becomes of cells without vectors; leave at first."),
    "restarts": (int, "how often to begin, each with the next seed; the best is kept."),
    "distance": (click.Choice(DISTANCES), "squared, or the sum of |x - y|, updated by medians."),
    "weights": (Numbers(), "of each sample in the distance, with commas between."),
}
"""Rule -> its type, and what is said of it."""

START_CODEBOOK = "start_codebook"
RULE_OPTIONS = (*(name.replace("-", "_") for name in RULES), START_CODEBOOK)
TRAINING = {"trainer", "seed", *RULE_OPTIONS}
FAMILY = {"family", *(name.replace("-", "_") for name in FAMILY_OPTIONS)}
"""What options of training, and of families, are called."""
Given = Mapping[str, Any]
"""All options and arguments of a command, by name, as click read them."""
Codewords = tuple[tuple[float, ...], ...]
Start = Callable[[Path], Codewords]


def with_training(command: Command) -> Command:
    """Add --block, --colour, --trainer and --seed, handed on as one `settings`."""

    @click.option(
        "--block",
        type=BlockSizeType(),
        default="8",
        show_default=True,
        help=f"Side of the blocks in pixels, or width and height: 16x1; {MAX_BLOCK_SIZE} at most.",
    )
    @click.option(
        "--colour",
        type=click.Choice(COLOURS),
        default="rgb",
        show_default=True,
        help="Colour mode; gray pictures are coded in gray, and ycbcr halves the colour planes.",
    )
    @click.option(
        "--trainer",
        type=click.Choice(TRAINERS),
        default="lbg",
        show_default=True,
        help="How codebooks are found: lbg is the ladder, textbook Lloyd's algorithm by rules of "
        "your own, the others are scikit-learn's k-means.",
    )
    @click.option(
        "--seed",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Where chance begins; the same seed gives the same codebooks.",
    )
    @with_rules
    @wraps(command)
    def wrapped(
        block: BlockSize,
        colour: Colour,
        trainer: Trainer,
        seed: int,
        rules: Rules | None,
        **others: Any,
    ) -> None:
        check_seed(trainer, seed)
        command(settings=Settings(block, colour, trainer, seed, rules=rules), **others)

    return wrapped


def check_seed(trainer: Trainer, seed: int) -> None:
    """Refuse a seed that a trainer cannot take."""
    if trainer not in OWN_TRAINERS and seed > MAX_SCIKIT_LEARN_SEED:
        most = f"--seed goes up to {MAX_SCIKIT_LEARN_SEED} with --trainer {trainer}"
        raise click.BadParameter(f"{most}, not {seed}.")


def with_rules(command: Command) -> Command:
    """Add the rules of --trainer textbook, handed on as `rules`; None for other trainers."""

    @wraps(command)
    def wrapped(trainer: Trainer, **others: Any) -> None:
        rules = chosen_rules(trainer, others, start_of_pictures)
        for name in RULE_OPTIONS:
            del others[name]
        command(trainer=trainer, rules=rules, **others)

    told = 'Of textbook: the codewords of the start "given".'
    words = "CODEBOOK.npz|WORDS.npy|WORDS.csv"
    wrapped = click.option("--start-codebook", type=FILE, metavar=words, help=told)(wrapped)
    for name, (kind, told) in reversed(tuple(RULES.items())):
        wrapped = click.option(f"--{name}", type=kind, help=f"Of textbook: {told}")(wrapped)
    return wrapped


def chosen_rules(trainer: Trainer, options: Mapping[str, Any], start: Start) -> Rules | None:
    """Return the rules given, the others as they are at first; None for another trainer.

    Parameters
    ----------
    trainer
    options : all there are
    start : reads the codewords of a start that is given
    """
    values = {name: options[name] for name in RULE_OPTIONS if options[name] is not None}
    if trainer != "textbook":
        for name in values:
            raise click.BadParameter(f"--{name.replace('_', '-')} is a rule of --trainer textbook.")
        return None
    if place := values.pop(START_CODEBOOK, None):
        with one_line_errors():
            values["given"] = start(place)
        values.setdefault("start", "given")
    try:
        return Rules(**values)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


def start_of_pictures(place: Path) -> Codewords:
    """Read codewords to begin with: a codebook, an .npy, or a table of numbers."""
    if place.suffix.lower() in TABLES:
        return rows_of(read_points(place.read_bytes(), place.name).vectors)
    return rows_of(load_codewords(place).codewords)


def check_keeps_size(rules: Rules | None) -> None:
    """Refuse rules that lose codewords."""
    if rules and rules.empty == "drop":
        raise click.BadParameter("--empty drop is for `train`: here K is asked for.")


def with_family(command: Command) -> Command:
    """Add --family and the options of every family to the `settings`."""

    @wraps(command)
    def wrapped(settings: Settings, family: str, **others: Any) -> None:
        options = chosen_options(family, others, {**OF_PICTURES, ALL_FAMILIES: ()}, "pictures")
        if family in FAMILIES and FAMILIES[family].WHOLE:
            refuse_beside_whole(family)
        for name in FAMILY_OPTIONS:
            del others[name.replace("-", "_")]
        if family != ALL_FAMILIES:
            settings = replace(settings, family=family, options=options)
        command(settings=settings, **others)

    for name in FAMILY_OPTIONS:
        families, values = families_with(name)
        words = f"control.{name}.help"
        told = say(words) if has(words) else f"{say(f'control.{name}.label')}."
        told = f"Of {', '.join(families)}: {told}"
        wrapped = click.option(f"--{name}", type=click.Choice(values), help=told)(wrapped)
    return wrapped


def refuse_beside_whole(family: str) -> None:
    """Refuse the options given that mean nothing to a family of whole pictures."""
    told = "it takes the whole picture, and --band-step says what a bit is worth"
    for name in sorted({"block", "trainer", "rate_weight", "smooth"} & options_given()):
        option = f"--{name.replace('_', '-')}"
        raise click.UsageError(f"{option} has no place beside --family {family}: {told}.")


def family_option(families: Iterable[str], told: str) -> Callable[[Command], Command]:
    """Return what adds --family, for `with_family`."""
    words = click.Choice(list(families))
    return click.option("--family", type=words, default="plain", show_default=True, help=told)


def families_with(option: str) -> tuple[list[str], list[str]]:
    """Return the families that have an option, and its values, ascending, of any of them."""
    every = [*OF_PICTURES.items(), *OF_POINTS.items()]
    found = {family: it for family, own in every for it in own if it.name == option}
    values = {value for _, own in every for it in own if it.name == option for value in it.values}
    return list(found), [str(value) for value in sorted(values)]


def chosen_options(
    family: str, options: Mapping[str, Any], families: Families, kind: str
) -> tuple[int, ...]:
    """Return a family's options as given, or else the defaults; refuse those of others.

    Parameters
    ----------
    family
    options : all there are
    families : those there are for what is quantized
    kind : what that is
    """
    if family not in families:
        raise click.BadParameter(f"--family {family} is not for {kind}.")
    own = {option.name: option for option in families[family]}
    every = {name: options.get(name.replace("-", "_")) for name in FAMILY_OPTIONS}
    given = {name: int(value) for name, value in every.items() if value}
    if "codebook_file" in options_given():
        # How many candidates are kept is up to the encoder, and the quantizer of points says if.
        refuse_beside_trained({name.replace("-", "_") for name in given} - {"beam"})
    for name, value in given.items():
        if name not in own:
            raise click.BadParameter(f"--{name} is no option of --family {family}.")
        if value not in own[name].values:
            there = ", ".join(map(str, own[name].values))
            told = f"--{name} of --family {family} is one of {there} for {kind}, not {value}"
            raise click.BadParameter(f"{told}.")
    return tuple(given.get(name, option.default) for name, option in own.items())


with_rate_weight = click.option(
    "--rate-weight",
    type=click.FloatRange(0, MAX_RATE_WEIGHT),
    default=0,
    show_default=True,
    help="Squared error that one bit is worth: 0 takes the nearest codeword.",
)


def with_settings(command: Command) -> Command:
    """Add those of `with_training` and `with_family`, and two of encoding, to the `settings`."""

    @with_training
    @with_family
    @with_rate_weight
    @click.option(
        "--smooth",
        is_flag=True,
        help="Let the file say how strongly the edges of blocks are smoothed after decoding.",
    )
    @wraps(command)
    def wrapped(settings: Settings, rate_weight: float, smooth: bool, **others: Any) -> None:
        check_keeps_size(settings.rules)
        command(settings=replace(settings, rate_weight=rate_weight, smoothing=smooth), **others)

    return wrapped


def unless(
    argument: str, are_others: Callable[[Any], bool], of_others: Callable[[Given], None]
) -> Callable[[Command], Command]:
    """Return what makes a command one of pictures, unless an argument is of others."""

    def decorated(of_pictures: Command) -> Command:
        @wraps(of_pictures)
        def wrapped(**given: Any) -> None:
            if are_others(given[argument]):
                of_others(given)
            else:
                of_pictures(**given)

        return wrapped

    return decorated


def named_files(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> dict[str, list[Path]]:
    """Return files by the names that stand before them: NAME=FILE."""
    found = dict[str, list[Path]]()
    for each in given:
        name, sign, file = each.partition("=")
        if not (name and sign and file):
            raise click.BadParameter(f"{each} is not NAME=FILE.")
        found.setdefault(name, []).append(Path(file))
    return found


def _as_rate(_: click.Context, __: click.Parameter, text: str) -> Rate:
    return next(rate for rate in RATES if str(rate) == text)


with_rate = click.option(
    "--rate",
    type=click.Choice(list(map(str, RATES))),
    default="8000",
    show_default=True,
    callback=_as_rate,
    help="Of sounds: samples a second.",
)


def with_cutting(command: Command) -> Command:
    """Add --dimension and --rate of sounds, which pictures refuse."""

    @click.option(
        "--dimension",
        type=click.Choice(list(map(str, DIMENSIONS))),
        default="4",
        show_default=True,
        help="Of sounds: samples of a vector.",
    )
    @with_rate
    @wraps(command)
    def wrapped(dimension: str, rate: Rate, **others: Any) -> None:
        for name in sorted({"dimension", "rate"} & options_given()):
            raise click.UsageError(f"--{name} is for sounds, not for pictures.")
        command(**others)

    return wrapped


def with_spectra(command: Command) -> Command:
    """Add --spectra and --weighted of sounds, which pictures refuse."""

    @click.option("--spectra", is_flag=True, help="Of sounds: quantize envelopes, not samples.")
    @click.option("--weighted", is_flag=True, help="Of spectra: peaks count more in the distance.")
    @wraps(command)
    def wrapped(spectra: bool, weighted: bool, **others: Any) -> None:
        for name in sorted({"spectra", "weighted"} & options_given()):
            raise click.UsageError(f"--{name} is for sounds, not for pictures.")
        command(**others)

    return wrapped


with_raw_size = click.option(
    "--raw-size",
    type=RawSizeType(),
    metavar="WIDTHxHEIGHT",
    help="Of raw files (.raw, .img, .gray, .y, .rgb, .yuv), where their names do not say it.",
)
with_size = click.option(
    "--size",
    type=click.IntRange(1, MAX_CODEBOOK_SIZE),
    default=256,
    show_default=True,
    help="K, the number of codewords.",
)
with_peak = click.option(
    "--peak",
    type=click.IntRange(1, 65535),
    default=PEAK,
    show_default=True,
    help="The peak of every PSNR, 10 log10(peak^2 / MSE), in gray levels.",
)
with_csv = click.option(
    "--csv",
    "csv_file",
    type=FILE,
    callback=figures_named(".csv"),
    help="Write all figures to this file, as CSV.",
)
with_codebook = click.option(
    "--codebook",
    "codebook_file",
    type=FILE,
    metavar="CODEBOOK.npz",
    help="Use the codebook that `train` or the lab wrote; beside codewords alone (.npy), encode "
    "needs --block and --colour, if not for points.",
)


def with_target(command: Command) -> Command:
    """Add --max-bytes, --min-psnr and --min-ratio, handed on as one `target`."""
    above_0 = click.FloatRange(0, min_open=True)

    @click.option(
        "--max-bytes",
        type=click.IntRange(1),
        help="The longest file to write, in bytes; of those, that of the highest PSNR.",
    )
    @click.option(
        "--min-psnr",
        type=above_0,
        help="The least PSNR, in dB; of those, the shortest file.",
    )
    @click.option(
        "--min-ratio",
        type=above_0,
        help="The least file ratio, raw bytes to one of the file; of those, the highest PSNR.",
    )
    @wraps(command)
    def wrapped(
        max_bytes: int | None, min_psnr: float | None, min_ratio: float | None, **others: Any
    ) -> None:
        target = Target(max_bytes or math.inf, min_psnr or 0, min_ratio or 0)
        command(target=target, **others)

    return wrapped


def refuse_beside_trained(chosen: Set[str]) -> None:
    """Refuse the options given that choose what a codebook has already."""
    for name in sorted(chosen & options_given()):
        option = f"--{name.replace('_', '-')}"
        raise click.UsageError(f"{option} has no place beside --codebook, which is trained.")


def refuse_others(taken: Set[str], kind: str) -> None:
    """Refuse the options given that a kind of signal, by its name, has no use for."""
    for param in click.get_current_context().command.params:
        if param.name in options_given() - taken:
            raise click.UsageError(f"{param.opts[0]} is not for {kind}.")


def options_given() -> set[str]:
    """Return the names of options that are given; arguments, such as files to write, are none."""
    context = click.get_current_context()
    options = {it.name for it in context.command.params if isinstance(it, click.Option)}
    sources = {name: context.get_parameter_source(name) for name in options & {*context.params}}
    return {name for name, source in sources.items() if source is not ParameterSource.DEFAULT}


def sizes_of_start(codewords: int, sizes: Sequence[int], option: str) -> list[int]:
    """Return the size of a start; refuse others that an option asks for."""
    wanted = sorted(set(sizes)) if option in options_given() else [codewords]
    if wanted != [codewords]:
        asked = ", ".join(map(str, wanted))
        raise RulesError(f"The start has {codewords} codewords, and K is to be {asked}.")
    return wanted


def limit_of(possible: Sequence[int], sizes: Sequence[int], start: Sequence[object]) -> int | None:
    """Return the largest K there can be, if a larger one was asked for; no start has one."""
    return possible[-1] if possible[-1] < max(sizes) and not start else None
