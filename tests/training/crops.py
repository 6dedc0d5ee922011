"""Cut photographs into what is trained with.

    python -m tests.training.crops FOLDER OUT.npz

Each photograph is made 1.5 to 6 times smaller, half of the times as Lanczos does it, half by means,
and cut at random into crops of 512×384 pixels or what there is; busy ones are a little more likely.
"""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from joblib import Parallel, delayed
from PIL import Image

from vqcore.arrays import Floats, Samples

WIDTH, HEIGHT = 512, 384
SHARES = {1.5: 3, 2.0: 9, 3.0: 10, 4.0: 9, 6.0: 3}
"""By how much smaller, and how many crops of a photograph at most, if there is room."""
ROOM = 1.6
FILTERS = Image.Resampling.LANCZOS, Image.Resampling.BOX
MULTIPLE = 64
LARGEST = 448
SOFTENED, PALER, HALVED = 0.6, 0.5, 0.75
"""How likely colours of a crop are softened; and then, to be paler, and of half the resolution."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def crops_of(path: Path, seed: int) -> list[Samples]:
    """Return crops of a photograph, uint8 of shape (h, w, 3)."""
    rng = np.random.default_rng(seed)
    with Image.open(path) as image:
        whole = image.convert("RGB")
    found = []
    for scale, most in SHARES.items():
        size = int(whole.width / scale), int(whole.height / scale)
        room = ROOM * max(1, size[0] / WIDTH) * max(1, size[1] / HEIGHT)
        count = max(1, int(min(most, room)) // len(FILTERS))
        for resampling in FILTERS:
            small = np.asarray(whole.resize(size, resampling))
            found += [_cut(small, rng) for _ in range(count)]
    return found


def _cut(picture: Samples, rng: np.random.Generator) -> Samples:
    """Return one crop; of two every second time the busier, else the first."""
    crops = [_anywhere(picture, HEIGHT, WIDTH, rng) for _ in range(2)]
    crop = max(crops, key=_business) if rng.random() < 0.5 else crops[0]
    return np.ascontiguousarray(crop[:, ::-1] if rng.random() < 0.5 else crop)


def _anywhere(picture: Samples, height: int, width: int, rng: np.random.Generator) -> Samples:
    top, left = (
        int(rng.integers(0, max(0, side - wanted) + 1))
        for side, wanted in zip(picture.shape, (height, width), strict=False)
    )
    return picture[top : top + height, left : left + width]


def _business(crop: Samples) -> float:
    """Return how much luma changes from one pixel to the next."""
    luma = crop.astype(np.float32) @ LUMA
    return float(sum(np.abs(np.diff(luma, axis=axis)).mean() for axis in (0, 1)))


def piece_of(crop: Samples, rng: np.random.Generator) -> Samples:
    """Return a piece of a crop, its sides multiples of 64 and at most 448."""
    sides = (min(LARGEST, side // MULTIPLE * MULTIPLE) for side in crop.shape[:2])
    return _anywhere(crop, *sides, rng)


def softened(planes: list[Floats], rng: np.random.Generator) -> list[Floats]:
    """Return planes with colours as of film, of old cameras or of 4:2:0 files, or as they were.

    Scaled-down photographs of today are sharper and more colourful than most pictures.
    """
    if rng.random() > SOFTENED:
        return planes
    strength = np.float32(rng.uniform(0.35, 1) if rng.random() < PALER else 1)
    change = _halved if rng.random() < HALVED else np.asarray
    return [planes[0], *(strength * change(plane) for plane in planes[1:])]


def _halved(plane: Floats) -> Floats:
    """Return a plane of half the resolution, made large again linearly."""
    rows, columns = plane.shape
    small = plane.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3), dtype=np.float32)
    return _doubled(_doubled(small).T).T


def _doubled(plane: Floats) -> Floats:
    wide = np.pad(plane, [(1, 1), (0, 0)], mode="edge")
    far, near = np.float32(0.25), np.float32(0.75)
    upper = far * wide[:-2] + near * wide[1:-1]
    lower = near * wide[1:-1] + far * wide[2:]
    return np.stack([upper, lower], axis=1).reshape(2 * len(plane), -1)


def load(path: Path, *, apart: int) -> tuple[list[Samples], list[Samples]]:
    """Return the crops to train with, and those of the last few photographs, to measure with."""
    with np.load(path) as arrays:
        names = sorted({name.split(":")[0] for name in arrays})
        kept = set(names[len(names) - apart :])
        split: tuple[list[Samples], list[Samples]] = [], []
        for name in arrays:
            split[name.split(":")[0] in kept].append(arrays[name])
    return split


def _named(paths: list[Path]) -> Iterator[tuple[str, Samples]]:
    work = map(delayed(crops_of), paths, range(len(paths)))
    for path, crops in zip(paths, Parallel(n_jobs=-1)(work), strict=True):
        click.echo(f"{path.name}: {len(crops)} crops")
        yield from ((f"{path.stem}:{number}", crop) for number, crop in enumerate(crops))


@click.command(help=__doc__)
@click.argument("folder", type=Path)
@click.argument("out", type=Path)
def main(folder: Path, out: Path) -> None:
    np.savez(out, **dict(_named(sorted(folder.glob("*.jpg")))))


if __name__ == "__main__":
    main()
