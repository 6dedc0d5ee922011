"""Measure what is done with very many pictures: speed, memory, passes, and an estimate on paper.

    python -m tests.benchmarks.archive [--pictures 1000] [--size 256] [PART ...]

The pictures are cut from the packaged photographs at random, scaled to 0.5 megapixels, and stored
as JPEG in a folder that is taken away at the end. The parts, all of them if none is named:

    speed   train and encode-all on one core, on all by joblib, and on all by Dask (local), from
            the start of each command to its end
    memory  the most that a process which encodes has in memory, at half as many pictures and at
            twice as many
    passes  PSNR of all blocks after 0, 1 and 3 passes, against vectors a codeword in the sample
    paper   CPU seconds a megapixel of reading, a pass and encoding, measured here in one thread;
            and what a million photographs of 12 megapixels take with 100 machines of 16 cores
"""

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import click
import numpy as np
from PIL import Image

from vqcore.archive import samples
from vqcore.archive.encoding import Encode
from vqcore.archive.engine import GROUP_ADDED_UP, Alone, here
from vqcore.archive.passes import Count, OnGrid, pass_over
from vqcore.archive.places import find_places
from vqcore.archive.samples import Draw
from vqcore.archive.training import Together
from vqcore.coding.codec import Settings
from vqcore.lab.sharing import train_shared
from vqcore.metrics import psnr_db
from vqcore.signals.pictures import SAMPLES, sample_picture
from vqcore.work import CORES, finish

WIDTH, HEIGHT = 832, 608
SETTINGS = Settings(8, "rgb")
VECTORS_A_CODEWORD = (20, 200, 2000)
MEASURED = 24
PHOTOGRAPHS, MEGAPIXELS, MACHINES, CORES_EACH = 10**6, 12, 100, 16
BYTES_A_MEGAPIXEL = 400_000
NETWORK = 10e9 / 8
PARTS = "speed", "memory", "passes", "paper"


@click.command()
@click.option("--pictures", type=click.IntRange(8), default=1000, show_default=True)
@click.option("--size", type=click.IntRange(1), default=256, show_default=True)
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
def main(pictures, size, parts):
    """Measure what is done with very many pictures."""
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder) / "photos"
        most = 2 * pictures if not parts or "memory" in parts else pictures
        make_pictures(photos, most)
        for part in parts or PARTS:
            globals()[part](photos, pictures, size)
            print()


def make_pictures(photos, count):
    """Write so many pictures, in lists of which each begins with that of fewer."""
    photos.mkdir()
    rng = np.random.default_rng(0)
    sources = [Image.fromarray(sample_picture(name).pixels).convert("RGB") for name in SAMPLES]
    for number in range(count):
        source = sources[rng.integers(len(sources))]
        share = rng.uniform(0.4, 1)
        width, height = (round(share * side) for side in source.size)
        left, top = rng.integers(source.width - width + 1), rng.integers(source.height - height + 1)
        window = left, top, left + width, top + height
        picture = source.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, window)
        picture.save(photos / f"{number:05}.jpg", quality=92)


def listed(photos, count):
    """Return a list of the first pictures, as the commands take it."""
    place = photos.parent / f"{count}.txt"
    place.write_text("\n".join(str(photos / f"{number:05}.jpg") for number in range(count)))
    return f"@{place}"


def places_of(photos, count):
    return find_places([listed(photos, count)], {".jpg"})[0]


def begun(*arguments, cores=None):
    command = [sys.executable, "-m", "vqcore", *map(str, arguments)]
    told = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    keep = partial(os.sched_setaffinity, 0, cores) if cores else None
    return subprocess.Popen(command, preexec_fn=keep, **told)


def seconds(*arguments, cores=None):
    start = time.perf_counter()
    assert begun(*arguments, cores=cores).wait() == 0
    return time.perf_counter() - start


# ------------------------------------------------------------------------------------------- speed


def speed(photos, count, size):
    """Print how long both commands take in each way."""
    cores = os.sched_getaffinity(0)
    ways = {
        "one core": ([], {min(cores)}),
        f"{len(cores)} cores, joblib": ([], cores),
        f"{len(cores)} cores, Dask": (["--cluster", f"local:{len(cores)}"], cores),
    }
    print(f"{count} pictures of {WIDTH}×{HEIGHT}, K = {size}: seconds")
    print(f"{'':<18}{'train':>8}{'encode':>8}{'both':>8}{'times as fast':>16}")
    alone = None
    for name, (options, on) in ways.items():
        folder = photos.parent / name.replace(" ", "-")
        book = folder.with_suffix(".npz")
        asked = listed(photos, count)
        train = seconds("train", asked, book, "--size", size, *options, cores=on)
        encode = seconds("encode-all", asked, folder, "--codebook", book, *options, cores=on)
        both = train + encode
        alone = alone or both
        print(f"{name:<18}{train:>8.1f}{encode:>8.1f}{both:>8.1f}{alone / both:>16.2f}")


# ------------------------------------------------------------------------------------------ memory


def memory(photos, count, size):
    """Print the most that a process has in memory while many pictures are encoded, or few."""
    book = photos.parent / "memory.npz"
    seconds("train", listed(photos, min(count, 50)), book, "--size", size)
    print("the most in memory of a process that encodes, MiB")
    for number in (count // 2, 2 * count):
        folder = photos.parent / f"memory-{number}"
        process = begun("encode-all", listed(photos, number), folder, "--codebook", book)
        most = {}
        while process.poll() is None:
            most |= {it: max(most.get(it, 0), kept) for it, kept in workers_of(process.pid)}
            time.sleep(0.2)
        told = ", ".join(f"{kept / 1024:.0f}" for kept in most.values())
        print(f"{number:>6} pictures: {told}")


def workers_of(process):
    """Yield each process that another began to work, and the most KiB it has had in memory."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            facts = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
            is_worker = b"popen_loky" in (place / "cmdline").read_bytes()
        except OSError:
            continue
        if is_worker and facts["PPid"].strip() == str(process) and "VmHWM" in facts:
            yield place.name, int(facts["VmHWM"].split()[0])


# ------------------------------------------------------------------------------------------ passes


def passes(photos, count, size):
    """Print what passes gain, against how many vectors a codeword the search has seen."""
    places = places_of(photos, count)
    numbered = dict(enumerate(places))
    print(f"PSNR of all blocks of {count} pictures, K = {size}, dB; and seconds of the training")
    print(f"{'vectors a codeword':<20}" + "".join(f"{it:>8} passes    s" for it in (0, 1, 3)))
    for vectors in VECTORS_A_CODEWORD:
        samples.VECTORS_A_CODEWORD = vectors
        row = f"{vectors:<20}"
        for number in (0, 1, 3):
            start = time.perf_counter()
            with here(CORES) as engine:
                together = Together(places, size, SETTINGS, number)
                trained = finish(together.work(engine))
                took = time.perf_counter() - start
                words = OnGrid.of(trained.shared.codebook)
                found = finish(pass_over(engine, numbered, Count(words, SETTINGS)))
            row += f"{psnr_db(float(found.before)):>15.3f}{took:>5.0f}"
        print(row, flush=True)


# ------------------------------------------------------------------------------------------- paper


def paper(photos, count, size):
    """Print CPU seconds a megapixel, and what they come to for very many photographs."""
    places = places_of(photos, min(count, MEASURED))
    items, megapixels = list(enumerate(places)), len(places) * WIDTH * HEIGHT / 1e6

    def each(job, items):
        start = time.process_time()
        for item in items:
            job(item)
        return (time.process_time() - start) / megapixels

    reading, passing = each(Draw(SETTINGS, 100), items), {}
    print(f"CPU seconds a megapixel, blocks of 8×8 in RGB: reading and cutting {reading:.3f}")
    for codewords in (64, 256, 1024):
        training = finish(Together(places, codewords, SETTINGS).work(Alone()))
        job = Count(OnGrid.of(training.shared.codebook), SETTINGS)
        passing[codewords] = each(job, items) - reading
        if codewords == 256:
            encode = Encode(training.shared, str(photos.parent / "paper"))
            encoding = each(encode, [(place, None) for place in places]) - reading
            vq = sum(it.stat().st_size for it in Path(encode.folder).glob("*.vq")) / megapixels
    told = ", ".join(f"{it:.3f} at K = {codewords}" for codewords, it in passing.items())
    print(f"a pass {told}; encoding and measuring {encoding:.3f}; {vq:.0f} bytes written")
    drawn = [Draw(SETTINGS, 10**6)(item).vectors for item in items]
    sample = np.concatenate(drawn)[: samples.VECTORS_A_CODEWORD * 256]
    start = time.perf_counter()
    finish(train_shared(sample, 256, SETTINGS, exact=True))
    search = (time.perf_counter() - start) * samples.VECTORS_A_CODEWORD * 256 / len(sample)
    estimate(reading, search, passing[256], encoding, vq)


def estimate(reading, search, passing, encoding, vq):
    """Print what a million photographs take."""
    total, cores = PHOTOGRAPHS * MEGAPIXELS, MACHINES * CORES_EACH
    fetched = total * BYTES_A_MEGAPIXEL
    sums = PHOTOGRAPHS / GROUP_ADDED_UP * 256 * (3 * SETTINGS.block_size.area + 1) * 8
    told = {
        "fetching": (fetched / MACHINES / NETWORK, f"{fetched / 1e12:.1f} TB at 10 Gbit/s each"),
        "a sample": (total * reading / cores, "all read and decoded; 98 MB drawn"),
        "a search": (search, "in that sample, on one machine"),
        "a pass": (total * (reading + passing) / cores, f"{sums / 1e9:.0f} GB of sums to one"),
        "encoding": (total * (reading + encoding) / cores, f"{total * vq / 1e9:.0f} GB written"),
    }
    photographs = f"{PHOTOGRAPHS:,} photographs of {MEGAPIXELS} megapixels"
    print(f"\n{photographs}, K = 256, {MACHINES} machines of {CORES_EACH} cores: seconds")
    for name, (took, more) in told.items():
        print(f"{name:<12}{took:>8.0f}   {more}")


if __name__ == "__main__":
    main()
