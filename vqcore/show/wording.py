"""Figures and settings in words: each number with its unit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from string import punctuation

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Trainer
from vqcore.coding.codebookfile import Cut, cuts_of, dimension_of
from vqcore.coding.codec import Settings
from vqcore.coding.soundcodec import SoundSettings
from vqcore.lab.comparison import Sized
from vqcore.lab.pointsweeps import PointFigures, PointSettings
from vqcore.lab.rivals import REFERENCES, RIVALS, Codec
from vqcore.lab.sharing import Shared, Use
from vqcore.lab.soundfiles import SoundFile
from vqcore.lab.soundrivals import SoundCodec
from vqcore.lab.soundsweeps import SoundCost, SoundFigures
from vqcore.lab.spectralsweeps import SpectralFigures
from vqcore.lab.store import Sign
from vqcore.lab.sweeps import Cost, OperatingPoint, Plan
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.replay import Stage
from vqcore.quantizers.wavelet import is_shipped
from vqcore.signals.blocks import BlockLayout, Colour
from vqcore.signals.pictures import Origin
from vqcore.signals.points import Points, Rounded
from vqcore.signals.sounds import SAMPLES, Sound
from vqcore.words import Grouped, has, say

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


def figures_of_sound(figures: SoundCost) -> str:
    """Say in short what a codebook size costs and, where that is known, gives of a sound."""
    parts = [
        *(_likeness_of_sound(figures) if isinstance(figures, SoundFigures) else []),
        say("sound.kbps", kbps=figures.file_kbps),
        kilobytes(figures.file_bytes),
        say("sound.used", used=figures.used_codewords, size=figures.codebook_size),
    ]
    return " · ".join(filter(None, parts))


def _likeness_of_sound(figures: SoundFigures) -> list[str]:
    stoi = say("sound.stoi", stoi=figures.stoi) if figures.stoi is not None else ""
    return [say("sound.snr", snr=decibels(figures.snr_db)), stoi]


def figures_of_spectra(figures: SpectralFigures) -> str:
    """Say in short what a codebook size costs and gives of a sound's spectra."""
    parts = [
        say("spectra.distortion", db=decibels(figures.distortion_db)),
        *(
            say("spectra.over", limit=limit, percent=100 * share)
            for limit, share in figures.shares_over.items()
        ),
        say("spectra.bits", bits=figures.nominal_bits),
        say("sound.used", used=figures.used_codewords, size=figures.codebook_size),
    ]
    return " · ".join(parts)


def sound_name(name: str) -> str:
    """Return what a sound is called where one is chosen."""
    return say("sound.sample", name=name) if name in SAMPLES else name


def sound_codec_name(codec: SoundCodec) -> str:
    """Return what a codec of sounds is called."""
    return say(f"sound-codec.{codec}")


def facts_of_sound(sound: Sound) -> list[str]:
    """Say how long a sound is, its rate, and what was done to make it one."""
    facts = say("sound.facts", seconds=sound.seconds, rate=sound.rate)
    if not sound.heard:
        return [facts]
    told = {"kind": sound.heard.kind, "rate": sound.heard.rate, "n": sound.heard.channels}
    return [facts, say("sound.file", **told), *map(str, sound.heard.done)]


def facts_of_sound_file(file: SoundFile) -> list[str]:
    """Say how long the sound of a .vq file is, its rate, and how it is quantized."""
    layout, quantizer = file.encoded.layout, file.encoded.quantizer
    return [
        say("sound.facts", seconds=layout.seconds, rate=layout.rate),
        say(f"sound-family.{quantizer.family}"),
        say("figure.k", size=quantizer.codebook_size),
        say("sound.dimension", d=layout.dimension),
    ]


def listed(items: Iterable[str]) -> str:
    """Return texts one after another, as a list within a line."""
    return say("between.items").join(items)


def parted(facts: Iterable[str]) -> str:
    """Return texts one after another that are lists themselves."""
    return say("between.facts").join(facts)


def sentences(*told: str) -> str:
    """Return sentences one after another; empty ones are none."""
    return say("between.sentences").join(filter(None, told))


def plain(text: str) -> str:
    """Escape a text that would otherwise be read as Markdown.

    Examples
    --------
    >>> print(plain("my_cat"))
    my\\_cat
    """
    return re.sub(f"([{re.escape(punctuation)}])", r"\\\1", text)


def colour_name(colour: Colour) -> str:
    """Return what a colour mode is called."""
    return say(f"colour.{colour}")


def trainer_name(trainer: Trainer) -> str:
    """Return what a trainer is called."""
    return say(f"trainer.{trainer}")


def column_name(name: str) -> str:
    """Return what a column is called, word by word; what is no word stays.

    Examples
    --------
    >>> column_name("stage 2"), column_name("Cb mean")
    ('stage 2', 'Cb mean')
    """
    return " ".join(map(_column_word, name.split()))


def _column_word(word: str) -> str:
    return say(f"column-word.{word}") if has(f"column-word.{word}") else word


def stage_name(stage: Stage) -> str:
    """Return what a stage of a training is called."""
    return say(f"stage.{stage}")


def count(number: int) -> str:
    """Group digits by threes.

    Examples
    --------
    >>> count(36864).replace(NARROW_SPACE, "_")
    '36_864'
    """
    return f"{Grouped(number)}"


def decibels(psnr_db: float) -> str:
    """Return a PSNR in dB.

    Examples
    --------
    >>> decibels(30.004), decibels(math.inf)
    ('30.00 dB', 'lossless')
    """
    return say("figure.lossless") if psnr_db == math.inf else say("figure.psnr_db", psnr_db=psnr_db)


def ratio(value: float) -> str:
    """Return a compression ratio to one.

    Examples
    --------
    >>> ratio(51.2), ratio(math.inf)
    ('51.2:1', '∞')
    """
    if value == math.inf:
        return "∞"
    return say("figure.ratio", ratio=round(value) if value >= 1000 else f"{value:.4g}")


def similarity(ssim: float | None) -> str:
    """Return an SSIM, or why there is none."""
    return say("figure.too-small") if ssim is None else f"{ssim:.4f}"


def infinity(figure: str, value: float) -> str:
    """Return an infinite value in words: a PSNR or SNR is lossless, all else is ∞.

    Parameters
    ----------
    figure : its name, as in `OperatingPoint` and the rows of tables
    value : infinite

    Examples
    --------
    >>> infinity("psnr_db", math.inf), infinity("snr_db", math.inf), infinity("ratio", math.inf)
    ('lossless', 'lossless', '∞')
    """
    if value < 0:
        return "−∞"
    return say("figure.lossless") if figure.endswith(("snr_db", "snr_variance_db")) else "∞"


def origin_in_short(origin: Origin) -> str:
    """Say what file a picture came from, and what was done to its samples.

    Examples
    --------
    >>> from vqcore.words import said
    >>> origin_in_short(Origin("PNG", 606, (said("done.white"), said("done.upright"))))
    'PNG, 606 bytes; laid on white · turned upright'
    """
    file, done = listed([origin.kind, say("count.byte", n=origin.size)]), map(str, origin.done)
    return parted([file, " · ".join(done)]) if origin.done else file


def origin_in_brief(origin: Origin | None) -> str:
    """Return format and size of the file a picture came from, if it came from one.

    Examples
    --------
    >>> origin_in_brief(Origin("PNG", 1606)), origin_in_brief(None)
    ('PNG, 1.6 kB', '')
    """
    return listed([origin.kind, kilobytes(origin.size)]) if origin else ""


def kilobytes(size: float) -> str:
    """Return bytes, or thousands of them.

    Examples
    --------
    >>> kilobytes(999), kilobytes(20_480)
    ('999 B', '20.5 kB')
    """
    if size < 1000:
        return say("figure.bytes", bytes=size)
    return say("figure.kilobytes", kilobytes=size / 1000)


def rate(rate_bpp: float) -> str:
    """Return bits per pixel."""
    return say("figure.rate_bpp", rate_bpp=rate_bpp)


def percentage(share: float) -> str:
    """Return a share in percent, to two digits at least.

    Examples
    --------
    >>> percentage(0.034), percentage(0.71)
    ('3.4 %', '71 %')
    """
    name = "figure.whole-percent" if share >= 0.0995 else "figure.percent"
    return say(name, percent=100 * share)


def in_use(point: Cost | OperatingPoint) -> str:
    """Return how many codewords are in use, and of how many."""
    return say("figure.used", used=point.used_codewords, size=point.codebook_size)


def shortened(name: str, longest: int) -> str:
    """Return a name of at most so many characters; of a longer one, its middle is left out.

    Examples
    --------
    >>> shortened("kodim01.png", 20), shortened("holiday in the mountains 0123.jpg", 20)
    ('kodim01.png', 'holiday i…s 0123.jpg')
    """
    if len(name) <= longest:
        return name
    tail = longest // 2
    return f"{name[: longest - tail - 1]}…{name[-tail:]}"


def in_short(point: Sized) -> str:
    """Return what stands beside a picture: likeness first, if that could be measured, then size."""
    size = say("count.byte", n=point.file_bytes), ratio(point.file_ratio)
    bits = rate(point.rate_bpp)
    if point.psnr_db is None:
        return " · ".join((*size, bits))
    psnr = say("figure.psnr", psnr=decibels(point.psnr_db))
    ssim = say("figure.ssim", ssim=similarity(point.ssim))
    return " · ".join((psnr, *size, ssim, bits))


def kept_elsewhere(codebook_bytes: int) -> str:
    """Say what the size of a file leaves out that names its codebook.

    Examples
    --------
    >>> kept_elsewhere(512)
    'Its codebook is not in the file; it is kept once, for all pictures: 512 bytes.'
    """
    return say("shared.elsewhere", n=codebook_bytes)


def where_kept(use: Use) -> str:
    """Say whether the file of a picture encoded with a codebook from elsewhere holds that."""
    if is_shipped(use.encoded.quantizer.options):
        return say("shared.shipped")
    if use.holds_codebook:
        return say("shared.inside")
    return kept_elsewhere(use.point.codebook_bytes)


def doing_in_words(sign: Sign) -> str:
    """Say what is being done.

    Examples
    --------
    >>> doing_in_words(Sign(0.5, "examining", {"size": 8}, picture="boat.png"))
    'boat.png: Examining K = 8'
    >>> doing_in_words(Sign(0.5, "examining", {"size": 8}, picture="boat.png", family="tree"))
    'boat.png, tree: Examining K = 8'
    """
    facts = dict(sign.facts)
    if "codec" in facts:
        facts["codec"] = codec_name(facts["codec"])
    if sign.doing == "storing-sound":
        facts["name"] = sound_codec_name(facts["name"])
    if "trainer" in facts:
        facts["trainer"] = trainer_name(facts["trainer"])
    part = f"-{facts['by']}" if "by" in facts else ""
    doing = say(f"doing.{sign.doing}{part}", **facts)
    if sign.family:
        family = say(f"family.{sign.family}")
        return say("doing.of-family", picture=sign.picture, family=family, doing=doing)
    return say("doing.of-picture", picture=sign.picture, doing=doing) if sign.picture else doing


def codec_name(codec: Codec) -> str:
    """Name a codec; of a reference, say that it is one.

    Examples
    --------
    >>> codec_name("jpeg"), codec_name("dct")
    ('JPEG', 'DCT (reference)')
    """
    return say(f"codec.{codec}") if codec in REFERENCES else RIVALS[codec].name


def level_name(codec: Codec, level: int) -> str:
    """Say what a level of a codec is.

    Examples
    --------
    >>> level_name("jpeg", 75), level_name("png8", 16), level_name("dct", 32)
    ('quality 75', '16 colours', 'step 32')
    """
    return say(f"level.{RIVALS[codec].scale}", n=level)


def misfit(codebook: Codebook, cut: Cut) -> str:
    r"""Say why codewords alone are no codebook for a block size and colour mode, and what fits.

    Examples
    --------
    >>> import numpy as np
    >>> from vqcore.signals.blocks import BlockSize
    >>> alone = Codebook(np.uint8([[7] * 48]))
    >>> misfit(alone, (BlockSize(8, 8), "gray")).replace("\N{NO-BREAK SPACE}", " ")
    'its codewords have d = 48, blocks of 8 × 8 in gray have d = 64; what fits: 4 × 4 in RGB'
    """
    dimension = codebook.codewords.shape[1]
    fitting = listed(_cut_in_short(it) for it in cuts_of(dimension))
    needed = dimension_of(*cut)
    return say("shared.misfit", d=dimension, cut=_cut_in_short(cut), needed=needed, fitting=fitting)


def _cut_in_short(cut: Cut) -> str:
    size, colour = cut
    return say("shared.cut", **size._asdict(), colour=say(f"colour.inside.{colour}"))


def codebook_in_short(shared: Shared) -> str:
    r"""Say what a codebook is of.

    Examples
    --------
    >>> import numpy as np
    >>> from vqcore.codebooks.codebook import Codebook
    >>> from vqcore.coding.codebookfile import SharedCodebook
    >>> shared = SharedCodebook(Codebook(np.uint8([[7] * 16, [9] * 16])), 4, "gray")
    >>> codebook_in_short(shared).replace("\N{NO-BREAK SPACE}", " ")
    'codebook of 2, 4 × 4, gray'
    """
    block = shared.block_size._asdict()
    return say(
        "shared.in-short",
        size=shared.size,
        **block,
        colour=say(f"colour.inside.{shared.colour}"),
    )


def sampled(sample: int, blocks: int) -> str:
    """Say of a codebook trained on a sample of the blocks how large that is; nothing of others.

    Examples
    --------
    >>> sampled(64, 256), sampled(256, 256)
    ('Trained on a sample of 64 blocks, finished on all 256.', '')
    """
    if sample >= blocks:
        return ""
    return say("sampled", n=sample, blocks=blocks)


def settings_name(settings: Settings, layout: BlockLayout) -> str:
    """Name settings by what sets them apart.

    Examples
    --------
    >>> from vqcore.codebooks.textbook import Rules
    >>> layout = BlockLayout(width=16, height=16, block_size=4, colour="ycbcr")
    >>> settings_name(Settings(4, "ycbcr", seed=3, rate_weight=50), layout)
    '4×4 YCbCr, seed 3, λ = 50'
    >>> rules = Rules("first", epsilon=0)
    >>> settings_name(Settings(4, "ycbcr", trainer="textbook", rules=rules), layout)
    '4×4 YCbCr, By the book, The first ones, ε = 0'
    >>> settings_name(Settings(family="wavelet", options=(22,)), layout)
    'YCbCr, wavelet, Step of bands (q) 22'
    """
    block, colour = layout.block_size._asdict(), colour_name(layout.colour)
    is_whole = FAMILIES[settings.family].WHOLE
    parts = [colour if is_whole else say("settings.blocks", **block, colour=colour)]
    if settings.family != Settings.family:
        parts.append(say(f"family.{settings.family}"))
    parts += _training_names(settings)
    if settings.rate_weight:
        parts.append(say("settings.rate_weight", rate_weight=settings.rate_weight))
    if settings.smoothing:
        parts.append(say("settings.smoothing"))
    return listed(parts)


def point_settings_name(settings: PointSettings) -> str:
    """Name how points are quantized, by its family and what else is not as at first.

    Examples
    --------
    >>> point_settings_name(PointSettings("residual", (3,), seed=1))
    'Residual, Stages 3, seed 1'
    """
    return listed([say(f"point-family.{settings.family}"), *_training_names(settings)])


def sound_settings_name(settings: SoundSettings) -> str:
    """Name how a sound is quantized, by dimension, family and what else is not as at first.

    Examples
    --------
    >>> sound_settings_name(SoundSettings(8, family="residual", options=(3,), seed=1))
    'd = 8, Residual, Stages 3, seed 1'
    """
    dimension = say("sound.dimension", d=settings.dimension)
    return listed([dimension, say(f"sound-family.{settings.family}"), *_training_names(settings)])


def _training_names(settings: Settings | PointSettings | SoundSettings) -> Iterator[str]:
    """Name the options, the trainer, its rules and the seed, where they are not as at first."""
    for name, value in settings.unusual_options.items():
        yield say("settings.option", name=say(f"control.{name}.label"), value=value)
    if settings.trainer != "lbg":
        yield trainer_name(settings.trainer)
    if settings.rules:
        yield from (_rule_name(*it) for it in settings.rules.unusual.items())
    if settings.seed:
        yield say("settings.seed", seed=settings.seed)


def _rule_name(rule: str, value: str) -> str:
    """Name a rule of a training by the book."""
    if rule == "start":
        return say(f"begin.{value}")
    if rule == "distance":
        return say(f"distance.{value}")
    if rule == "empty":
        return say(f"settings.rule.empty-{value}")
    return say(f"settings.rule.{rule}", value=value)


def facts_of(
    layout: BlockLayout, origin: Origin | None = None, family: str = Settings.family
) -> list[str]:
    r"""Say how large a picture is, how it is cut, and what file it came from, if from one.

    A family of whole pictures does not cut it.

    Examples
    --------
    >>> facts_of(BlockLayout(width=16, height=9, block_size=4, colour="ycbcr"))
    ['16 × 9 pixels', 'YCbCr', '12 blocks of 4 × 4', '432 bytes uncompressed']
    >>> layout = BlockLayout(width=16, height=9, block_size=4, colour="gray")
    >>> print(facts_of(layout, Origin("PNG", 606))[-1])
    PNG\, 606 bytes
    """
    blocks, size = say("count.block", n=layout.blocks), layout.block_size._asdict()
    cut = [] if FAMILIES[family].WHOLE else [say("title.blocks", blocks=blocks, **size)]
    return [
        say("title.pixels", width=str(layout.width), height=str(layout.height)),
        say(f"colour.{layout.colour}"),
        *cut,
        say("title.uncompressed", bytes=say("count.byte", n=layout.raw_bytes)),
        *([plain(origin_in_short(origin))] if origin else []),
    ]


def why_no_more(settings: Settings, plan: Plan) -> str:
    """Say why K goes no higher than a plan has it; nothing if it goes as high as asked for."""
    most = plan.distinct_blocks
    if most is None:
        return ""
    if not FAMILIES[settings.family].WHOLE:
        return say("title.clamped", n=most)
    if is_shipped(settings.options_by_name):
        return say("title.clamped-shipped", n=most)
    return say("title.clamped-whole", n=most)


def facts_of_points(points: Points) -> list[str]:
    """Say how many vectors there are, of which dimension, and what they lost by rounding.

    Examples
    --------
    >>> from vqcore.signals.sources import made
    >>> facts_of_points(made("gaussian", 5000, 2))
    ['5,000 vectors, d = 2']
    """
    vectors = say("points.vectors", n=points.count)
    facts = say("points.facts", vectors=vectors, dimension=points.dimension)
    return [facts, *([rounding_in_words(points.rounded)] if points.rounded else [])]


def rounding_in_words(rounded: Rounded) -> str:
    """Say how many distinct vectors or numbers 32 bits leave.

    Examples
    --------
    >>> rounding_in_words(Rounded(1000, 16))
    '32-bit floats leave 16 of 1,000 distinct vectors'
    """
    of = "vectors" if rounded.column is None else "column"
    return say(f"points.rounded-{of}", **rounded._asdict())


def figures_of_points(figures: PointFigures, dimension: int) -> str:
    """Say in short what a codebook size costs and gives."""
    snr = say("points.no-power") if figures.snr_db is None else decibels(figures.snr_db)
    return say(
        "points.figures",
        snr=snr,
        rate=figures.nominal_rate,
        used=figures.used_codewords,
        size=figures.codebook_size,
        error=figures.mse * dimension,
    )
