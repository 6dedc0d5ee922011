"""Figures and settings in words: each number with its unit."""

from __future__ import annotations

import math

from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Settings
from vqcore.lab.comparison import Sized
from vqcore.lab.rivals import RIVALS
from vqcore.lab.store import Sign
from vqcore.plurals import noun
from vqcore.signals.blocks import BlockLayout, Colour
from vqcore.signals.pictures import Origin

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
COLOUR_NAMES: dict[Colour, str] = {"gray": "Gray", "rgb": "RGB", "ycbcr": "YCbCr"}
TRAINER_NAMES = {
    "lbg": "LBG ladder",
    "kmeans": "k-means++ (scikit-learn)",
    "minibatch": "Mini-batch k-means (scikit-learn)",
    "random": "k-means, random start (scikit-learn)",
}
MATCHED_BY = {"size": "size", "psnr": "PSNR"}
DOING = {
    "training": "Training K = {size} · {there} of {all} codebooks are there",
    "measuring": "Measuring K = {size} · {there} of {all} codebooks are there",
    "encoding": "Encoding as {codec}",
    "examining": "Examining K = {size}",
    "halving": "Training K = {size} on half of the blocks",
    "lending": "Encoding {name} with K = {size}",
    "replaying": "Replaying K = {size}",
    "originating": "Looking for the original",
    "comparing": "Comparing with the original",
    "matching": "Looking for the {codec} of that {by}",
    "using": "Encoding with that codebook",
    "racing": "Training K = {size}: {trainer}, seed {seed}",
}
STAGE_NAMES = {"below": "before the split", "search": "search", "finish": "all blocks"}


def count(number: int) -> str:
    """Group digits by threes.

    Examples
    --------
    >>> count(36864).replace(NARROW_SPACE, "_")
    '36_864'
    """
    return f"{number:,}".replace(",", NARROW_SPACE)


def counted(number: int, singular: str) -> str:
    """Return a number of things.

    Examples
    --------
    >>> counted(1, "block"), counted(36, "byte")
    ('1 block', '36 bytes')
    """
    return f"{count(number)} {noun(number, singular)}"


def decibels(psnr_db: float) -> str:
    """Return a PSNR in dB.

    Examples
    --------
    >>> decibels(30.004), decibels(math.inf)
    ('30.00 dB', 'lossless')
    """
    return "lossless" if psnr_db == math.inf else f"{psnr_db:.2f} dB"


def ratio(value: float) -> str:
    """Return a compression ratio to one.

    Examples
    --------
    >>> ratio(51.2), ratio(math.inf)
    ('51.2:1', '∞')
    """
    if value == math.inf:
        return "∞"
    return f"{count(round(value))}:1" if value >= 1000 else f"{value:.4g}:1"


def similarity(ssim: float | None) -> str:
    """Return an SSIM, or why there is none."""
    return "too small" if ssim is None else f"{ssim:.4f}"


def infinity(figure: str, value: float) -> str:
    """Return an infinite value in words: a PSNR is lossless, all else is ∞.

    Parameters
    ----------
    figure : its name, as in `OperatingPoint` and the rows of tables
    value : infinite

    Examples
    --------
    >>> infinity("psnr_db", math.inf), infinity("file_ratio", math.inf)
    ('lossless', '∞')
    """
    if value < 0:
        return "−∞"
    return "lossless" if figure.endswith("psnr_db") else "∞"


def origin_in_short(origin: Origin) -> str:
    """Say what file a picture came from, and what was done to its samples.

    Examples
    --------
    >>> origin_in_short(Origin("PNG", 606, ("laid on white", "turned upright")))
    'PNG, 606 bytes; laid on white · turned upright'
    """
    file = f"{origin.kind}, {counted(origin.size, 'byte')}"
    return f"{file}; {' · '.join(origin.done)}" if origin.done else file


def origin_in_brief(origin: Origin | None) -> str:
    """Return format and size of the file a picture came from, if it came from one.

    Examples
    --------
    >>> origin_in_brief(Origin("PNG", 1606)), origin_in_brief(None)
    ('PNG, 1.6 kB', '')
    """
    return f"{origin.kind}, {kilobytes(origin.size)}" if origin else ""


def kilobytes(size: float) -> str:
    """Return bytes, or thousands of them.

    Examples
    --------
    >>> kilobytes(999), kilobytes(20_480)
    ('999 B', '20.5 kB')
    """
    return f"{size:.0f} B" if size < 1000 else f"{size / 1000:.1f} kB"


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
    bytes_and_ratio = counted(point.file_bytes, "byte"), ratio(point.file_ratio)
    rate = f"{point.rate_bpp:.4f} bpp"
    if point.psnr_db is None:
        return " · ".join((*bytes_and_ratio, rate))
    psnr, ssim = f"PSNR {decibels(point.psnr_db)}", f"SSIM {similarity(point.ssim)}"
    return " · ".join((psnr, *bytes_and_ratio, ssim, rate))


def kept_elsewhere(codebook_bytes: int) -> str:
    """Say what the size of a file leaves out that names its codebook.

    Examples
    --------
    >>> kept_elsewhere(512)
    'Its codebook is not in the file; it is kept once, for all pictures: 512 bytes.'
    """
    kept = counted(codebook_bytes, "byte")
    return f"Its codebook is not in the file; it is kept once, for all pictures: {kept}."


def doing_in_words(sign: Sign) -> str:
    """Say what is being done.

    Examples
    --------
    >>> doing_in_words(Sign(0.5, "examining", {"size": 8}, picture="boat.png"))
    'boat.png: Examining K = 8'
    """
    facts = dict(sign.facts)
    if "codec" in facts:
        facts["codec"] = RIVALS[facts["codec"]].name
    if "by" in facts:
        facts["by"] = MATCHED_BY[facts["by"]]
    if "trainer" in facts:
        facts["trainer"] = TRAINER_NAMES[facts["trainer"]]
    doing = DOING[sign.doing].format(**facts)
    return f"{sign.picture}: {doing}" if sign.picture else doing


def codebook_in_short(shared: SharedCodebook) -> str:
    r"""Say what a codebook is of.

    Examples
    --------
    >>> import numpy as np
    >>> from vqcore.codebooks.codebook import Codebook
    >>> shared = SharedCodebook(Codebook(np.uint8([[7] * 16, [9] * 16])), 4, "gray")
    >>> codebook_in_short(shared).replace("\N{NO-BREAK SPACE}", " ")
    'codebook of 2, 4 × 4, gray'
    """
    side = f"{shared.block_size}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{shared.block_size}"
    colour = "gray" if shared.colour == "gray" else COLOUR_NAMES[shared.colour]
    return f"codebook of {count(shared.codebook.size)}, {side}, {colour}"


def sampled(sample: int, blocks: int) -> str:
    """Say of a codebook trained on a sample of the blocks how large that is; nothing of others.

    Examples
    --------
    >>> sampled(64, 256), sampled(256, 256)
    ('Trained on a sample of 64 blocks, finished on all 256.', '')
    """
    if sample >= blocks:
        return ""
    some = counted(sample, "block")
    return f"Trained on a sample of {some}, finished on all {count(blocks)}."


def settings_name(settings: Settings, layout: BlockLayout) -> str:
    """Name settings by what sets them apart.

    Examples
    --------
    >>> layout = BlockLayout(width=16, height=16, block_size=4, colour="ycbcr")
    >>> settings_name(Settings(4, "ycbcr", seed=3, rate_weight=50), layout)
    '4×4 YCbCr, seed 3, λ = 50'
    """
    parts = [f"{layout.block_size}×{layout.block_size} {COLOUR_NAMES[layout.colour]}"]
    if settings.trainer != "lbg":
        parts.append(TRAINER_NAMES[settings.trainer])
    if settings.seed:
        parts.append(f"seed {settings.seed}")
    if settings.rate_weight:
        parts.append(f"λ = {settings.rate_weight:g}")
    return ", ".join(parts)
