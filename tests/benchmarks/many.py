"""Time a sweep of many pictures on all cores against the same command on one.

    python -m tests.benchmarks.many [--rounds 3] FOLDER

Runs `python -m vqcore sweep FOLDER` to K = 256, from its start to its end, in turn on one core, on
all cores one picture after the other (--jobs 1), and on all cores. Prints the seconds of each
round, and how many times as fast as on one core the best round is. Needs Linux, to keep to a core.
"""

import os
import subprocess
import sys
from functools import partial
from time import perf_counter

import click

COMMAND = (sys.executable, "-m", "vqcore", "sweep", "--sizes", "1,2,4,8,16,32,64,128,256")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
def main(folder, rounds):
    """Time a sweep of many pictures on all cores against the same command on one."""
    cores = os.sched_getaffinity(0)
    ways = {
        "one core": partial(seconds, [folder], {min(cores)}),
        f"{len(cores)} cores, --jobs 1": partial(seconds, [folder, "--jobs", "1"], cores),
        f"{len(cores)} cores": partial(seconds, [folder], cores),
    }
    measured = {name: [] for name in ways}
    for _ in range(rounds):
        for name, measure in ways.items():
            measured[name].append(measure())
    alone = min(measured["one core"])
    for name, times in measured.items():
        told = ", ".join(f"{each:.1f}" for each in times)
        best = min(times)
        print(f"{name:<18}{told} s; best {best:.1f} s, {alone / best:.2f} times as fast")


def seconds(arguments, cores):
    """Return what the command takes on these cores."""
    start = perf_counter()
    subprocess.run(
        [*COMMAND, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        preexec_fn=partial(os.sched_setaffinity, 0, cores),
    )
    return perf_counter() - start


if __name__ == "__main__":
    main()
