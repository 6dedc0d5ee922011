"""Tests of what `vqcore` exports: the same as the lab has, for less."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from helpers import smooth_picture, steps_of
from sklearn.datasets import load_iris

import vqcore
from vqcore.cli import main
from vqcore.codebooks.textbook import Rules
from vqcore.coding.codec import Settings
from vqcore.coding.soundcodec import SOUND_FAMILIES, SoundSettings
from vqcore.lab.pointsweeps import PointSettings, PointStep, possible_sizes, sweep_points
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.lab.sweeps import sweep
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.ofpoints import POINT_FAMILIES
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.signals.points import Points
from vqcore.signals.sounds import Sound, file_of, sample_recording, sound_of

PICTURE = smooth_picture(24, 32)
PIXELS = PICTURE.pixels
VECTORS = np.float32(load_iris().data)
SOUND = Sound(sound_of(sample_recording("sentence"), 8000).samples[4000:12000], 8000, "words.wav")
PULSES = SOUND.samples
LIST = """
Picture Points Sound VectorQuantizer __version__
decode encode figures load pack parse read save sweep train
"""
PICTURES = [
    {"block_size": 4},
    {"block_size": (8, 2), "colour": "gray", "seed": 3},
    {"block_size": 4, "colour": "ycbcr", "rate_weight": 50},
    {"block_size": 4, "trainer": "textbook", "rules": Rules("first", iterations=2)},
    *({"block_size": 4, "family": name, "smoothing": True} for name in FAMILIES),
]


def test_the_names_are_few() -> None:
    assert vqcore.__all__ == LIST.split()
    assert all(hasattr(vqcore, name) for name in vqcore.__all__)


@pytest.mark.parametrize("settings", PICTURES, ids=str)
def test_a_picture_is_encoded_and_measured_as_the_lab_does(settings: dict) -> None:
    [expected] = steps_of(sweep(PICTURE, Settings(**settings), [8]))
    [step] = vqcore.sweep(PIXELS, [8], **settings)
    encoded = vqcore.encode(PIXELS, 8, **settings)
    assert expected.file == step.file == vqcore.pack(encoded)
    found, seconds = vqcore.figures(PIXELS, encoded), {"train_seconds": 0.0, "encode_seconds": 0.0}
    in_file = encoded.quantizer.codebook_size
    assert found == replace(expected.point, codebook_size=in_file, **seconds)
    assert in_file == 8 or settings.get("rate_weight")
    assert np.array_equal(vqcore.decode(encoded), expected.encoded.decode())
    assert replace(step.point, **seconds) == replace(expected.point, **seconds)


@pytest.mark.parametrize("family", POINT_FAMILIES)
def test_vectors_are_encoded_and_measured_as_the_lab_does(family: str) -> None:
    points, settings = Points(VECTORS, "iris"), PointSettings(family, seed=2)
    events = sweep_points(points, settings, possible_sizes(points, settings, [6]))
    [expected] = (event for event in events if isinstance(event, PointStep))
    encoded = vqcore.encode(VECTORS, 6, family=family, seed=2)
    assert vqcore.pack(encoded) == expected.file
    found = vqcore.figures(VECTORS, encoded)
    assert found == replace(expected.figures, train_seconds=0, encode_seconds=0)
    [step] = vqcore.sweep(VECTORS, [6], family=family, seed=2)
    assert step.file == expected.file


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_trained_on_a_picture_encodes_it_the_same(family: str) -> None:
    settings = {"family": family, "block_size": 4}
    quantizer = vqcore.train(PICTURE, 8, **settings, rate_weight=9, smoothing=True)
    smoothed = vqcore.encode(PICTURE, quantizer, smoothing=True)
    whole = vqcore.encode(PICTURE, 8, **settings, smoothing=True)
    # these are fitted to what they encode, unless they are from elsewhere
    fitted = family in ("quadtree", "wavelet")
    assert np.array_equal(smoothed.decode(), whole.decode()) != fitted
    other = vqcore.encode(PIXELS[::-1], quantizer, rate_weight=50)
    assert vqcore.decode(other).shape == PIXELS.shape


@pytest.mark.parametrize("family", POINT_FAMILIES)
def test_what_is_trained_on_vectors_encodes_them_the_same(family: str) -> None:
    quantizer = vqcore.train(VECTORS, 6, family=family)
    by_it, whole = vqcore.encode(VECTORS, quantizer), vqcore.encode(VECTORS, 6, family=family)
    assert np.array_equal(by_it.indices, whole.indices)
    assert by_it.decode().shape == VECTORS.shape


@pytest.mark.parametrize(
    "settings",
    [
        {"rate": 16000, "dimension": 2, "seed": 3},
        {"trainer": "textbook", "rules": Rules("first", iterations=2), "dimension": 8},
        *({"family": name} for name in SOUND_FAMILIES),
    ],
    ids=str,
)
def test_a_sound_is_encoded_and_measured_as_the_lab_does(settings: dict) -> None:
    sound = Sound(PULSES, settings.get("rate", 8000), "array")
    events = sweep_sound(sound, SoundSettings(**settings), [8])
    [expected] = (event for event in events if isinstance(event, SoundStep))
    encoded = vqcore.encode(PULSES, 8, **settings)
    assert vqcore.pack(encoded) == expected.file
    found = vqcore.figures(PULSES, encoded)
    assert found == replace(expected.figures, train_seconds=0, encode_seconds=0)
    [step] = vqcore.sweep(sound, [8], **settings)
    assert step.file == expected.file
    signal = vqcore.decode(vqcore.pack(encoded))
    assert (signal.dtype, signal.shape) == (np.int16, PULSES.shape)
    assert np.array_equal(signal, expected.encoded.decode())


def test_more_codewords_bring_a_sound_nearer() -> None:
    steps = list(vqcore.sweep(SOUND, [1, 4, 16, 64, 4096]))
    snrs = [step.figures.snr_db for step in steps]
    assert snrs == sorted(snrs)
    most = steps[-1].codebook_size
    assert most <= len(PULSES) // 4
    assert vqcore.encode(SOUND, 4096).quantizer.codebook_size == most


@pytest.mark.parametrize("family", SOUND_FAMILIES)
def test_what_is_trained_on_a_sound_encodes_it_the_same(family: str) -> None:
    quantizer = vqcore.train(SOUND, 8, family=family, dimension=8)
    whole = vqcore.encode(SOUND, 8, family=family, dimension=8)
    assert vqcore.pack(vqcore.encode(SOUND, quantizer)) == vqcore.pack(whole)
    other = vqcore.encode(PULSES[::-1], vqcore.parse(vqcore.pack(whole)))
    assert other.layout == whole.layout
    assert other.quantizer.codebook_size == quantizer.quantizer.codebook_size


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the current one, with what the command makes of two sounds."""
    monkeypatch.chdir(tmp_path)
    Path("words.wav").write_bytes(file_of(PULSES, 8000))
    Path("others.flac").write_bytes(file_of(PULSES[::-1], 8000, "FLAC"))
    how = "--size", "8", "--dimension", "2", "--rate", "16000", "--family", "residual"
    for words in [
        ("encode", "words.wav", "words.vq", *how),
        ("encode", "others.flac", "others.vq", "--codebook", "words.vq"),
        ("decode", "words.vq", "again.wav"),
        ("decode", "words.vq", "again.flac"),
    ]:
        assert CliRunner().invoke(main, words).exit_code == 0
    return tmp_path


def test_a_sound_is_encoded_and_heard_as_by_the_command(folder: Path) -> None:
    sound = vqcore.read("words.wav", rate=16000)
    encoded = vqcore.encode(sound, 8, dimension=2, family="residual")
    assert vqcore.pack(encoded) == Path("words.vq").read_bytes()
    other = vqcore.encode(vqcore.read("others.flac", rate=16000), vqcore.load("words.vq"))
    assert vqcore.pack(other) == Path("others.vq").read_bytes()
    names = {"words.vq": "own.vq", "again.wav": "own.WAV", "again.flac": "own.flac"}
    for by_command, own in names.items():
        vqcore.save(encoded, own)
        assert Path(own).read_bytes() == (folder / by_command).read_bytes()
    vqcore.save(sound, "same.wav")
    samples, rate = soundfile.read("same.wav", dtype="int16")
    assert (rate, np.array_equal(samples, sound.samples)) == (16000, True)


def test_options_are_given_by_name() -> None:
    encoded = vqcore.encode(VECTORS, 4, family="residual", options={"stages": 3})
    assert encoded.indices.shape == (150, 3)
    encoded = vqcore.encode(PIXELS, 4, block_size=4, family="residual", options={"stages": 3})
    assert encoded.indices.shape[1] == 3


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    codebook = vqcore.train(PIXELS, 8, block_size=4)
    picture, points = vqcore.encode(PIXELS[:12], codebook), vqcore.encode(VECTORS, 5)
    for what, name in [(picture, "a.vq"), (points, "a.npz")]:
        vqcore.save(what, tmp_path / name)
        back = vqcore.load(tmp_path / name)
        assert np.array_equal(vqcore.decode(back), what.decode())
        assert np.array_equal(vqcore.decode((tmp_path / name).read_bytes()), what.decode())
    assert {it.name for it in tmp_path.iterdir()} == {"a.vq", "a.npz"}
    vqcore.save(codebook, str(tmp_path / "codebook.npz"))
    back = vqcore.load(str(tmp_path / "codebook.npz"))
    assert back.checksum == codebook.checksum
    vqcore.save(picture, tmp_path / "without.vq", with_codebook=False)
    assert (tmp_path / "without.vq").stat().st_size < (tmp_path / "a.vq").stat().st_size
    back = vqcore.load(tmp_path / "without.vq", [back])
    assert np.array_equal(back.decode(), picture.decode())


def test_files_are_read(tmp_path: Path) -> None:
    png, table = png_bytes(PIXELS), b"1;2\n3;4\n"
    (tmp_path / "a.png").write_bytes(png)
    (tmp_path / "a.csv").write_bytes(table)
    (tmp_path / "a_32x24.rgb").write_bytes(PIXELS.tobytes())
    np.save(tmp_path / "a.npy", VECTORS.astype(float))
    for picture in vqcore.read(tmp_path / "a.png"), vqcore.read(png):
        assert isinstance(picture, Picture)
        assert np.array_equal(picture.pixels, PIXELS)
    raw = (
        vqcore.read(tmp_path / "a_32x24.rgb"),
        vqcore.read(PIXELS.tobytes(), "a.rgb", raw_size=(32, 24)),
    )
    assert all(np.array_equal(picture.pixels, PIXELS) for picture in raw)
    for points in vqcore.read(str(tmp_path / "a.csv")), vqcore.read(table, "a.csv"):
        assert points.vectors.tolist() == [[1, 2], [3, 4]]
    assert np.array_equal(vqcore.read(tmp_path / "a.npy").vectors, VECTORS)
    assert vqcore.read(tmp_path / "a.npy").name == "a.npy"
    wav = file_of(PULSES, 8000)
    (tmp_path / "a.wav").write_bytes(wav)
    for sound in vqcore.read(tmp_path / "a.wav"), vqcore.read(wav):
        assert isinstance(sound, Sound)
        assert (sound.rate, np.array_equal(sound.samples, PULSES)) == (8000, True)
    assert len(vqcore.read(tmp_path / "a.wav", rate=16000).samples) == 2 * len(PULSES)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vqcore.encode(np.zeros((3, 2)), 1), r"not float64 of shape \(3, 2\)"),
        (lambda: vqcore.train(np.zeros((3, 2, 4), np.uint8), 1), r"not uint8 of shape \(3, 2, 4\)"),
        (lambda: vqcore.train(np.zeros(3, np.float32), 1), r"not float32 of shape \(3,\)"),
        (lambda: vqcore.train(np.zeros((3, 2), np.int16), 1), r"not int16 of shape \(3, 2\)"),
        (lambda: vqcore.train(np.zeros(0, np.int16), 1), r"not int16 of shape \(0,\)"),
        (lambda: vqcore.train(np.zeros((0, 3), np.uint8), 1), r"not uint8 of shape \(0, 3\)"),
        (lambda: vqcore.train([[1.0]], 1), "not list"),
        (lambda: vqcore.train(np.full((2, 2), np.nan, np.float32), 1), "finite"),
        (lambda: vqcore.train(PIXELS, 0), "a codebook size is 1 to 4096, not 0"),
        (lambda: vqcore.train(VECTORS, 0), "from 1 on, ascending, not .*0"),
        (lambda: vqcore.train(PULSES, 0), "a codebook size is 1 to 4096, not 0"),
        (lambda: vqcore.train(PULSES, 4, colour="gray"), "dimension, rate.*, not 'colour'"),
        (lambda: vqcore.train(PULSES, 4, dimension=3), "dimension is one of .*16, not 3"),
        (lambda: vqcore.train(PULSES, 4, rate=44100), "rate is one of 8000, 16000, not 44100"),
        (lambda: vqcore.encode(PULSES, 4, rate=0), "rate is one of 8000, 16000, not 0"),
        (lambda: vqcore.read(file_of(PULSES, 8000), rate=22050), "rate is one of .*, not 22050"),
        (
            lambda: vqcore.sweep(SOUND, [4], rate=16000),
            r"shape \(8000,\) at 8000 Hz is not at 16000",
        ),
        (lambda: vqcore.train(PULSES, 4, family="quadtree"), "tree, not 'quadtree'"),
        (lambda: vqcore.train(PULSES, 4, trainer="best"), "trainer is one of .*, not 'best'"),
        (lambda: vqcore.train(PULSES, 4, options={"beam": 2}), "plain has no option 'beam'"),
        (lambda: vqcore.train(PIXELS, 4, rate=8000), "block_size, colour.*, not 'rate'"),
        (lambda: vqcore.train(PIXELS, 4, sides=4), "block_size, colour.*, not 'sides'"),
        (lambda: vqcore.train(VECTORS, 4, colour="gray"), "family, options.*, not 'colour'"),
        (lambda: vqcore.train(PIXELS, 4, family="product"), "planes.*, not 'product'"),
        (lambda: vqcore.train(VECTORS, 4, family="planes"), "split, not 'planes'"),
        (lambda: vqcore.train(PIXELS, 4, options={"stages": 2}), "plain has no option 'stages'"),
        (
            lambda: vqcore.train(PIXELS, 4, family="residual", options={"stages": 7}),
            "stages is one of .*, not 7",
        ),
        (lambda: vqcore.train(PIXELS, 4, trainer="best"), "trainer is one of .*, not 'best'"),
        (lambda: vqcore.train(VECTORS, 4, trainer="best"), "trainer is one of .*, not 'best'"),
        (lambda: vqcore.train(PIXELS, 4, colour="hsv"), "hsv"),
        (
            lambda: vqcore.encode(PIXELS, vqcore.train(VECTORS, 2)),
            r"a picture of shape \(24, 32, 3\) is not encoded by PointQuantizer",
        ),
        (
            lambda: vqcore.encode(VECTORS[:, :3], vqcore.train(VECTORS, 2)),
            r"float32 array of shape \(150, 3\) is not encoded by codewords of d = 4",
        ),
        (
            lambda: vqcore.encode(PIXELS[:, :, 0], vqcore.train(PIXELS, 2)),
            r"shape \(24, 32\) is gray, and not encoded in rgb",
        ),
        (
            lambda: vqcore.encode(PIXELS, vqcore.train(PIXELS, 2), block_size=4),
            "are rate_weight, smoothing, not 'block_size'",
        ),
        (
            lambda: vqcore.encode(VECTORS, vqcore.train(VECTORS, 2), seed=4),
            "there are none, not 'seed'",
        ),
        (
            lambda: vqcore.figures(PIXELS[1:], vqcore.encode(PIXELS, 2)),
            r"has shape \(23, 32, 3\), what was encoded \(24, 32, 3\)",
        ),
        (
            lambda: vqcore.figures(VECTORS[1:], vqcore.encode(VECTORS, 2)),
            r"has shape \(149, 4\), what was encoded \(150, 4\)",
        ),
        (
            lambda: vqcore.figures(VECTORS, vqcore.encode(PIXELS, 2)),
            r"shape \(150, 4\) is not measured by Encoded",
        ),
        (
            lambda: vqcore.encode(SOUND, vqcore.train(PULSES, 2, rate=16000)),
            r"a sound of shape \(8000,\) at 8000 Hz is not at 16000 Hz",
        ),
        (
            lambda: vqcore.encode(SOUND, vqcore.train(VECTORS, 2)),
            r"a sound of shape \(8000,\) at 8000 Hz is not encoded by PointQuantizer",
        ),
        (
            lambda: vqcore.encode(VECTORS, vqcore.encode(PULSES, 2)),
            r"float32 array of shape \(150, 4\) is not encoded by SoundQuantizer",
        ),
        (
            lambda: vqcore.encode(SOUND, vqcore.train(SOUND, 2), seed=4),
            "there are none, not 'seed'",
        ),
        (
            lambda: vqcore.figures(PULSES[1:], vqcore.encode(PULSES, 2)),
            r"has shape \(7999,\), what was encoded \(8000,\)",
        ),
        (
            lambda: vqcore.figures(PIXELS, vqcore.encode(PULSES, 2)),
            r"shape \(24, 32, 3\) is not measured by EncodedSound",
        ),
        (lambda: vqcore.pack(vqcore.train(SOUND, 2)), "no file holds SoundQuantizer by itself"),
        (lambda: vqcore.pack(vqcore.encode(SOUND, 2), with_codebook=False), "has its codebook"),
        (lambda: vqcore.save(SOUND, "a.mp3"), "saved as .wav or .flac, not 'a.mp3'"),
        (lambda: vqcore.decode(SOUND), "not Sound"),
        (lambda: vqcore.read(b"hello", "a.wav"), "no sound that can be read"),
        (lambda: vqcore.parse(vqcore.pack(vqcore.encode(SOUND, 2))[:40]), "checksum"),
        (lambda: vqcore.pack(vqcore.train(VECTORS, 2)), "no file holds PointQuantizer by itself"),
        (lambda: vqcore.decode(vqcore.train(PIXELS, 2)), "not SharedCodebook"),
        (lambda: vqcore.parse(b"a"), "vq"),
        (lambda: vqcore.decode(b"PK\3\4 and so on"), "codebook"),
        (lambda: vqcore.read(b"1 2"), "format"),
    ],
)
def test_what_cannot_be_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_zeros_are_alike_whatever_their_sign() -> None:
    vectors = np.float32([[0.0], [-0.0], [1.0]])
    assert vqcore.encode(vectors, 3).quantizer.codebook_size == 2
