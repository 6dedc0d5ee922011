"""Train the filter of luma, or that of chroma, from nothing, for a network that is done.

    python -m tests.training.postfilter luma CROPS.npz START.npz OUT.npz

It learns what quantizing took from samples, in steps, by the least squared error.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import torch
from joblib import Parallel, delayed
from torch import Tensor

from tests.training.checkpoint import FILTER_SCALES, Checkpoint, load, save
from tests.training.crops import load as load_crops
from tests.training.crops import piece_of, softened
from tests.training.recording import Planes
from vqcore.arrays import Differences, Floats, Reals, Samples
from vqcore.coding.wavelet.model import KINDS, Kind
from vqcore.coding.wavelet.postfilter import PER_STEP, Around, Filter, Room
from vqcore.coding.wavelet.tables import STEPS
from vqcore.signals.wavelet import planes_of

RADII: dict[Kind, int] = {"luma": 29, "chroma": 20}
"""Squared, in samples."""
HIDDEN: dict[Kind, tuple[int, int]] = {"luma": (96, 32), "chroma": (64, 24)}
STEP_NUMBERS, CHROMA_STEPS = range(8, 40), range(-2, 5)
OF_A_CROP = 9000
BATCH = 8192
RATE, LEAST_RATE = 3e-3, 2e-5
MOST_HIDDEN = 15.9
STEP_SCALE = 32
REPORTED = 200


class Inputs(NamedTuple):
    """Samples, n of them.

    Parameters
    ----------
    around : int16 array of shape (n, samples of the disc, or of two), in 32nds of a step
    missing : float32 array of shape (n,), what the original has more, in steps
    step : (n,), the number of the step
    """

    around: Differences
    missing: Reals
    step: Reals


def inputs_of(checkpoint: Checkpoint, kind: Kind, crops: list[Samples], seed: int) -> Inputs:
    """Return some samples of each crop, on all cores."""
    one = delayed(partial(_of_crop, checkpoint, kind))
    parts = Parallel(n_jobs=-1)(one(crop, (seed, number)) for number, crop in enumerate(crops))
    return Inputs(*map(np.concatenate, zip(*parts, strict=True)))


def _of_crop(checkpoint: Checkpoint, kind: Kind, crop: Samples, seed: tuple[int, int]) -> Inputs:
    rng = np.random.default_rng(seed)
    planes, step = planes_of(piece_of(crop, rng)), int(rng.choice(STEP_NUMBERS))
    if kind == "luma":
        coder = Planes(checkpoint, planes)
        return _some(kind, planes[0], [(coder.decoded(step), step)], rng)
    coder = Planes(checkpoint, softened(planes, rng))
    luma = coder.decoded(step), step
    step = max(0, step + int(rng.choice(CHROMA_STEPS)))
    parts = [
        _some(kind, plane, [(coder.decoded(step), step), luma], rng) for plane in coder.planes[1:]
    ]
    return Inputs(*map(np.concatenate, zip(*parts, strict=True)))


def _some(
    kind: Kind, plane: Reals, decoded: list[tuple[Reals, int]], rng: np.random.Generator
) -> Inputs:
    """Return some samples of a plane, given it and, of chroma, luma as decoded with their steps."""
    count = OF_A_CROP if kind == "luma" else OF_A_CROP // 2
    shape = Filter(RADII[kind], *[np.zeros(0)] * 7)
    whole = slice(0, len(plane)), slice(0, plane.shape[1])
    room = Room(len(decoded) * len(shape.disc) * plane.size)
    rows = rng.choice(plane.size, min(count, plane.size), replace=False)
    around = [Around(it, shape, its).differences(room, whole)[:, rows] for it, its in decoded]
    own, step = decoded[0]
    missing = ((plane - own) / np.float32(STEPS[step])).ravel()[rows]
    return Inputs(
        np.concatenate(around).T.astype(np.int16),
        missing.astype(np.float32),
        np.full(len(rows), step, np.float32),
    )


def taught(kind: Kind, inputs: Inputs, steps: int, seed: int) -> dict[str, Floats]:
    """Return the numbers of a filter by name, in steps."""
    rng = np.random.default_rng(seed)
    leaves = _fresh(kind, inputs.around.shape[1], rng)
    optimizer = torch.optim.Adam(leaves.values(), lr=RATE)
    turns, errors = _turns(kind, inputs.around.shape[1]), list[tuple[float, float]]()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (0.5 + 0.5 * np.cos(np.pi * step / steps)) + LEAST_RATE
        rows = rng.integers(0, len(inputs.missing), BATCH)
        around = inputs.around[rows][:, turns[rng.integers(len(turns))]]
        missing = torch.tensor(inputs.missing[rows])
        found = _found(leaves, around, inputs.step[rows])
        error = (found - missing).square().mean()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        errors.append((float(missing.square().mean()), float(error.detach())))
        if (step + 1) % REPORTED == 0:
            before, after = np.mean(errors[-REPORTED:], axis=0)
            print(f"  step {step + 1}: {10 * np.log10(before / after):.4f} dB", flush=True)
    found = {name: leaf.detach().numpy().astype(np.float64) for name, leaf in leaves.items()}
    return {"radius_squared": np.array(float(RADII[kind]))} | found


def _fresh(kind: Kind, count: int, rng: np.random.Generator) -> dict[str, Tensor]:
    first, second = HIDDEN[kind]
    numbers = {
        "first": rng.normal(0, 0.08, (first, count)),
        "first_bias": rng.normal(0, 0.1, first),
        "of_step": np.zeros(first),
        "second": rng.normal(0, 1 / np.sqrt(first), (second, first)),
        "second_bias": np.full(second, 0.1),
        "last": np.zeros((1, second)),
        "last_bias": np.zeros(1),
    }
    assert numbers.keys() | {"radius_squared"} == FILTER_SCALES.keys()
    return {
        name: torch.tensor(each, dtype=torch.float32, requires_grad=True)
        for name, each in numbers.items()
    }


def _found(leaves: dict[str, Tensor], around: Differences, step: Reals) -> Tensor:
    inputs = torch.tensor(around).float() / PER_STEP
    bias = leaves["first_bias"] + torch.tensor(step / STEP_SCALE)[:, None] * leaves["of_step"]
    first = (inputs @ leaves["first"].T + bias).clamp(0, MOST_HIDDEN)
    second = (first @ leaves["second"].T + leaves["second_bias"]).clamp(0, MOST_HIDDEN)
    return (second @ leaves["last"].T + leaves["last_bias"])[:, 0]


def _turns(kind: Kind, count: int) -> list[list[int]]:
    """Return the eight orders of inputs that a picture turned and mirrored has."""
    disc = Filter(RADII[kind], *[np.zeros(0)] * 7).disc
    found = []
    for down, right, turned in product((1, -1), (1, -1), (False, True)):
        places = [(y * down, x * right) for y, x in disc]
        one = [disc.index(place[::-1] if turned else place) for place in places]
        found.append([*one, *(len(disc) + place for place in one)][:count])
    return found


@click.command(help=__doc__)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("crops", type=Path)
@click.argument("start", type=Path)
@click.argument("out", type=Path)
@click.option("--count", default=360, help="Crops.")
@click.option("--steps", default=9000)
@click.option("--seed", default=5)
def main(
    kind: Kind, crops: Path, start: Path, out: Path, count: int, steps: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    every, _ = load_crops(crops, apart=0)
    some = [every[at] for at in rng.choice(len(every), min(count, len(every)), replace=False)]
    checkpoint = load(start)
    inputs = inputs_of(checkpoint, kind, some, seed)
    checkpoint[kind].filter = taught(kind, inputs, steps, seed)
    save(checkpoint, out)


if __name__ == "__main__":
    main()
