"""The command line: ``python -m vqcore sweep | rivals | train | encode | decode | info``."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import numpy as np
from click.core import ParameterSource

from vqcore.arrays import Samples
from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE
from vqcore.codebooks.textbook import DISTANCES, EMPTIES, STARTS, Rules, RulesError, rows_of
from vqcore.codebooks.training import (
    MAX_SCIKIT_LEARN_SEED,
    OWN_TRAINERS,
    TRAINERS,
    Progress,
    Trainer,
)
from vqcore.coding.codebookfile import (
    CodebookError,
    Cut,
    SharedCodebook,
    load_codebook,
    load_codewords,
    pack_codebook,
)
from vqcore.coding.codec import Settings
from vqcore.coding.container import FileError, parse, parse_header
from vqcore.lab.batch import Swept, Unswept, picture_files, sweep_file, sweep_files
from vqcore.lab.comparison import at_peak
from vqcore.lab.sharing import (
    PictureBlocks,
    gather_blocks,
    load_fitting,
    load_shared,
    train_shared,
    use_work,
)
from vqcore.lab.storing import LEVELS, Stored, stored_work
from vqcore.lab.sweeps import (
    OperatingPoint,
    Plan,
    Step,
    ladder_sizes,
    parse_sizes,
    plan_sweep,
    sweep,
)
from vqcore.lab.targets import (
    CODEBOOK_SIZES,
    Candidate,
    Target,
    TargetError,
    Tries,
    closer_tries,
    first_tries,
    leaders,
    settings_to_try,
)
from vqcore.metrics import PEAK
from vqcore.plurals import noun
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.refusals import PictureError
from vqcore.show import exports, printed
from vqcore.show.wording import settings_name
from vqcore.signals.blocks import COLOURS, MAX_BLOCK_SIZE, BlockSize, Colour
from vqcore.signals.pictures import Picture, load_picture, picture_suffixes, png_bytes
from vqcore.signals.raw import Size, read_size
from vqcore.version import __version__
from vqcore.words import say
from vqcore.work import CORES, finish, mapped

MAX_RATE_WEIGHT = 1e6
ALL_FAMILIES = "all"
FAMILY_OPTIONS = {option.name: option for it in FAMILIES.values() for option in it.OPTIONS}
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


@click.group()
@click.version_option(__version__, prog_name="VQ Lab", message="%(prog)s %(version)s")
def main() -> None:
    """Vector quantization of pictures: VQ Lab on the command line."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # not every terminal has all of our signs


FILE = click.Path(path_type=Path)
Command = Callable[..., None]


def named(suffix: str) -> Callable[..., Path]:
    """Return a check that the name of a file to write ends in what it will hold."""

    def check(_: click.Context, __: click.Parameter, path: Path) -> Path:
        if path.suffix.lower() != suffix:
            raise click.BadParameter(f"{path} does not end in {suffix}.")
        return path

    return check


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
    "apart": (float, "by how many gray levels a codeword that splits goes either way; 1 at first."),
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
        if trainer not in OWN_TRAINERS and seed > MAX_SCIKIT_LEARN_SEED:
            most = f"--seed goes up to {MAX_SCIKIT_LEARN_SEED} with --trainer {trainer}"
            raise click.BadParameter(f"{most}, not {seed}.")
        command(settings=Settings(block, colour, trainer, seed, rules=rules), **others)

    return wrapped


def with_rules(command: Command) -> Command:
    """Add the rules of --trainer textbook, handed on as `rules`; None for other trainers."""

    @wraps(command)
    def wrapped(trainer: Trainer, start_codebook: Path | None, **others: Any) -> None:
        every = {name: others.pop(name.replace("-", "_")) for name in RULES}
        given = {name: value for name, value in every.items() if value is not None}
        rules = None
        if trainer == "textbook":
            rules = chosen_rules(given, start_codebook)
        elif given or start_codebook:
            name = next(iter(given), "start-codebook")
            raise click.BadParameter(f"--{name} is a rule of --trainer textbook.")
        command(trainer=trainer, rules=rules, **others)

    told = 'Of textbook: the codewords of the start "given".'
    words = "CODEBOOK.npz|WORDS.npy"
    wrapped = click.option("--start-codebook", type=FILE, metavar=words, help=told)(wrapped)
    for name, (kind, told) in reversed(tuple(RULES.items())):
        wrapped = click.option(f"--{name}", type=kind, help=f"Of textbook: {told}")(wrapped)
    return wrapped


def chosen_rules(given: Mapping[str, Any], start_codebook: Path | None) -> Rules:
    """Return the rules given, the others as they are at first."""
    values = dict(given)
    if start_codebook:
        with one_line_errors():
            values["given"] = rows_of(load_codewords(start_codebook).codewords)
        values.setdefault("start", "given")
    try:
        return Rules(**values)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


def with_family(command: Command) -> Command:
    """Add --family and the options of every family to the `settings`."""

    @wraps(command)
    def wrapped(settings: Settings, family: str, **others: Any) -> None:
        given = {name: others.pop(name.replace("-", "_")) for name in FAMILY_OPTIONS}
        options = chosen_options(family, {name: it for name, it in given.items() if it})
        if family != ALL_FAMILIES:
            settings = replace(settings, family=family, options=options)
        command(settings=settings, **others)

    for name, option in FAMILY_OPTIONS.items():
        values, families = [str(it) for it in option.values], ", ".join(families_with(name))
        told = f"Of {families}: {say(f'control.{name}.help')}"
        wrapped = click.option(f"--{name}", type=click.Choice(values), help=told)(wrapped)
    return wrapped


def family_option(families: Iterable[str], told: str) -> Callable[[Command], Command]:
    """Return what adds --family, for `with_family`."""
    words = click.Choice(list(families))
    return click.option("--family", type=words, default="plain", show_default=True, help=told)


def families_with(option: str) -> list[str]:
    return [it for it, family in FAMILIES.items() if option in (o.name for o in family.OPTIONS)]


def chosen_options(family: str, given: Mapping[str, str]) -> tuple[int, ...]:
    """Return a family's options as given, or else the defaults; refuse those of others."""
    options = () if family == ALL_FAMILIES else FAMILIES[family].OPTIONS
    own = {option.name: option.default for option in options}
    for name in given:
        if name not in own:
            raise click.BadParameter(f"--{name} is no option of --family {family}.")
    return tuple((own | {name: int(it) for name, it in given.items()}).values())


def with_settings(command: Command) -> Command:
    """Add those of `with_training` and `with_family`, and two of encoding, to the `settings`."""

    @with_training
    @with_family
    @click.option(
        "--rate-weight",
        type=click.FloatRange(0, MAX_RATE_WEIGHT),
        default=0,
        show_default=True,
        help="Squared error that one bit is worth: 0 takes the nearest codeword.",
    )
    @click.option(
        "--smooth",
        is_flag=True,
        help="Let the file say how strongly the edges of blocks are smoothed after decoding.",
    )
    @wraps(command)
    def wrapped(settings: Settings, rate_weight: float, smooth: bool, **others: Any) -> None:
        if settings.rules and settings.rules.empty == "drop":
            raise click.BadParameter("--empty drop is for `train`: here K is asked for.")
        command(settings=replace(settings, rate_weight=rate_weight, smoothing=smooth), **others)

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
    "needs --block and --colour.",
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


@main.command("sweep")
@click.argument("places", metavar="PICTURES_OR_FOLDERS...", nargs=-1, required=True, type=FILE)
@click.option(
    "--sizes",
    metavar="SIZES",
    type=size_list,
    default=",".join(map(str, DEFAULT_SIZES)),
    help="Codebook sizes K, with commas between; else 1,2,4 and on to 1024.",
)
@with_settings
@family_option(FAMILIES, "The kind of quantizer.")
@with_peak
@click.option(
    "--json",
    "json_file",
    type=FILE,
    callback=figures_named(".json"),
    help="Write all figures to this file, as JSON.",
)
@with_csv
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=CORES,
    help="Number of pictures at a time; else one a core.",
)
@with_raw_size
def sweep_command(
    places: tuple[Path, ...],
    sizes: tuple[int, ...],
    settings: Settings,
    peak: int,
    json_file: Path | None,
    csv_file: Path | None,
    jobs: int,
    raw_size: Size | None,
) -> None:
    """Quantize pictures with codebooks of many sizes.

    The figures of each size are printed. A folder stands for the pictures in it.
    """
    several = len(places) > 1 or places[0].is_dir()
    if given_codewords(settings) and "sizes" not in options_given():
        sizes = (given_codewords(settings),)
    files, errors = picture_files(places)
    with one_line_errors():
        outcomes = outcomes_shown(files, settings, sizes, jobs, raw_size)
        sweeps = [swept_at(outcome, peak) for outcome in outcomes if isinstance(outcome, Swept)]
        errors += [outcome for outcome in outcomes if not isinstance(outcome, Swept)]
        if sweeps:
            tell_figures(sweeps, several)
        for error in errors:
            tell(error)
        if sweeps:
            write_figures(sweeps, several, json_file, csv_file)
    if errors:
        sys.exit(1)


def swept_at(swept: Swept, peak: int) -> Swept:
    return replace(swept, points=tuple(at_peak(point, peak) for point in swept.points))


def given_codewords(settings: Settings) -> int:
    """Return how many codewords a start has that is given; 0 for another."""
    return len(settings.rules.given) if settings.rules else 0


def own_size(settings: Settings, size: int) -> int:
    """Return K: that of the codewords given, where none is asked for."""
    return size if "size" in options_given() else given_codewords(settings) or size


def tell_figures(sweeps: Sequence[Swept], several: bool) -> None:
    click.echo(printed.sweeps_text(sweeps) if several else printed.sweep_text(sweeps[0]))
    for swept in sweeps:
        tell_clamping(swept.plan, f"{swept.name}: " if several else "")


def write_figures(
    sweeps: Sequence[Swept], several: bool, json_file: Path | None, csv_file: Path | None
) -> None:
    only = sweeps[0]
    if json_file:
        text = exports.sweeps_json(sweeps) if several else exports.sweep_json(only)
        write_whole(json_file, text.encode())
    if csv_file:
        text = exports.sweeps_csv(sweeps) if several else exports.points_csv(only)
        write_whole(csv_file, text.encode())


@main.command("rivals")
@click.argument("places", metavar="PICTURES_OR_FOLDERS...", nargs=-1, required=True, type=FILE)
@click.option(
    "--colour",
    type=click.Choice(("gray", "rgb")),
    default="rgb",
    show_default=True,
    help="Colour mode; gray pictures are stored in gray.",
)
@with_peak
@with_csv
@with_raw_size
def rivals_command(
    places: tuple[Path, ...],
    colour: Colour,
    peak: int,
    csv_file: Path | None,
    raw_size: Size | None,
) -> None:
    """Store pictures with other codecs at many levels.

    They are JPEG, WebP, AVIF and PNG-8, and two references: uniform scalar quantization of pixels
    and of a DCT. The figures of each level are printed. A folder stands for the pictures in it.
    """
    files, errors = picture_files(places)
    outcomes = stored_shown(files, colour, raw_size)
    pictures = [stored_at(outcome, peak) for outcome in outcomes if isinstance(outcome, Stored)]
    problems: list[Unswept | str] = [*errors]
    for outcome in outcomes:
        problems += outcome.refusals if isinstance(outcome, Stored) else [outcome]
    if pictures:
        click.echo(printed.stored_text(pictures))
    for problem in problems:
        tell(problem)
    with one_line_errors():
        if pictures and csv_file:
            write_whole(csv_file, exports.stored_csv(pictures).encode())
    if problems:
        sys.exit(1)


def stored_at(stored: Stored, peak: int) -> Stored:
    return replace(stored, points=tuple(at_peak(point, peak) for point in stored.points))


@main.command("train")
@click.argument("places", metavar="PICTURES_OR_FOLDERS...", nargs=-1, required=True, type=FILE)
@click.argument("codebook_file", metavar="CODEBOOK.npz", type=FILE)
@with_size
@with_training
@with_raw_size
def train_command(
    places: tuple[Path, ...],
    codebook_file: Path,
    size: int,
    settings: Settings,
    raw_size: Size | None,
) -> None:
    """Train one codebook on the blocks of many pictures.

    It is for `encode --codebook`. A folder stands for the pictures in it. A codebook in colour
    takes no gray pictures.
    """
    if codebook_file.suffix.lower() != ".npz":
        raise click.UsageError(f"The last name is the codebook's, .npz, not {codebook_file}.")
    files, errors = picture_files(places)
    outcomes = gathered_shown(files, settings, raw_size)
    pictures = [outcome for outcome in outcomes if isinstance(outcome, PictureBlocks)]
    errors += [outcome for outcome in outcomes if not isinstance(outcome, PictureBlocks)]
    with one_line_errors():
        if pictures:
            vectors = np.concatenate([each.vectors for each in pictures])
            shared = trained_shown(vectors, own_size(settings, size), settings)
            size = shared.codebook.size
            comment = exports.training_comment(len(pictures), settings, size)
            write_whole(codebook_file, pack_codebook(shared, comment))
            click.echo(printed.training_text(shared, pictures))
        for error in errors:
            tell(error)
    if errors:
        sys.exit(1)


@main.command("encode")
@click.argument("picture", type=FILE)
@click.argument("file", metavar="FILE.vq", type=FILE, callback=named(".vq"))
@with_size
@with_settings
@family_option([*FAMILIES, ALL_FAMILIES], "The kind of quantizer; all tries each, for a target.")
@with_target
@with_peak
@with_codebook
@with_raw_size
def encode_command(
    picture: Path,
    file: Path,
    size: int,
    settings: Settings,
    target: Target,
    peak: int,
    codebook_file: Path | None,
    raw_size: Size | None,
) -> None:
    """Quantize PICTURE with one codebook and write it as FILE.vq.

    With --codebook nothing is trained, and the file cannot be decoded without that codebook, which
    says block size, colour mode and number of codewords; an .npy, codewords alone, leaves the first
    two to --block and --colour. The codebook of a .vq, of any family, can be used too; the file
    then holds it again.

    With a target, the block sizes 4, 8 and 16, the codebook sizes 1, 2, 4 and on to 1024, and RGB
    and YCbCr are tried where no option fixes them. Of the files that meet all targets, the one of
    the highest PSNR is written, or with --min-psnr alone the smallest.

    With --family all each family is tried as well: with K = 4, 16 and on to 1024 and a rate weight
    that suits the target, then with others around the best. That takes minutes.
    """
    if codebook_file:
        cut = cut_beside(codebook_file, settings)
        encode_with(picture, file, codebook_file, cut, settings.rate_weight, peak, raw_size)
    else:
        check_families(target)
        size = own_size(settings, size)
        encode_with_its_own(picture, file, size, settings, target, peak, raw_size)


def check_families(target: Target) -> None:
    """Refuse all families where no target chooses among them."""
    if all_families() and not str(target):
        targets = "--max-bytes, --min-psnr or --min-ratio"
        raise click.UsageError(f"--family all needs a target: {targets}.")


def all_families() -> bool:
    family: str = click.get_current_context().params["family"]
    return family == ALL_FAMILIES


def cut_beside(codebook_file: Path, settings: Settings) -> Cut | None:
    """Return block size and colour mode for codewords alone, None for a codebook that has them.

    Options that choose what it has already are refused.
    """
    if not holds_codewords_alone(codebook_file):
        refuse_beside_codebook({"block", "colour"})
        return None
    refuse_beside_codebook(set())
    for name in ("block", "colour"):
        if name not in options_given():
            raise click.UsageError(f"--{name} is needed beside {codebook_file}, codewords alone.")
    return settings.block_size, settings.colour


def holds_codewords_alone(codebook_file: Path) -> bool:
    return codebook_file.suffix.lower() == ".npy"


def refuse_beside_codebook(cut: set[str]) -> None:
    """Refuse the options that choose what a codebook has already."""
    own = cut | {"family", "trainer", "seed", "size", "smooth"}
    own |= {name.replace("-", "_") for name in FAMILY_OPTIONS}
    own |= {"max_bytes", "min_psnr", "min_ratio"}
    for name in sorted(own & options_given()):
        option = f"--{name.replace('_', '-')}"
        raise click.UsageError(f"{option} has no place beside --codebook, which is trained.")


def encode_with(
    picture: Path,
    file: Path,
    codebook_file: Path,
    cut: Cut | None,
    rate_weight: float,
    peak: int,
    raw_size: Size | None,
) -> None:
    with one_line_errors():
        shared = load_shared(codebook_file, cut)
        loaded = load_fitting(picture, shared.colour, raw_size)
        use = finish(use_work(loaded, shared, rate_weight))
        write_whole(file, use.file)
    tell_point(loaded, at_peak(use.point, peak))


def tell_point(picture: Picture, point: OperatingPoint) -> None:
    click.echo(printed.picture_text(picture.name, picture.origin))
    click.echo(printed.points_table([point]))


def encode_with_its_own(
    picture: Path,
    file: Path,
    size: int,
    settings: Settings,
    target: Target,
    peak: int,
    raw_size: Size | None,
) -> None:
    left_open = {"block", "colour", "size", "rate_weight"} - options_given()
    left_open = left_open if str(target) else set()
    sizes, start = CODEBOOK_SIZES if "size" in left_open else (size,), perf_counter()
    with one_line_errors():
        loaded = load_picture(picture, raw_size)
        tried = settings_to_try(loaded, settings, left_open)
        search = Search(loaded, target, peak)
        candidates = search.shown(dict.fromkeys(tried, sizes))
        if all_families():
            candidates = search.of_all_families(candidates, left_open, sizes)
        chosen = target.choose(candidates)
        write_whole(file, chosen.file)
    tell_point(loaded, chosen.point)
    if str(target):
        click.echo(printed.setting_text(chosen))
    if all_families():
        seconds = perf_counter() - start
        click.echo(printed.families_text(leaders(target, candidates), len(candidates), seconds))
    if "size" not in left_open:
        tell_clamping(plan_sweep(loaded, chosen.settings, sizes))


def options_given() -> set[str]:
    context = click.get_current_context()
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return {name for name, source in sources.items() if source is not ParameterSource.DEFAULT}


@main.command("decode")
@click.argument("file", metavar="FILE.vq", type=FILE)
@click.argument("picture", metavar="PICTURE.png", type=FILE, callback=named(".png"))
@with_codebook
def decode_command(file: Path, picture: Path, codebook_file: Path | None) -> None:
    """Rebuild the picture in FILE.vq and write it as PICTURE.png.

    A file that `encode --codebook` wrote needs that codebook; others do without.
    """
    with one_line_errors():
        data, codebooks = file.read_bytes(), list[SharedCodebook]()
        if codebook_file:
            cut = cut_in(file, data) if holds_codewords_alone(codebook_file) else None
            codebooks = [load_codebook(codebook_file, cut)]
        with named_errors(file):
            encoded = parse(data, codebooks)
        write_whole(picture, png_bytes(encoded.decode()))


def cut_in(file: Path, data: bytes) -> Cut:
    """Return block size and colour mode of a .vq file."""
    with named_errors(file):
        layout = parse_header(data).layout
    return layout.block_size, layout.colour


@main.command("info")
@click.argument("file", metavar="FILE.vq", type=FILE)
def info_command(file: Path) -> None:
    """Say what FILE.vq holds."""
    with one_line_errors(), named_errors(file):
        data = file.read_bytes()
        header = parse_header(data)
        encoded = parse(data) if header.codebook is None else None
    click.echo(printed.file_text(header, encoded, len(data)))


def tell_clamping(plan: Plan, whose: str = "") -> None:
    if plan.distinct_blocks is not None:
        blocks = f"{plan.distinct_blocks} distinct {noun(plan.distinct_blocks, 'block')}"
        click.echo(f"{whose}{blocks}: no codebook can be larger.", err=True)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End with status 1 and one line that says what and why, where a file or target fails."""
    try:
        yield
    except (OSError, PictureError, CodebookError, FileError, TargetError, RulesError) as error:
        tell(error)
        sys.exit(1)
    except BrokenProcessPool:
        tell("A process was ended, perhaps for lack of memory; fewer --jobs need less of it.")
        sys.exit(1)


def tell(error: Exception | str) -> None:
    """Say in one line what failed and why."""
    message = str(error)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        message = f"{place}{error.strerror}"
    click.echo(f"Error: {' '.join(message.splitlines())}", err=True)


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Name the .vq file in its errors."""
    try:
        yield
    except FileError as error:
        raise FileError(f"{path}: {error}") from error


def outcomes_shown(
    files: Sequence[Path],
    settings: Settings,
    sizes: Sequence[int],
    jobs: int,
    raw_size: Size | None,
) -> list[Swept | Unswept]:
    """Sweep with a progress bar on a terminal: of one file its sizes, of several the files."""
    if len(files) == 1:
        return [sweep_file(files[0], settings, sizes, steps_shown, raw_size=raw_size)]
    outcomes = sweep_files(files, settings, sizes, jobs=jobs, raw_size=raw_size)
    with progress_bar(len(files), "Sweeping", outcomes) as shown:
        return list(shown)


def steps_shown(picture: Picture, settings: Settings, plan: Plan) -> Iterator[Step]:
    """Carry out a sweep with a progress bar on a terminal."""
    with progress_bar(sum(plan.sizes), "Training") as bar:
        yield from advancing(bar, sweep(picture, settings, plan.sizes), "Training ")


@dataclass(frozen=True, eq=False)
class Search:
    """What a file is looked for: a picture, and a target that it is to meet, by PSNR of a peak."""

    picture: Picture
    target: Target
    peak: int

    def of_all_families(
        self, plain: Sequence[Candidate], left_open: Set[str], sizes: tuple[int, ...]
    ) -> list[Candidate]:
        """Try all families, then what is around the best; return all candidates there are then."""
        every = list(plain)
        tries = first_tries(self.picture, self.target, plain, left_open, sizes)
        every += self.shown(tries, every, "Trying")
        return every + self.shown(closer_tries(self.target, every, left_open), every, "Refining")

    def shown(
        self, tries: Tries, before: Sequence[Candidate] = (), doing: str = "Training"
    ) -> list[Candidate]:
        """Carry out sweeps, each as far as it helps, with one progress bar on a terminal.

        What is trained serves all settings that have that training.
        """
        plans = {each: plan_sweep(self.picture, each, sizes) for each, sizes in tries.items()}
        every, done = list(before), 0
        trained: dict[Settings, dict[int, TrainedQuantizer]] = {}
        with progress_bar(sum(sum(plan.sizes) for plan in plans.values()), doing) as bar:
            for settings, plan in plans.items():
                name = f"{settings_name(settings, plan.layout)}, " if len(plans) > 1 else ""
                known = trained.setdefault(settings.training, {})
                events = sweep(self.picture, settings, plan.sizes, trained=dict(known))
                with closing(events):
                    for step in advancing(bar, events, f"{doing} {name}"):
                        known[step.codebook_size] = step.trained
                        point = at_peak(step.point, self.peak)
                        every.append(Candidate(settings, point, step.file))
                        if self.target.is_passed(every[-1], every):
                            break
                done += sum(plan.sizes)
                bar.update(done - bar.pos)
        return every[len(before) :]


def advancing(bar: Any, events: Iterable[Any], doing: str) -> Iterator[Step]:
    """Pass the steps of a sweep on, and show on a bar where it is."""
    for event in events:
        if isinstance(event, Progress):
            bar.label = f"{doing}K = {event.codebook_size}"
            bar.render_progress()
        elif isinstance(event, Step):
            bar.update(event.point.codebook_size)
            yield event


def stored_shown(
    files: Sequence[Path], colour: Colour, raw_size: Size | None
) -> list[Stored | OSError | PictureError]:
    """Store pictures with every codec, with a progress bar on a terminal."""
    outcomes = list[Stored | OSError | PictureError]()
    with progress_bar(len(files) * LEVELS, "Storing") as bar:
        for place, file in enumerate(files, 1):
            try:
                storing = stored_work(load_picture(file, raw_size), colour)
                outcomes.append(finish(mapped(storing, lambda point: bar.update(bool(point)))))
            except (OSError, PictureError) as error:
                outcomes.append(error)
            bar.update(place * LEVELS - bar.pos)
    return outcomes


def gathered_shown(
    files: Sequence[Path], settings: Settings, raw_size: Size | None
) -> list[PictureBlocks | OSError | PictureError]:
    """Cut pictures into blocks with a progress bar on a terminal."""
    gathering = gather_blocks(files, settings, raw_size=raw_size)
    with progress_bar(len(files), "Reading", gathering) as shown:
        return list(shown)


def trained_shown(vectors: Samples, size: int, settings: Settings) -> SharedCodebook:
    """Train a codebook with a progress bar on a terminal."""
    with progress_bar(size, "Training") as bar:

        def show(progress: Progress) -> None:
            bar.label = f"Training K = {progress.codebook_size}"
            bar.update(progress.codebook_size - bar.pos)

        return finish(mapped(train_shared(vectors, size, settings), show))


def progress_bar(
    length: int, label: str, items: Iterable[Any] | None = None
) -> AbstractContextManager[Any]:
    """Return click's progress bar, on standard error, and only if that is a terminal."""
    hidden = not sys.stderr.isatty()
    return click.progressbar(items, length, label, hidden, file=sys.stderr)


def write_whole(path: Path, data: bytes) -> None:
    """Write beside the target and rename, so that a half-written file is never seen."""
    beside = path.parent / f".vqcore-{os.getpid()}"
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink()
