"""Pictures and odds that tests of wavelets share."""

from hashlib import sha256
from typing import get_args

import numpy as np
from helpers import photograph, steps_of
from numpy.typing import NDArray

from vqcore.coding.codec import Settings
from vqcore.coding.container import pack, parse
from vqcore.coding.families import encode_work
from vqcore.coding.wavelet.counting import CountedOdds, Counter
from vqcore.coding.wavelet.model import shipped
from vqcore.coding.wavelet.network import NetworkPredictor
from vqcore.coding.wavelet.odds import Odds
from vqcore.coding.wavelet.surroundings import Known, Maps, Surroundings
from vqcore.lab.sweeps import Step, sweep
from vqcore.quantizers.wavelet import Way, quantizer_of
from vqcore.signals.blocks import BlockLayout, Colour
from vqcore.signals.pictures import Picture
from vqcore.signals.waveletgrid import Grid, Place
from vqcore.work import finish

WAYS = {"alone": 0, "own": 1, "shipped": 2}
GRID, PLACE = Grid(256, 256), Place(0, 0)


def codewords_of(count: int, way: str) -> NDArray[np.int16]:
    """Return drawn codewords, 0.3 to 4 steps long; magnitudes where nothing is shipped."""
    rng = np.random.default_rng(count)
    words = rng.laplace(0, 1, (count, 4))
    words *= rng.uniform(0.3, 4, (count, 1)) / np.linalg.norm(words, axis=1, keepdims=True)
    units = (8 * np.rint(8 * words)).clip(-1016, 1016).astype(np.int16)
    return np.abs(units) if way == "alone" else units


def odds_of(codewords: NDArray[np.int16], way: str) -> Odds:
    """Return the odds of the first pass of a finest band, 1024 vectors, in drawn surroundings."""
    rng, maps = np.random.default_rng(0), Maps()
    for level in range(1, 6):
        side = GRID.height >> level + 1
        maps[level] = [rng.integers(0, 130, (side, side)).astype(np.int16) for _ in range(3)]
    maps[0] = []
    around = Surroundings(GRID, PLACE, Known(20), maps)
    if way == "alone":
        counted = Counter(codewords).odds(PLACE, Known(20), around, 0)
        assert isinstance(counted, CountedOdds)
        return counted
    part = shipped()["luma"]
    return NetworkPredictor(part.network, part.embedding.books(codewords)).odds(
        PLACE, Known(20), around, 0
    )


def part_of_a_photograph(height: int = 128, width: int = 128) -> Picture:
    pixels = photograph("astronaut").pixels[20 : 20 + height, 150 : 150 + width]
    return Picture(np.ascontiguousarray(pixels), "part")


def encoded_at(
    picture: Picture, size: int, step: int, way: str = "own", colour: Colour = "gray"
) -> Step:
    settings = Settings(family="wavelet", options=(step, WAYS[way]), colour=colour)
    return steps_of(sweep(picture, settings, [size]))[0]


def digests() -> list[str]:
    """Return those of the file and the pixels of a part of a photograph, in each way."""
    picture, found = part_of_a_photograph(70, 130), list[str]()
    layout = BlockLayout(picture.width, picture.height, 4, "rgb")
    vectors = layout.split(picture.pixels)
    for way in get_args(Way):
        words = np.concatenate([np.zeros((1, 4), np.int16), codewords_of(40, way)])
        encoded = finish(encode_work(layout, vectors, quantizer_of(words, 14, way)))
        data = pack(encoded)
        found += [sha256(it).hexdigest() for it in (data, parse(data).decode().tobytes())]
    return found
