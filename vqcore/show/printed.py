"""What the command line prints: tables, settings, and what a file holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from statistics import fmean
from typing import Any

from vqcore.archive.making import Made
from vqcore.archive.passes import Passed
from vqcore.archive.training import TrainedTogether
from vqcore.arrays import Sketch
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.container import Header
from vqcore.coding.pointsfile import EncodedPoints
from vqcore.coding.smoothing import MAX_STRENGTH
from vqcore.coding.soundcodec import EncodedSound, SoundSettings
from vqcore.lab.batch import Swept
from vqcore.lab.comparison import MEAN_FIGURES, mean_rows
from vqcore.lab.identification import Identified
from vqcore.lab.pointsweeps import PointSettings, SweptPoints
from vqcore.lab.rivals import RivalPoint
from vqcore.lab.sharing import SharedQuantizer
from vqcore.lab.soundsweeps import SweptSound
from vqcore.lab.spectralsweeps import SweptSpectra
from vqcore.lab.storing import Stored
from vqcore.lab.sweeps import OperatingPoint
from vqcore.lab.targets import Candidate
from vqcore.metrics import compression_ratio, psnr_db, rate_bpp
from vqcore.plurals import noun
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.plain import ID as PLAIN
from vqcore.quantizers.quantizer import Quantizer
from vqcore.quantizers.wavelet import is_shipped
from vqcore.show.wording import codec_name, infinity, level_name, origin_in_short
from vqcore.signals.pictures import Origin
from vqcore.signals.points import Points

TABLE_COLUMNS = (
    *("codebook_size", "used_codewords", "mse", "psnr_db", "snr_db", "ssim"),
    *("nominal_ratio", "file_ratio", "file_bytes", "rate_bpp"),
)
RIVAL_FIGURES = ("file_bytes", "rate_bpp", "file_ratio", "psnr_db", "snr_db", "ssim")
POINT_COLUMNS = (
    *("codebook_size", "used_codewords", "mse", "largest_error", "snr_db", "snr_variance_db"),
    *("nominal_rate", "entropy_rate", "file_rate", "file_bytes"),
)
SOUND_COLUMNS = (
    *("codebook_size", "used_codewords", "snr_db", "segmental_snr_db", "spectral_db", "stoi"),
    *("nominal_kbps", "file_kbps", "file_bytes", "file_ratio"),
)
SPECTRAL_COLUMNS = (
    *("codebook_size", "used_codewords", "distortion_db", "over_2_db", "over_4_db"),
    *("nominal_bits", "entropy_bits", "nominal_kbps", "file_bytes"),
)
SHORT_HEADINGS = {
    "used_codewords": "used",
    "nominal_rate": "nominal_bits/number",
    "entropy_rate": "entropy_bits/number",
    "file_rate": "file_bits/number",
}
START_FILE, START_CODEWORDS = "start.npz", "start.csv"
"""How commands call the file of the codewords that a training by the book begins with."""


def points_table(points: Iterable[OperatingPoint]) -> str:
    """Return the main figures as lines of aligned columns."""
    rows = ([getattr(point, name) for name in TABLE_COLUMNS] for point in points)
    return _table(TABLE_COLUMNS, rows)


def picture_text(name: str, origin: Origin | None) -> str:
    """Return in one line the name of a picture and, if known, the file it came from."""
    name = " ".join(name.splitlines())
    return f"{name}: {origin_in_short(origin)}" if origin else name


def sweep_text(swept: Swept) -> str:
    """Return the table of a picture under its `picture_text`."""
    return f"{picture_text(swept.name, swept.origin)}\n{points_table(swept.points)}"


def stored_text(pictures: Iterable[Stored]) -> str:
    """Return for each picture its `picture_text` and a line for each level of each codec."""
    return "\n\n".join(
        f"{picture_text(it.name, it.origin)}\n{rivals_table(it.points)}" for it in pictures
    )


def rivals_table(points: Iterable[RivalPoint]) -> str:
    """Return the main figures of codecs as lines of aligned columns."""
    rows = (
        [
            codec_name(point.codec),
            level_name(point.codec, point.level),
            *(getattr(point, name) for name in RIVAL_FIGURES),
        ]
        for point in points
    )
    return _table(("codec", "level", *RIVAL_FIGURES), rows)


def sweeps_text(sweeps: Sequence[Swept]) -> str:
    """Return the `sweep_text` of each picture, then the means of two pictures or more."""
    tables = list(map(sweep_text, sweeps))
    if len(sweeps) > 1:
        heading = f"Mean and standard deviation over {len(sweeps)} pictures"
        tables.append(f"{heading}\n{means_table(sweeps)}")
    return "\n\n".join(tables)


def means_table(sweeps: Sequence[Swept]) -> str:
    """Return mean and standard deviation over the pictures by codebook size, as aligned columns.

    What is in it, `curves.mean_rows` says.
    """
    rows = mean_rows([swept.points for swept in sweeps])
    columns = ("codebook_size", *chain.from_iterable((it, f"{it}_std") for it in MEAN_FIGURES))
    return _table(columns, ([row[name] for name in columns] for row in rows))


def _table(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    headings = [SHORT_HEADINGS.get(name, name) for name in columns]
    lines = [headings, *(list(map(_short, columns, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


def point_sweeps_text(sweeps: Iterable[SweptPoints]) -> str:
    """Return for each file its name and what is in it, and a line for each codebook size."""
    return "\n\n".join(
        f"{vectors_text(it.points)}\n{_table(POINT_COLUMNS, _point_rows(it))}" for it in sweeps
    )


def _point_rows(swept: SweptPoints) -> Iterable[Iterable[Any]]:
    return ([getattr(figures, name) for name in POINT_COLUMNS] for figures in swept.figures)


def sound_sweeps_text(sweeps: Iterable[SweptSound]) -> str:
    """Return for each file its name and what it is, and a line for each codebook size."""
    return "\n\n".join(
        f"{sound_text(it)}\n{_table(SOUND_COLUMNS, _sound_rows(it))}" for it in sweeps
    )


def _sound_rows(swept: SweptSound) -> Iterable[Iterable[Any]]:
    return ([getattr(figures, name) for name in SOUND_COLUMNS] for figures in swept.figures)


def sound_text(swept: SweptSound) -> str:
    """Return in one line the name of a sound, how long it is, and how it is cut."""
    sound, name = swept.sound, " ".join(swept.sound.name.splitlines())
    cut = f"{swept.settings.dimension} {noun(swept.settings.dimension, 'sample')} a vector"
    return f"{name}: {sound.seconds:.2f} s at {sound.rate} Hz, {cut}"


def spectral_sweeps_text(sweeps: Iterable[SweptSpectra]) -> str:
    """Return for each file its name and its frames, and a line for each codebook size."""
    return "\n\n".join(
        f"{_spectra_text(it)}\n{_table(SPECTRAL_COLUMNS, _spectral_rows(it))}" for it in sweeps
    )


def _spectral_rows(swept: SweptSpectra) -> Iterable[Iterable[Any]]:
    return ([getattr(figures, name) for name in SPECTRAL_COLUMNS] for figures in swept.figures)


def _spectra_text(swept: SweptSpectra) -> str:
    """Return in one line the name of a sound, how many frames it has, and of what order."""
    sound, frames = swept.spectra.sound, swept.spectra.frequencies
    name, heard = " ".join(sound.name.splitlines()), int(swept.spectra.is_heard.sum())
    what = f"{len(frames)} frames of {frames.shape[1]} frequencies, {heard} not silent"
    return f"{name}: {sound.seconds:.2f} s at {sound.rate} Hz, {what}"


def sound_file_text(encoded: EncodedSound, file_bytes: int) -> str:
    """Return what the .vq of a sound holds, a line for each fact."""
    layout, quantizer = encoded.layout, encoded.quantizer
    size, used = quantizer.codebook_size, quantizer.used_codewords(encoded.indices)
    facts = {
        "sound": f"{layout.seconds:.2f} s at {layout.rate} Hz",
        "vectors": f"{layout.count} of {layout.dimension} {noun(layout.dimension, 'sample')}",
        "family": _family(quantizer),
        "codebook": f"{size} {noun(size, 'codeword')}, {used} in use",
        "file": f"{file_bytes} {noun(file_bytes, 'byte')}",
        "rate": f"{file_bytes / layout.seconds / 125:.2f} kbit/s",
    }
    return _facts(facts)


def identified_text(found: Sequence[Identified]) -> str:
    """Return a line for each test: how far it is from each voice, and the nearest."""
    names = list(found[0].distortions)
    rows = ([it.name, *(it.distortions[name] for name in names), it.nearest] for it in found)
    return _table(["test", *names, "nearest"], rows)


def vectors_text(points: Points) -> str:
    """Return in one line the name of points, how many there are, and of what."""
    return f"{' '.join(points.name.splitlines())}: {_vectors(points.count, points.dimension)}"


def _vectors(count: int, dimension: int) -> str:
    return f"{count} {noun(count, 'vector')} of {dimension} {noun(dimension, 'number')}"


def codewords_text(codewords: Sketch, points: Points, files: int) -> str:
    """Return what codewords are, shape (K, d), and how many vectors they come from."""
    size, dimension = codewords.shape
    return (
        f"{size} {noun(size, 'codeword')} of {dimension} {noun(dimension, 'number')}, trained on "
        f"all {points.count} {noun(points.count, 'vector')} of {files} {noun(files, 'file')}"
    )


def points_file_text(encoded: EncodedPoints, file_bytes: int) -> str:
    """Return what a file of points holds, a line for each fact."""
    quantizer, count = encoded.quantizer, len(encoded.indices)
    columns = map("{} {}".format, quantizer.names, quantizer.sizes)
    size, used = quantizer.codebook_size, int((encoded.use[quantizer.main] > 0).sum())
    facts = {
        "points": _vectors(count, quantizer.dimension),
        "family": f"{quantizer.family}: {', '.join(columns)}",
        "codebook": f"{size} {noun(size, 'codeword')}, {used} in use",
        "file": f"{file_bytes} {noun(file_bytes, 'byte')}",
        "rate": f"{8 * file_bytes / (count * quantizer.dimension):.4f} bits a number",
    }
    return _facts(facts)


def codewords_file_text(points: Points, file_bytes: int) -> str:
    """Return what a file of codewords alone holds, a line for each fact."""
    rows = f"{points.count} {noun(points.count, 'row')}"
    told = f"{rows} of {points.dimension} {noun(points.dimension, 'number')}"
    return _facts({"codewords": told, "file": f"{file_bytes} {noun(file_bytes, 'byte')}"})


def codebook_file_text(shared: SharedCodebook, file_bytes: int) -> str:
    """Return what a codebook file holds, a line for each fact."""
    size = shared.codebook.size
    facts = {
        "codebook": f"{size} {noun(size, 'codeword')}, {shared.checksum.hex()}",
        "blocks": f"{shared.block_size.spaced} pixels, {shared.colour}",
        "file": f"{file_bytes} {noun(file_bytes, 'byte')}",
    }
    return _facts(facts)


def clamping_text(settings: Settings, most: int) -> str:
    """Say why no codebook of a picture can be larger than one.

    Examples
    --------
    >>> clamping_text(Settings(), 9)
    '9 distinct blocks: no codebook can be larger.'
    >>> clamping_text(Settings(family="wavelet", options=(20, 2)), 512)
    '512 codewords are shipped: no codebook can be larger.'
    """
    kind = "vector" if FAMILIES[settings.family].WHOLE else "block"
    told = f"{most} distinct {noun(most, kind)}"
    if is_shipped(settings.options_by_name):
        told = f"{most} {noun(most, 'codeword')} are shipped"
    return f"{told}: no codebook can be larger."


def setting_text(candidate: Candidate) -> str:
    """Return the options of the command line that lead to a file."""
    return " ".join(["Setting:", *option_words(candidate.settings, candidate.point.codebook_size)])


def families_text(leaders: Sequence[Candidate], files: int, seconds: float) -> str:
    """Return which family won, and what each comes to.

    Parameters
    ----------
    leaders : the best of each family, the best first
    files : how many were made
    seconds : that took
    """
    winner, made = leaders[0].settings.family, f"{files} {noun(files, 'file')} in {seconds:.0f} s"
    told = f"Family: {winner}, the best of {len(leaders)}; {made}"
    return "\n".join([told, *map(_in_a_line, leaders)])


def _in_a_line(candidate: Candidate) -> str:
    figures = f"{candidate.psnr_db:6.2f} dB  {candidate.file_bytes:>8} bytes"
    words = " ".join(option_words(candidate.settings, candidate.point.codebook_size))
    return f"  {candidate.settings.family:<12}  {figures}  {words}"


def option_words(settings: Settings, size: int | None) -> list[str]:
    """Return the words of the command line for block size, colour, K, and what is not the default.

    Examples
    --------
    >>> " ".join(option_words(Settings(4, "gray", rate_weight=50), 16))
    '--block 4 --colour gray --size 16 --rate-weight 50'
    >>> " ".join(option_words(Settings(4, "gray", family="mean-removed", options=(16,)), 8))
    '--block 4 --colour gray --size 8 --family mean-removed --mean-step 16'
    >>> " ".join(option_words(Settings(4, "gray", family="wavelet"), 8))
    '--colour gray --size 8 --family wavelet'
    """
    is_whole = FAMILIES[settings.family].WHOLE
    words = [] if is_whole else ["--block", settings.block_size.typed]
    words += ["--colour", settings.colour, "--size", str(size), *_training_words(settings)]
    if settings.rate_weight:
        words += ["--rate-weight", f"{settings.rate_weight:.10g}"]
    return [*words, "--smooth"] if settings.smoothing else words


def point_option_words(settings: PointSettings, size: int) -> list[str]:
    """Return the words of the command line for K, of points, and what is not the default.

    Examples
    --------
    >>> " ".join(point_option_words(PointSettings("residual", (3,), seed=2), 16))
    '--size 16 --family residual --stages 3 --seed 2'
    """
    return ["--size", str(size), *_training_words(settings)]


def sound_option_words(settings: SoundSettings, size: int) -> list[str]:
    """Return the words of the command line for d, rate, K, of a sound, and what is not the default.

    Examples
    --------
    >>> " ".join(sound_option_words(SoundSettings(8, 16000, "tree"), 16))
    '--dimension 8 --rate 16000 --size 16 --family tree'
    """
    cutting = ["--dimension", str(settings.dimension), "--rate", str(settings.rate)]
    return [*cutting, "--size", str(size), *_training_words(settings)]


def _training_words(settings: Settings | PointSettings | SoundSettings) -> list[str]:
    unusual = {
        "--family": (settings.family, "plain"),
        **{f"--{name}": (str(it), "") for name, it in settings.unusual_options.items()},
        "--trainer": (settings.trainer, "lbg"),
        **{f"--{name}": (it, "") for name, it in rule_words(settings).items()},
        "--seed": (str(settings.seed), "0"),
    }
    named = (it for it in unusual.items() if it[1][0] != it[1][1])
    return [word for name, (value, _) in named for word in (name, value)]


def rule_words(settings: Settings | PointSettings | SoundSettings) -> dict[str, str]:
    """Return the words for the rules of a training by the book that are not as at first."""
    if settings.rules is None:
        return {}
    if settings.rules.given:
        file = START_FILE if isinstance(settings, Settings) else START_CODEWORDS
        return settings.rules.unusual | {"start": "given", "start-codebook": file}
    return settings.rules.unusual


def file_text(header: Header, encoded: Encoded | None, file_bytes: int) -> str:
    """Return what a .vq file holds, a line for each fact.

    Parameters
    ----------
    header : Header
    encoded : what it decodes to; None where it names a codebook elsewhere
    file_bytes : int
    """
    layout, quantizer = header.layout, encoded.quantizer if encoded else header.blank
    size = quantizer.codebook_size
    family = {} if header.family == PLAIN else {"family": _family(quantizer)}
    smoothing = {"smoothing": f"{header.smoothing} of {MAX_STRENGTH}"} if header.smoothing else {}
    blocks = f"{layout.blocks} of {layout.block_size.spaced} pixels"
    facts = {
        "picture": f"{layout.width} × {layout.height} pixels, {layout.colour}",
        **({} if FAMILIES[header.family].WHOLE else {"blocks": blocks}),
        **family,
        "codebook": f"{size} {noun(size, 'codeword')}, {_where(header.codebook, encoded)}",
        **smoothing,
        "file": f"{file_bytes} {noun(file_bytes, 'byte')}",
        "ratio": f"{compression_ratio(layout.raw_bytes, file_bytes):.4g}:1",
        "rate": f"{rate_bpp(file_bytes, layout.width, layout.height):.4f} bits per pixel",
    }
    return _facts(facts)


def _facts(facts: Mapping[str, str]) -> str:
    return "\n".join(f"{name:<9} {fact}" for name, fact in facts.items())


def _family(quantizer: Quantizer) -> str:
    facts = [f"{column.name} {column.size}" for column in quantizer.columns]
    if FAMILIES[quantizer.family].WHOLE:
        facts = [f"{name} {value}" for name, value in quantizer.options.items()]
    return f"{quantizer.family}: {', '.join(facts)}"


def _where(checksum: bytes | None, encoded: Encoded | None) -> str:
    if encoded:
        return f"{encoded.used_codewords} in use"
    return f"elsewhere: {checksum.hex() if checksum else ''}"


def training_text(trained: TrainedTogether) -> str:
    """Return what a shared codebook is, and how many blocks it comes from."""
    shared, pictures, there = trained.shared, len(trained.places), trained.blocks
    number = f"all {there}" if trained.sample == there else f"{trained.sample} of {there}"
    what = f"{shared.size} {noun(shared.size, 'codeword')}"
    if isinstance(shared, SharedQuantizer):
        what = _family(shared.quantizer)
    return (
        f"{what} of {shared.block_size.spaced} pixels, {shared.colour}, trained on "
        f"{number} {noun(there, 'block')} of {pictures} {noun(pictures, 'picture')}: "
        f"codebook {shared.checksum.hex()}"
    )


def pass_text(number: int, passed: Passed) -> str:
    """Return what a pass over all pictures has come to."""
    mse = float(passed.mse)
    return f"pass {number}: MSE {mse:.6g}, {psnr_db(mse):.3f} dB"


def made_text(made: Made, seconds: float) -> str:
    """Return what files come to that were made of very many."""
    rows, pixels = made.good, sum(row.pixels for row in made.good)
    length = sum(row.bytes for row in rows)
    told = [f"{len(rows)} {noun(len(rows), 'picture')} of {pixels / 1e6:.1f} megapixels"]
    told.append(f"{length} bytes, {rate_bpp(length, pixels, 1):.4g} bits a pixel")
    psnrs = [row.psnr_db for row in rows if row.psnr_db is not None]
    if psnrs:
        told.append(f"mean PSNR {fmean(psnrs):.2f} dB")
    if made.kept:
        told.append(f"{made.kept} there already")
    return f"{'; '.join(told)}; {seconds:.1f} s"


def _short(name: str, value: str | float | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if math.isinf(value):
        return infinity(name, value)
    if name.endswith("_db"):
        value = round(value, 9) + 0.0  # what is left of equal sums is 0, and so is -0
    return str(value) if isinstance(value, int) else f"{value:.4g}"
