"""Pictures and shorthands that several test files share."""

import math
import re
import signal
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy.signal import lfilter

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Trained, train
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.entropy import Coder, code_indices
from vqcore.lab.health import Health, health_work
from vqcore.lab.rivals import RivalPoint
from vqcore.lab.soundfiles import SoundFile
from vqcore.lab.sweeps import OperatingPoint, Step, sweep
from vqcore.lab.uploads import open_file
from vqcore.lab.vqfiles import VqFile
from vqcore.quantizers.plain import quantizer_of
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.show.links import short_digest
from vqcore.signals.blocks import BlockLayout, Colour, layout_of, shown_pixels
from vqcore.signals.pictures import Origin, Picture, sample_picture
from vqcore.signals.sounds import Sound
from vqcore.work import Work, finish

Samples = NDArray[np.uint8]

pictures = st.one_of(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 24), st.integers(1, 24), *more),
        elements=st.sampled_from([0, 1, 100, 254, 255]),
    )
    for more in ([], [st.just(3)])
).map(lambda pixels: Picture(pixels, "drawn"))


class ClockOfLooks:
    """A clock that goes on by a sixteenth of a second whenever it is looked at."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1 / 16
        return self.now


def heed_interrupts() -> None:
    """Let a process begun here hear Ctrl-C; what a shell runs in the background ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@cache
def photograph(name: str, step: int = 1) -> Picture:
    """Return a packaged photograph, or every `step`-th pixel of it."""
    return Picture(np.ascontiguousarray(sample_picture(name).pixels[::step, ::step]), name)


def smooth_picture(height: int, width: int, *, seed: int = 0, gray: bool = False) -> Picture:
    """Return a random picture of slow waves, different in each channel."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = [
        np.sin(x * rng.uniform(0, 0.2) + y * rng.uniform(0, 0.2) + rng.uniform(0, 6))
        for _ in range(1 if gray else 3)
    ]
    pixels = np.rint(127.5 + 127.5 * np.stack(waves, axis=-1)).astype(np.uint8)
    return Picture(pixels[..., 0] if gray else pixels, "waves")


def toned_picture(tones: Iterable[int], *, block_size: int = 4) -> Picture:
    """Return a gray picture of one flat block for each tone, side by side."""
    row = np.repeat(np.uint8(list(tones)), block_size)
    return Picture(np.tile(row, (block_size, 1)), "tones")


def vectors_of(picture: Picture, block_size: int = 8, colour: Colour = "gray") -> Samples:
    layout = layout_of(picture, block_size, colour)
    return layout.split(shown_pixels(picture, layout))


def gray_layout(width: int, height: int, block_size: int) -> BlockLayout:
    return BlockLayout(width, height, block_size, "gray")


def trained(vectors: Samples, sizes: Iterable[int], **options: object) -> dict[int, Samples]:
    """Train to the end and return the codewords by size."""
    events = list(train(vectors, list(sizes), **options))
    found = [event.codebook.codewords for event in events if isinstance(event, Trained)]
    return {len(codewords): codewords for codewords in found}


def plainly(layout: BlockLayout, codebook: Codebook, indices: NDArray[np.int32]) -> Encoded:
    """Return a picture by one index a block, int32 of shape (n,)."""
    return Encoded(layout, quantizer_of(codebook), indices[:, None])


def code_one_column(
    coder: Coder, layout: BlockLayout, codewords: Samples, indices: NDArray[np.int32]
) -> Work[NDArray[np.int32]]:
    """Pass one index a block, int32 of shape (n,), through a coder."""
    quantizer = quantizer_of(Codebook(codewords))
    return (yield from code_indices(coder, layout, quantizer, indices[:, None]))[:, 0]


def health_of(size: int, use: NDArray[np.int64], *more: object) -> Health:
    """Return the health of a plain codebook, whose cells are those of its codewords."""
    return Health(size, (use,), use, *more)


def steps_of(events: Iterable[object]) -> list[Step]:
    return [event for event in events if isinstance(event, Step)]


def squared_distances(vectors: Samples, codewords: Samples) -> NDArray[np.int64]:
    """Return all squared distances, shape (n, K), in integers, one codeword at a time."""
    columns = [np.square(vectors.astype(np.int64) - word).sum(axis=1) for word in codewords]
    return np.stack(columns, axis=1)


def made_up_points() -> list[OperatingPoint]:
    """Return two operating points, the first with all that can be infinite or missing."""
    first = OperatingPoint(
        codebook_size=1,
        used_codewords=1,
        mse=0.0,
        rmse=0.0,
        mae=0.0,
        largest_error=0,
        vector_error=0.0,
        psnr_db=math.inf,
        snr_db=math.inf,
        snr_variance_db=None,
        ssim=None,
        nominal_bytes=0.0,
        nominal_bpp=0.0,
        nominal_bits_per_block=0.0,
        entropy_bytes=0.0,
        codebook_bytes=64,
        file_bytes=85,
        nominal_ratio=math.inf,
        file_ratio=48.2,
        rate_bpp=0.166,
        train_seconds=0.25,
        encode_seconds=0.125,
    )
    second = replace(
        first,
        codebook_size=1024,
        used_codewords=1000,
        mse=0.1,
        rmse=math.sqrt(0.1),
        mae=0.1,
        largest_error=1,
        vector_error=2.5,
        psnr_db=58.13080360867,
        snr_db=51.25,
        snr_variance_db=45.5,
        ssim=1 / 3,
        nominal_bytes=23040.0,
        nominal_bpp=0.625,
        nominal_bits_per_block=10.0,
        entropy_bytes=2e4 / 7,
        nominal_ratio=102.4,
        train_seconds=1e-9,
    )
    return [first, second]


def rival_point(codec: str, level: int, **figures: object) -> RivalPoint:
    """Return a made-up point of a codec, with the figures that are given."""
    point = RivalPoint(
        codec=codec,
        level=level,
        file_bytes=90,
        mse=9.0,
        rmse=3.0,
        mae=2.0,
        largest_error=7,
        psnr_db=22.0,
        snr_db=20.0,
        snr_variance_db=15.0,
        ssim=0.8,
        file_ratio=32.0,
        rate_bpp=0.75,
        encode_seconds=0.1,
    )
    return replace(point, **figures)


def words_of(origin: Origin | None) -> tuple[str, ...]:
    """Return what was done to a picture's samples, as it reads now."""
    assert origin is not None
    return tuple(map(str, origin.done))


def bare_words(text: str) -> set[str]:
    """Return the words of a text that are not in brackets, as the made-up language has them.

    A letter alone is none.
    """
    return {*re.findall(r"[^\W\d_][^\W\d_]+(?:-\d+)?", re.sub(r"\[[^\W\d_]+\]", "", text))}


def toy_step() -> Step:
    """Blocks of 1 pixel, 10 10 10 12 40 43, by the codewords 11, 41 and 99, which is dead."""
    picture = toned_picture([10, 10, 10, 12, 40, 43], block_size=1)
    [step] = steps_of(sweep(picture, Settings(block_size=1), [1]))
    codebook = Codebook(np.uint8([[11], [41], [99]]))
    indices = np.int32([0, 0, 0, 0, 1, 1])
    point = replace(step.point, codebook_size=3)
    encoded = plainly(step.encoded.layout, codebook, indices)
    return Step(point, encoded, bytes(100), TrainedQuantizer(encoded.quantizer, 0, 6))


def toy_health() -> Health:
    """Return the health of the codebook of `toy_step`."""
    return finish(health_work(toy_step(), np.uint8([[10], [10], [10], [12], [40], [43]])))


def own_blocks(vectors: Samples, size: int) -> Samples:
    """Return `size` distinct vectors out of many, the same on every call."""
    distinct = np.unique(vectors, axis=0)
    return distinct[np.random.default_rng(0).permutation(len(distinct))[:size]]


small_vectors = arrays.arrays(
    np.uint8,
    st.tuples(st.integers(2, 40), st.integers(1, 5)),
    elements=st.sampled_from([0, 1, 2, 128, 254, 255]),
)


def link_to(*files: tuple[str, bytes]) -> dict[str, str]:
    """Return the query of a link that waits for the last picture or .vq of some files."""
    contents = [open_file(data, name) for name, data in files]
    shown = [it for it in contents if isinstance(it, Picture | VqFile | SoundFile)]
    return {"needs": "what is brought", "digest": short_digest(shown[-1])}


TRAINED_BY = ("lbg", "kmeans", "textbook")
"""A trainer of each kind: one of scikit-learn's stands for all, as each starts a process."""


TRACTS = {
    "low": [(0.97, 500), (0.95, 1100), (0.9, 2400)],
    "middle": [(0.97, 650), (0.95, 1700), (0.9, 2600)],
    "high": [(0.97, 800), (0.95, 1300), (0.9, 3100)],
}


def voice(name: str, seed: int, seconds: float = 2.0) -> Sound:
    """Return a buzz, of a pitch that wanders, through the tract of that name."""
    rng, rate = np.random.default_rng(seed), 8000
    pitch = 110 + 20 * np.cumsum(rng.normal(0, 0.02, int(seconds * rate)))
    buzz = (np.diff(np.floor(np.cumsum(pitch / rate)), prepend=0) > 0) * 3000.0
    poles = [r * np.exp(2j * np.pi * f / rate) for r, f in TRACTS[name]]
    filters = np.real(np.poly([*poles, *np.conj(poles)]))
    samples = lfilter([1], filters, buzz + rng.normal(0, 30, len(buzz)))
    return Sound(np.rint(samples / np.abs(samples).max() * 20000).astype(np.int16), 8000, name)
