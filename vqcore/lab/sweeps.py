"""One picture, many codebook sizes: operating points, one at a time."""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vqcore import metrics
from vqcore.arrays import Samples
from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE
from vqcore.codebooks.training import Progress, reported, seldom
from vqcore.coding.codec import Encoded, Settings, with_smoothing_work
from vqcore.coding.container import pack_work
from vqcore.coding.families import encode_work
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.signals.blocks import BlockLayout, Cut, cut, distinct_vectors, layout_of
from vqcore.signals.pictures import Picture
from vqcore.words import said
from vqcore.work import Work

SHOWN_FIRST = 8


@dataclass(frozen=True)
class OperatingPoint:
    """What one codebook size costs and gives.

    `file_bytes` is the length of a .vq file that decodes to the picture measured; `file_ratio` and
    `rate_bpp` are that file's. The nominal and entropy figures are of the indices alone, and with a
    rate weight of the codewords still in use. What tells of likeness, `metrics` defines; `ssim` is
    None for pictures under 7×7 pixels, `snr_db` for black ones, `snr_variance_db` for even ones.
    `peak` is that of `psnr_db`.
    `train_seconds` counts what this size took on top of the sizes below it.
    """

    codebook_size: int
    used_codewords: int
    mse: float
    rmse: float
    mae: float
    largest_error: int
    vector_error: float
    psnr_db: float
    snr_db: float | None
    snr_variance_db: float | None
    ssim: float | None
    nominal_bytes: float
    nominal_bpp: float
    nominal_bits_per_block: float
    entropy_bytes: float
    codebook_bytes: int
    file_bytes: int
    nominal_ratio: float
    file_ratio: float
    rate_bpp: float
    train_seconds: float
    encode_seconds: float
    peak: int = metrics.PEAK


@dataclass(frozen=True)
class Cost:
    """What an `OperatingPoint` says of size alone: all there is to say without an original."""

    codebook_size: int
    used_codewords: int
    nominal_bytes: float
    nominal_bpp: float
    nominal_bits_per_block: float
    entropy_bytes: float
    codebook_bytes: int
    file_bytes: int
    nominal_ratio: float
    file_ratio: float
    rate_bpp: float
    psnr_db: None = None
    ssim: None = None


@dataclass(frozen=True, eq=False)
class Preview:
    """A codebook size that can be looked at already, and has yet to be measured."""

    encoded: Encoded
    trained: TrainedQuantizer
    encode_seconds: float

    @property
    def codebook_size(self) -> int:
        """Return the size as trained; with a rate weight, fewer codewords may be in use."""
        return self.trained.quantizer.codebook_size


@dataclass(frozen=True, eq=False)
class Step:
    """One finished codebook size: its figures, the encoded picture, and the bytes of its file.

    `trained` is the quantizer as trained; with a rate weight the encoded picture has its own.
    """

    point: OperatingPoint
    encoded: Encoded
    file: bytes
    trained: TrainedQuantizer

    @property
    def codebook_size(self) -> int:
        """Return the size as trained."""
        return self.point.codebook_size


@dataclass(frozen=True)
class Plan:
    """What a sweep will do: its layout, and the sizes that are possible, ascending.

    `distinct_blocks` is their number where it limits the sizes, else None.
    """

    layout: BlockLayout
    sizes: tuple[int, ...]
    distinct_blocks: int | None

    def nearest(self, size: int) -> int:
        """Return the planned size whose logarithm is nearest to that of a size."""
        return nearest_size(size, self.sizes)


def nearest_size(size: int, sizes: Sequence[int]) -> int:
    """Return the size whose logarithm is nearest to that of another.

    Examples
    --------
    >>> nearest_size(32, [1, 2, 40]), nearest_size(32, [16, 64])
    (40, 16)
    """
    return min(sizes, key=lambda other: abs(math.log2(other) - math.log2(size)))


def ladder_sizes(largest: int, more: Iterable[int] = ()) -> tuple[int, ...]:
    """Return 1, 2, 4, … up to `largest`, and `more`, ascending.

    Raises
    ------
    ValueError
        If a size is not 1 to 4096; the message names it.

    Examples
    --------
    >>> ladder_sizes(8, more=[100])
    (1, 2, 4, 8, 100)
    """
    return checked_sizes([2**power for power in range(largest.bit_length())] + list(more))


def checked_sizes(sizes: Iterable[int]) -> tuple[int, ...]:
    """Return the sizes ascending, each once; ValueError names one that is not 1 to 4096."""
    ordered = tuple(sorted(set(sizes)))
    for size in ordered:
        if not 1 <= size <= MAX_CODEBOOK_SIZE:
            raise ValueError(said("refusal.typed.size", limit=MAX_CODEBOOK_SIZE, size=size))
    return ordered


def parse_sizes(text: str) -> tuple[int, ...]:
    """Return the codebook sizes written in a text, with commas or spaces between, ascending.

    Commas can be those of Chinese.

    Raises
    ------
    ValueError
        If something is not a whole number from 1 to 4096; the message quotes it.

    Examples
    --------
    >>> parse_sizes("300, 100"), parse_sizes("300，100")
    ((100, 300), (100, 300))
    """
    words = re.findall(r"[^\s,;，；、]+", text)
    for word in words:
        if not re.fullmatch(r"-?[0-9]+", word):
            raise ValueError(said("refusal.typed.whole", word=word))
    return checked_sizes(int(word) for word in words)


def plan_sweep(picture: Picture, settings: Settings, sizes: Iterable[int]) -> Plan:
    """Find out which sizes a picture allows: none has more codewords than distinct blocks.

    Larger sizes become the number of distinct blocks, where the reconstruction has no error.
    """
    return plan_of(cut_for(picture, settings), settings, sizes)


def cut_for(picture: Picture, settings: Settings) -> Cut:
    """Cut a picture as settings say."""
    return cut(picture, layout_of(picture, settings.block_size, settings.colour))


def plan_of(cut: Cut, settings: Settings, sizes: Iterable[int]) -> Plan:
    """Do as `plan_sweep` with a picture that is cut already."""
    family = FAMILIES[settings.family]
    wanted = checked_sizes(sizes)
    if not wanted:
        raise ValueError("a sweep needs at least one codebook size")
    found_among = family.trained_on(cut.layout, cut.vectors, settings.parameters)
    distinct = distinct_vectors(found_among, wanted[-1])
    if distinct is None:
        return Plan(cut.layout, wanted, None)
    possible = sorted({min(size, len(distinct)) for size in wanted})
    return Plan(cut.layout, tuple(possible), len(distinct))


def sweep(
    picture: Picture,
    settings: Settings,
    sizes: Iterable[int],
    *,
    trained: Mapping[int, TrainedQuantizer] | None = None,
) -> Generator[Progress | Preview | Step]:
    """Train, encode and measure each size in turn; the first few are measured together.

    Parameters
    ----------
    picture, settings
    sizes : codebook sizes; those the picture does not allow are clamped, see `plan_sweep`
    trained : by size, what was trained before for this picture and these `settings.training`

    Yields
    ------
    Progress, up to ten times a second, and for each size a Preview and later a Step, both ascending

    Examples
    --------
    >>> import numpy as np
    >>> picture = Picture(np.uint8([[0, 0, 9, 9]]), "two tones")
    >>> for step in sweep(picture, Settings(block_size=2), [1, 2, 4]):
    ...     if isinstance(step, Step):
    ...         print(step.point.codebook_size, step.point.psnr_db)
    1 35.01326499812156
    2 inf
    """
    return seldom(_swept(picture, settings, sizes, trained or {}))


def _swept(
    picture: Picture,
    settings: Settings,
    sizes: Iterable[int],
    trained: Mapping[int, TrainedQuantizer],
) -> Generator[Progress | Preview | Step]:
    cut = cut_for(picture, settings)
    yield from _steps(cut, settings, plan_of(cut, settings, sizes).sizes, trained)


def sweep_cut(
    cut: Cut, settings: Settings, sizes: Sequence[int], trained: Mapping[int, TrainedQuantizer]
) -> Generator[Progress | Preview | Step]:
    """Do as `sweep` with a picture that is cut already, for sizes that its plan has, ascending."""
    return seldom(_steps(cut, settings, sizes, trained))


def _steps(
    cut: Cut, settings: Settings, sizes: Sequence[int], trained: Mapping[int, TrainedQuantizer]
) -> Generator[Progress | Preview | Step]:
    last_shown_first = max((size for size in sizes if size <= SHOWN_FIRST), default=0)
    previews: list[Preview] = []
    for event in _quantizers(cut, sizes, settings, trained):
        if isinstance(event, Progress):
            yield event
            continue
        preview = yield from _encoded(cut, settings, event)
        yield preview
        previews.append(preview)
        if preview.codebook_size >= last_shown_first:
            for shown in previews:
                yield from _measured(cut.pixels, shown)
            previews.clear()


def _quantizers(
    cut: Cut,
    sizes: Sequence[int],
    settings: Settings,
    trained: Mapping[int, TrainedQuantizer],
) -> Iterator[Progress | TrainedQuantizer]:
    """Give back what is trained, and train the rest."""
    new = FAMILIES[settings.family].train(
        cut.layout,
        cut.vectors,
        [size for size in sizes if size not in trained],
        settings.parameters,
        seed=settings.seed,
        known={size: result.quantizer for size, result in trained.items()},
    )
    for size in sizes:
        if size in trained:
            yield trained[size]
        else:
            yield from _until_trained(new)


def _until_trained(
    events: Iterator[Progress | TrainedQuantizer],
) -> Iterator[Progress | TrainedQuantizer]:
    for event in events:
        yield event
        if isinstance(event, TrainedQuantizer):
            return


def _encoded(
    cut: Cut, settings: Settings, trained: TrainedQuantizer
) -> Generator[Progress, None, Preview]:
    quantizer, weight = trained.quantizer, settings.rate_weight
    encoding = encode_work(cut.layout, cut.vectors, quantizer, weight, settings.beam)
    encoded, seconds = yield from reported(encoding, quantizer.codebook_size)
    if settings.smoothing:
        smoothing = with_smoothing_work(cut.pixels, encoded)
        encoded, more = yield from reported(smoothing, quantizer.codebook_size)
        seconds += more
    return Preview(encoded, trained, seconds)


def _measured(original: Samples, preview: Preview) -> Iterator[Progress | Step]:
    encoded, size = preview.encoded, preview.codebook_size
    file, _ = yield from reported(pack_work(encoded), size)
    measuring = point_work(
        original,
        encoded,
        len(file),
        codebook_size=size,
        train_seconds=preview.trained.seconds,
        encode_seconds=preview.encode_seconds,
    )
    point, _ = yield from reported(measuring, size)
    yield Step(point, encoded, file, preview.trained)


def point_work(
    original: Samples, encoded: Encoded, file_bytes: int, **known: Any
) -> Work[OperatingPoint]:
    """Measure a picture that was encoded.

    Parameters
    ----------
    original : uint8 array, the pixels that were cut into blocks
    encoded : Encoded
    file_bytes : the length of its file
    known : `codebook_size`, `train_seconds` and `encode_seconds` of the point
    """
    both, block = (original, encoded.decode()), encoded.layout.block_size
    distortion = yield from metrics.distortion_work(*both)
    likeness = {
        "vector_error": (yield from metrics.vector_error_work(*both, block)),
        "ssim": (yield from metrics.ssim_work(*both)),
    }
    cost = cost_of(encoded, file_bytes)
    return OperatingPoint(**vars(cost) | vars(distortion) | likeness | known)


def cost_of(encoded: Encoded, file_bytes: int) -> Cost:
    """Measure the size of a picture that was encoded.

    Parameters
    ----------
    encoded : Encoded
    file_bytes : the length of its file

    Examples
    --------
    >>> import numpy as np
    >>> from vqcore.codebooks.codebook import Codebook
    >>> from vqcore.coding.codec import encode
    >>> layout = BlockLayout(width=4, height=1, block_size=1, colour="gray")
    >>> vectors = np.uint8([[7], [9], [9], [9]])
    >>> cost = cost_of(encode(layout, vectors, Codebook(vectors[:2])), 25)
    >>> cost.nominal_bytes, cost.nominal_bpp, cost.nominal_ratio, cost.file_ratio, cost.psnr_db
    (0.5, 1.0, 8.0, 0.16, None)
    """
    layout, quantizer = encoded.layout, encoded.quantizer
    nominal = quantizer.nominal_bytes(encoded.indices)
    return Cost(
        codebook_size=quantizer.codebook_size,
        used_codewords=encoded.used_codewords,
        nominal_bytes=nominal,
        nominal_bpp=metrics.rate_bpp(nominal, layout.width, layout.height),
        nominal_bits_per_block=metrics.bits_per_block(nominal, layout.blocks),
        entropy_bytes=metrics.entropy_bytes(*encoded.use),
        codebook_bytes=quantizer.codebook_bytes,
        file_bytes=file_bytes,
        nominal_ratio=metrics.compression_ratio(layout.raw_bytes, nominal),
        file_ratio=metrics.compression_ratio(layout.raw_bytes, file_bytes),
        rate_bpp=metrics.rate_bpp(file_bytes, layout.width, layout.height),
    )
