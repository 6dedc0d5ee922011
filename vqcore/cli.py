"""The command line: ``python -m vqcore sweep | train | encode | encode-all | decode | …``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from time import perf_counter

import click

from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE
from vqcore.coding.codebookfile import Cut, SharedCodebook, load_codebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse, parse_header
from vqcore.commands import archive, points, sounds
from vqcore.commands.options import (
    ALL_FAMILIES,
    ALL_NAMES,
    DEFAULT_SIZES,
    FAMILY_OPTIONS,
    FILE,
    OF_PICTURES,
    check_name,
    family_option,
    figures_named,
    named_files,
    options_given,
    refuse_beside_trained,
    size_list,
    unless,
    with_codebook,
    with_csv,
    with_cutting,
    with_family,
    with_peak,
    with_rate,
    with_rate_weight,
    with_raw_size,
    with_settings,
    with_size,
    with_spectra,
    with_target,
    with_training,
)
from vqcore.commands.running import (
    advancing,
    named_errors,
    one_line_errors,
    progress_bar,
    tell,
)
from vqcore.files import write_whole
from vqcore.lab.batch import Swept, Unswept, picture_files, sweep_file, sweep_files
from vqcore.lab.comparison import at_peak
from vqcore.lab.identification import SIZE
from vqcore.lab.sharing import load_fitting, load_shared, use_work
from vqcore.lab.storing import LEVELS, Stored, stored_work
from vqcore.lab.sweeps import OperatingPoint, Plan, Step, plan_sweep, sweep
from vqcore.lab.targets import (
    CODEBOOK_SIZES,
    REACHES,
    USUAL_SIZE,
    Candidate,
    Target,
    Tries,
    closer_tries,
    first_tries,
    leaders,
    settings_to_try,
    sizes_around,
    step_tries,
)
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.refusals import PictureError
from vqcore.show import exports, printed
from vqcore.show.wording import settings_name
from vqcore.signals.blocks import Colour
from vqcore.signals.pictures import Picture, load_picture, png_bytes
from vqcore.signals.raw import Size
from vqcore.signals.sounds import Rate
from vqcore.version import __version__
from vqcore.work import CORES, finish, mapped


@click.group()
@click.version_option(__version__, prog_name="VQ Lab", message="%(prog)s %(version)s")
def main() -> None:
    """Vector quantization of pictures, points and sounds: VQ Lab on the command line."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # not every terminal has all of our signs


@main.command("sweep")
@click.argument("places", metavar="FILES_OR_FOLDERS...", nargs=-1, required=True, type=FILE)
@unless("places", points.are_all_points, points.sweep)
@unless("places", sounds.are_all_sounds, sounds.sweep)
@with_spectra
@with_cutting
@click.option(
    "--sizes",
    metavar="SIZES",
    type=size_list,
    default=",".join(map(str, DEFAULT_SIZES)),
    help="Codebook sizes K, with commas between; else 1,2,4 and on to 1024.",
)
@with_settings
@family_option(ALL_NAMES, "The kind of quantizer; product and split are for points.")
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
    """Quantize pictures, points or sounds by codebooks of many sizes.

    The figures of each size are printed. A folder stands for the pictures in it. Points are a
    vector a line of a .csv, .tsv, .txt or .dat, or an .npy of shape (n, d); options of pictures
    are not for them.
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
        tell_clamping(swept.settings, swept.plan, f"{swept.name}: " if several else "")


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
@click.argument("places", metavar="PLACES...", nargs=-1, required=True)
@click.argument("codebook_file", metavar="CODEBOOK.npz|WORDS.npy|FILE.vq", type=FILE)
@archive.unless_far(points.are_all_points, points.train)
@archive.unless_far(sounds.are_all_sounds, sounds.train)
@with_cutting
@with_size
@with_training
@with_family
@family_option(OF_PICTURES, "The kind of quantizer; all but plain go into a .vq.")
@click.option(
    "--passes",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of plain codebooks: Lloyd iterations over all blocks, at most, after the search in a "
    "sample.",
)
@archive.with_cluster
@with_raw_size
def train_command(
    places: tuple[str, ...],
    codebook_file: Path,
    size: int,
    settings: Settings,
    passes: int,
    cluster: str | None,
    raw_size: Size | None,
) -> None:
    """Train one codebook on many pictures, on points or on sounds.

    It is for `encode` and `encode-all --codebook`. PLACES of pictures are files, folders, patterns
    in quotes ("photos/**/*.jpg"), addresses (s3://bucket/photos), and lists of these: @list.txt. A
    folder stands for the pictures in it. Each gives a sample, together 2000 blocks a codeword. A
    codebook in colour takes no gray pictures. One of another family than plain is in a .vq, which
    is the first picture encoded with it; so is that of sounds. That of points is codewords alone,
    an .npy.
    """
    archive.check_can_train(settings, passes, codebook_file)
    size = own_size(settings, size)
    archive.train(places, codebook_file, size, settings, passes, cluster, raw_size)


@main.command("encode-all")
@click.argument("places", metavar="PLACES...", nargs=-1, required=True)
@click.argument("folder", metavar="FOLDER")
@click.option(
    "--codebook",
    "codebook_file",
    type=FILE,
    metavar="CODEBOOK.npz|FILE.vq",
    required=True,
    help="The codebook that `train` or the lab wrote.",
)
@with_rate_weight
@archive.with_cluster
@with_raw_size
def encode_all_command(
    places: tuple[str, ...],
    folder: str,
    codebook_file: Path,
    rate_weight: float,
    cluster: str | None,
    raw_size: Size | None,
) -> None:
    """Encode many pictures with one codebook, each into a .vq.

    PLACES are as in `train`. The folders that they share are left out in FOLDER. What became of
    each picture is in manifest.csv and manifest.json there. Run again, the command does what is
    missing, damaged, failed or out of date.
    """
    archive.encode_all(places, folder, codebook_file, rate_weight, cluster, raw_size)


@main.command("decode-all")
@click.argument("places", metavar="PLACES...", nargs=-1, required=True)
@click.argument("folder", metavar="FOLDER")
@with_codebook
@archive.with_cluster
def decode_all_command(
    places: tuple[str, ...], folder: str, codebook_file: Path | None, cluster: str | None
) -> None:
    """Rebuild the pictures of many .vq files, each as a PNG.

    PLACES are as in `train`, of .vq files. Run again, the command goes on, as `encode-all` does.
    """
    archive.decode_all(places, folder, codebook_file, cluster)


@main.command("encode")
@click.argument("picture", metavar="PICTURE|POINTS|SOUND", type=FILE)
@click.argument("file", metavar="FILE.vq|FILE.npz", type=FILE)
@unless("picture", points.are_points, points.encode)
@unless("picture", sounds.are_sounds, sounds.encode)
@with_cutting
@with_size
@with_settings
@family_option(
    [*ALL_NAMES, ALL_FAMILIES],
    "The kind of quantizer; all tries each, for a target; product and split are for points.",
)
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
    """Quantize a picture, sound or points by one codebook into a file.

    With --codebook nothing is trained, and the file cannot be decoded without that codebook, which
    says block size, colour mode and number of codewords; an .npy, codewords alone, leaves the first
    two to --block and --colour. The codebook of a .vq, of any family, can be used too; the file
    then holds it again.

    With a target, the block sizes 4, 8 and 16, the codebook sizes 1, 2, 4 and on to 1024, and RGB
    and YCbCr are tried where no option fixes them. Of the files that meet all targets, the one of
    the highest PSNR is written, or with --min-psnr alone the smallest.

    With --family all each family is tried as well: with K = 4, 16 and on to 1024 and a rate weight
    that suits the target, then with others around the best. That takes minutes.

    The .npz is that of points, and always holds its codebook; --codebook takes another's, or
    codewords alone. Targets, --block and other options of pictures are not for points.
    """
    check_name(file, ".vq")
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
    refuse_beside_trained(own)


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
    left_open = {"block", "colour", "size", "rate_weight", "band_step"} - options_given()
    left_open = left_open if str(target) else set()
    sizes, start = CODEBOOK_SIZES if "size" in left_open else (size,), perf_counter()
    with one_line_errors():
        loaded = load_picture(picture, raw_size)
        tried = settings_to_try(loaded, settings, left_open)
        search = Search(loaded, target, peak)
        if FAMILIES[settings.family].WHOLE and "band_step" in left_open:
            candidates = search.of_steps(tried, size, "size" in left_open)
        else:
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
        tell_clamping(chosen.settings, plan_sweep(loaded, chosen.settings, sizes))


@main.command("decode")
@click.argument("file", metavar="FILE.vq|FILE.npz", type=FILE)
@click.argument("picture", metavar="PICTURE.png|POINTS.npy|SOUND.wav", type=FILE)
@unless("file", points.hold_points, points.decode)
@unless("file", sounds.hold_a_sound, sounds.decode)
@with_codebook
def decode_command(file: Path, picture: Path, codebook_file: Path | None) -> None:
    """Rebuild the picture, the sound or the points in a file.

    A .vq that `encode --codebook` wrote needs that codebook; others do without.
    """
    check_name(picture, ".png")
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


@main.command("identify")
@click.argument("tests", metavar="TESTS...", nargs=-1, required=True, type=FILE)
@click.option(
    "--train",
    "voices",
    metavar="NAME=FILE",
    multiple=True,
    required=True,
    callback=named_files,
    help="A speaker, and a sound of theirs; once for each, as often as there are sounds.",
)
@click.option(
    "--size",
    type=click.IntRange(1, MAX_CODEBOOK_SIZE),
    default=SIZE,
    show_default=True,
    help="K, the number of codewords of each speaker.",
)
@with_rate
@click.option("--seed", type=click.IntRange(0), default=0, help="Where chance begins.")
def identify_command(
    tests: tuple[Path, ...], voices: dict[str, list[Path]], size: int, rate: Rate, seed: int
) -> None:
    """Tell which of several speakers sounds are of.

    Each speaker has a codebook of the spectra (line spectral frequencies) of their frames of 20 ms.
    A test is encoded with each, and goes to the one that comes nearest: squared radians a frame.
    """
    sounds.identify_speakers(voices, tests, size, rate, seed)


@main.command("info")
@click.argument("file", metavar="FILE.vq|FILE.npz", type=FILE)
@unless("file", points.hold_tables, points.info)
@unless("file", sounds.hold_a_sound, sounds.info)
def info_command(file: Path) -> None:
    """Say what a file of a picture, a sound or points holds."""
    with one_line_errors(), named_errors(file):
        data = file.read_bytes()
        header = parse_header(data)
        encoded = parse(data) if header.codebook is None else None
    click.echo(printed.file_text(header, encoded, len(data)))


def tell_clamping(settings: Settings, plan: Plan, whose: str = "") -> None:
    if plan.distinct_blocks is not None:
        click.echo(whose + printed.clamping_text(settings, plan.distinct_blocks), err=True)


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
        yield from advancing(bar, sweep(picture, settings, plan.sizes), "Training ", Step)


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
        every += self.shown(closer_tries(self.target, every, left_open), every, "Refining")
        whole = [it for it in every if FAMILIES[it.settings.family].WHOLE]
        if whole and "band_step" in left_open:
            near = self.target.nearest(whole)
            every += self.at_steps(near.settings, near.point.codebook_size, REACHES[2:], whole)
        return every

    def of_steps(self, tried: Sequence[Settings], size: int, is_size_open: bool) -> list[Candidate]:
        """Try steps of bands, ever nearer to the best; last, codebooks around its size."""
        every = list[Candidate]()
        size = USUAL_SIZE if is_size_open else size
        for settings in tried:
            every += self.at_steps(settings, size, REACHES)
        best = self.target.nearest(every).settings
        sizes = tuple(it for it in sizes_around(size) if it != size)
        return every + (self.shown({best: sizes}, every, "Refining") if is_size_open else [])

    def at_steps(
        self,
        settings: Settings,
        size: int,
        reaches: Sequence[int],
        before: Sequence[Candidate] = (),
    ) -> list[Candidate]:
        """Try steps of bands, ever nearer to the best of what there is."""
        found = list(before)
        for reach in reaches:
            tries = step_tries(settings, self.target, found, size, reach)
            found += self.shown(tries, found, "Trying")
        return found[len(before) :]

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
                    for step in advancing(bar, events, f"{doing} {name}", Step):
                        known[step.codebook_size] = step.trained
                        point = at_peak(step.point, self.peak)
                        every.append(Candidate(settings, point, step.file))
                        if self.target.is_passed(every[-1], every):
                            break
                done += sum(plan.sizes)
                bar.update(done - bar.pos)
        return every[len(before) :]


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
