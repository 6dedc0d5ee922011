"""What `vqcore` exports: a signal -> codebook, indices, signal, bytes, figures.

A signal is a picture, uint8 of shape (h, w) or (h, w, 3), vectors, float32 of shape (n, d), or a
sound, int16 of shape (n,), of 8000 samples a second unless another rate is said; the type of an
array says which. Whatever is refused is a ValueError.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from vqcore.arrays import Numbers
from vqcore.coding import container
from vqcore.coding.codebookfile import SharedCodebook, is_zip, pack_codebook, parse_codebook
from vqcore.coding.codec import Encoded, Settings, with_smoothing_work
from vqcore.coding.families import choice_work
from vqcore.coding.pointsfile import (
    EncodedPoints,
    is_points_file,
    pack_points,
    parse_points_file,
)
from vqcore.coding.soundcodec import (
    SOUND_FAMILIES,
    EncodedSound,
    SoundQuantizer,
    SoundSettings,
    cut_sound,
    encode_sound_work,
    lent_by,
)
from vqcore.coding.soundcontainer import is_sound_file, pack_sound, parse_sound
from vqcore.files import write_whole
from vqcore.lab import soundsweeps, sweeps
from vqcore.lab.pointsweeps import (
    PointFigures,
    PointSettings,
    PointStep,
    encode_points,
    figures_work,
    possible_sizes,
    sweep_points,
)
from vqcore.lab.sharing import Shared, SharedQuantizer, fits
from vqcore.lab.soundsweeps import SoundFigures, SoundStep
from vqcore.lab.sweeps import OperatingPoint, Preview, Step, point_work
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.ofpoints import OPTIONS, PointQuantizer
from vqcore.quantizers.plain import codebook_of
from vqcore.quantizers.quantizer import Option, TrainedQuantizer, checked_options
from vqcore.signals.blocks import cut, layout_of, shown_pixels
from vqcore.signals.frames import DIMENSIONS
from vqcore.signals.pictures import Picture, load_picture, read_picture
from vqcore.signals.points import SUFFIXES, Points, is_points, read_points
from vqcore.signals.raw import Size
from vqcore.signals.sounds import (
    RATES,
    SUFFIXES_WRITTEN,
    Rate,
    Sound,
    file_of,
    is_sound,
    read_recording,
    sound_of,
)
from vqcore.work import finish

Signal = Picture | Points | Sound | Numbers
Quantizing = Shared | PointQuantizer | SoundQuantizer
AnyEncoded = Encoded | EncodedPoints | EncodedSound
Kind = TypeVar("Kind", Settings, PointSettings, SoundSettings)
Value = TypeVar("Value")

_OPTIONS: dict[type, Mapping[str, tuple[Option, ...]]] = {
    Settings: {name: family.OPTIONS for name, family in FAMILIES.items()},
    PointSettings: {str(name): options for name, options in OPTIONS.items()},
    SoundSettings: {name: FAMILIES[name].OPTIONS for name in SOUND_FAMILIES},
}


def read(
    source: str | PathLike[str] | bytes,
    name: str = "",
    *,
    raw_size: Size | None = None,
    rate: Rate = RATES[0],
) -> Picture | Points | Sound:
    """Read a file of a picture, of points or of a sound.

    Parameters
    ----------
    source : where the file is, or its bytes
    name : of the bytes: its suffix tells text (.csv, .tsv, .txt, .dat) and raw samples
    raw_size : (width, height) of raw samples
    rate : 8000 or 16000 samples a second, at which to have a sound, whatever its file has

    Returns
    -------
    signal : Points of text and of what numpy.save wrote; Sound, all channels as one, of WAV, FLAC,
        Ogg, MP3 and so on; else a Picture
        As `read_points`, `read_recording` and `read_picture` have them, whose limits and refusals
        hold.

    Raises
    ------
    OSError
        If there is no such file.
    """
    if isinstance(source, bytes):
        if is_points(source, name):
            return read_points(source, name)
        if is_sound(source, name):
            return sound_of(read_recording(source, name), _one_of("rate", RATES, rate))
        return read_picture(source, name, raw_size)
    path = Path(source)
    if path.suffix.lower() in (*SUFFIXES, ".npy") or is_sound(b"", path.name):
        return read(path.read_bytes(), path.name, rate=rate)
    return load_picture(path, raw_size)


def train(signal: Signal, size: int, **settings: Any) -> Quantizing:
    """Train what other signals of the kind can be encoded with.

    Parameters
    ----------
    signal
    size : K of the largest column; where there are not as many distinct vectors, their number
    settings : as in `encode`; those that only encoding goes by have no say in it

    Returns
    -------
    quantizer : of a picture SharedCodebook, which can be saved, and of families but "plain"
        SharedQuantizer; of vectors PointQuantizer; of a sound SoundQuantizer

    Examples
    --------
    >>> train(np.float32([[0], [1], [9], [11]]), 2).tables[0].tolist()
    [[0.5], [10.0]]
    """
    signal = _signal(signal, settings.get("rate"))
    if isinstance(signal, Points):
        return _step(signal, size, _settings(PointSettings, settings)).trained.quantizer
    if isinstance(signal, Sound):
        return lent_by(_sound_by_its_own(signal, size, settings))
    how = _settings(Settings, settings)
    found = _preview(signal, size, how.training)
    quantizer, layout = found.trained.quantizer, found.encoded.layout
    if how.is_plain:
        return SharedCodebook(codebook_of(quantizer), layout.block_size, layout.colour)
    return SharedQuantizer(quantizer, layout.block_size, layout.colour)


def encode(signal: Signal, by: int | Quantizing | EncodedSound, **settings: Any) -> AnyEncoded:
    """Encode a signal, by a quantizer that is trained on it or by one from elsewhere.

    Parameters
    ----------
    signal
    by : K, or what `train` gave or `load` read; for a sound also what was encoded of another
    settings : fields of `Settings` for pictures, of `PointSettings` for vectors, of `SoundSettings`
        for sounds; `options` of a family by name: ``options={"stages": 3}``. With a quantizer from
        elsewhere, which stays as it is: `rate_weight` and `smoothing` for pictures, else none.

    Returns
    -------
    encoded : Encoded, EncodedPoints or EncodedSound
        `indices` is int32 of shape (n, m), `quantizer.tables` has m tables of rows to look up.

    Examples
    --------
    >>> encoded = encode(np.float32([[0], [1], [9], [11]]), 2)
    >>> encoded.indices[:, 0].tolist(), decode(encoded)[:, 0].tolist()
    ([0, 0, 1, 1], [0.5, 0.5, 10.0, 10.0])
    """
    by = lent_by(by) if isinstance(by, EncodedSound) else by
    signal = _signal(signal, by.rate if isinstance(by, SoundQuantizer) else settings.get("rate"))
    if isinstance(by, int | np.integer):
        if isinstance(signal, Points):
            return _step(signal, int(by), _settings(PointSettings, settings)).encoded
        if isinstance(signal, Sound):
            return _sound_by_its_own(signal, int(by), settings)
        return _preview(signal, int(by), _settings(Settings, settings)).encoded
    if isinstance(signal, Points) and isinstance(by, PointQuantizer):
        _check_names(settings, ())
        return _points_by(signal, by)
    if isinstance(signal, Sound) and isinstance(by, SoundQuantizer):
        _check_names(settings, ())
        return _sound_by(signal, by)
    if isinstance(signal, Picture) and isinstance(by, SharedCodebook | SharedQuantizer):
        _check_names(settings, ("rate_weight", "smoothing"))
        return _picture_by(signal, by, **settings)
    raise ValueError(f"{_named(signal)} is not encoded by {type(by).__name__}")


def decode(encoded: AnyEncoded | bytes, codebooks: Iterable[SharedCodebook] = ()) -> Numbers:
    """Rebuild a signal from what was encoded, or from the bytes of its file.

    Returns
    -------
    signal : uint8 of shape (h, w) or (h, w, 3); of vectors float32 of shape (n, d); of a sound
        int16 of shape (n,), `encoded.layout.rate` samples a second
    """
    found = parse(encoded, codebooks) if isinstance(encoded, bytes) else encoded
    if not isinstance(found, AnyEncoded):
        raise ValueError(f"a signal is decoded from what was encoded, not {type(found).__name__}")
    return found.decode()


def pack(what: AnyEncoded | SharedCodebook, *, with_codebook: bool = True) -> bytes:
    """Return the bytes of a file: a .vq of a picture or sound, an .npz of vectors or a codebook.

    Without its codebook, the .vq of a picture names it by a checksum; that of a sound has its own.
    """
    if isinstance(what, Encoded):
        return container.pack(what, with_codebook=with_codebook)
    if isinstance(what, EncodedPoints):
        return pack_points(what)
    if isinstance(what, EncodedSound) and with_codebook:
        return pack_sound(what)
    if isinstance(what, EncodedSound):
        raise ValueError("the .vq of a sound has its codebook in it; with_codebook is True")
    if isinstance(what, SharedCodebook):
        return pack_codebook(what)
    raise ValueError(f"no file holds {type(what).__name__} by itself, but what it encodes has one")


def parse(data: bytes, codebooks: Iterable[SharedCodebook] = ()) -> AnyEncoded | SharedCodebook:
    """Read what `pack` wrote; nothing in it is ever unpickled.

    Parameters
    ----------
    data
    codebooks : those at hand, should a .vq name one

    Raises
    ------
    ValueError
        If it is something else, or damaged, or names another codebook; the message says which.
    """
    if is_points_file(data):
        return parse_points_file(data)
    if is_sound_file(data):
        return parse_sound(data)
    return parse_codebook(data) if is_zip(data) else container.parse(data, codebooks)


def save(
    what: AnyEncoded | SharedCodebook | Sound,
    path: str | PathLike[str],
    *,
    with_codebook: bool = True,
) -> None:
    """Write what `pack` gives to a file, whole or not at all.

    A sound, and what was encoded of one, become what is heard where the file is a .wav or a .flac.
    """
    path = Path(path)
    kind, is_heard = path.suffix[1:].upper(), path.suffix.lower() in SUFFIXES_WRITTEN
    if isinstance(what, Sound) and not is_heard:
        raise ValueError(f"a sound is saved as {' or '.join(SUFFIXES_WRITTEN)}, not {path.name!r}")
    if isinstance(what, Sound):
        data = file_of(what.samples, what.rate, kind)
    elif isinstance(what, EncodedSound) and is_heard:
        data = file_of(what.decode(), what.layout.rate, kind)
    else:
        data = pack(what, with_codebook=with_codebook)
    write_whole(path, data)


def load(
    path: str | PathLike[str], codebooks: Iterable[SharedCodebook] = ()
) -> AnyEncoded | SharedCodebook:
    """Read a file as `parse` does."""
    return parse(Path(path).read_bytes(), codebooks)


def figures(signal: Signal, encoded: AnyEncoded) -> OperatingPoint | PointFigures | SoundFigures:
    """Measure what was encoded against the signal; its file is that of `pack`.

    Returns
    -------
    figures : OperatingPoint of a picture, PointFigures of vectors, SoundFigures of a sound
        As `sweep` has them, but for the seconds, which are 0; `codebook_size` is that of the file,
        of which a rate weight leaves out what is not in use.

    Examples
    --------
    >>> vectors = np.float32([[0], [1], [9], [11]])
    >>> figures(vectors, encode(vectors, 2)).mse
    0.625
    """
    rate = encoded.layout.rate if isinstance(encoded, EncodedSound) else None
    signal, length = _signal(signal, rate), len(pack(encoded))
    if isinstance(signal, Points) and isinstance(encoded, EncodedPoints):
        _check_shapes(signal.vectors, encoded.decode())
        return finish(figures_work(signal, encoded, length))
    if isinstance(signal, Sound) and isinstance(encoded, EncodedSound):
        _check_shapes(signal.samples, encoded.decode())
        return finish(soundsweeps.figures_work(signal, encoded, length))
    if isinstance(signal, Picture) and isinstance(encoded, Encoded):
        pixels = shown_pixels(signal, encoded.layout)
        _check_shapes(pixels, encoded.decode())
        size = encoded.quantizer.codebook_size
        known = {"codebook_size": size, "train_seconds": 0.0, "encode_seconds": 0.0}
        return finish(point_work(pixels, encoded, length, **known))
    raise ValueError(f"{_named(signal)} is not measured by {type(encoded).__name__}")


def sweep(
    signal: Signal, sizes: Iterable[int], **settings: Any
) -> Iterator[Step | PointStep | SoundStep]:
    """Train, encode and measure at each of many K, ascending.

    Parameters
    ----------
    signal
    sizes : those that there are not enough distinct vectors for become the most there are
    settings : as in `encode`

    Yields
    ------
    step : Step of a picture, PointStep of vectors, SoundStep of a sound
        With its `point` or `figures`, `encoded`, and the bytes of its `file`.

    Examples
    --------
    >>> [step.figures.mse for step in sweep(np.float32([[0], [1], [9], [11]]), [1, 2, 4])]
    [23.1875, 0.625, 0.0]
    """
    signal = _signal(signal, settings.get("rate"))
    if isinstance(signal, Sound):
        heard = soundsweeps.sweep_sound(signal, _sound_settings(signal, settings), sizes)
        return (event for event in heard if isinstance(event, SoundStep))
    if isinstance(signal, Points):
        how = _settings(PointSettings, settings)
        events = sweep_points(signal, how, possible_sizes(signal, how, sizes))
        return (event for event in events if isinstance(event, PointStep))
    steps = sweeps.sweep(signal, _settings(Settings, settings), sizes)
    return (event for event in steps if isinstance(event, Step))


def _signal(given: Signal, rate: Any = None) -> Picture | Points | Sound:
    """Return an array as the signal that it is, under the name "array".

    `rate` is that of sounds, if one is said.
    """
    if isinstance(given, Sound) and rate not in (None, given.rate):
        raise ValueError(f"{_named(given)} is not at {rate} Hz; `read` has it at either rate")
    if isinstance(given, Picture | Points | Sound):
        return given
    found = type(given).__name__
    if isinstance(given, np.ndarray):
        if given.dtype == np.uint8 and given.size and (given.ndim == 2 or given.shape[2:] == (3,)):
            return Picture(given, "array")
        if given.dtype == np.float32 and given.size and given.ndim == 2:
            return Points(given + np.float32(0), "array")  # + 0: there is no −0
        if given.dtype == np.int16 and given.size and given.ndim == 1:
            return Sound(given, _one_of("rate", RATES, RATES[0] if rate is None else rate), "array")
        found = f"{given.dtype} of shape {given.shape}"
    raise ValueError(
        "a signal is a picture, uint8 of shape (h, w) or (h, w, 3), vectors, float32 of shape "
        f"(n, d), or a sound, int16 of shape (n,), not {found}"
    )


def _named(signal: Picture | Points | Sound) -> str:
    if isinstance(signal, Picture):
        return f"a picture of shape {signal.pixels.shape}"
    if isinstance(signal, Sound):
        return f"a sound of shape {signal.samples.shape} at {signal.rate} Hz"
    return f"a float32 array of shape {signal.vectors.shape}"


def _settings(kind: type[Kind], given: Mapping[str, Any]) -> Kind:
    """Return settings given by name; ValueError for what they are not."""
    _check_names(given, [field.name for field in fields(kind)])
    families, family = _OPTIONS[kind], given.get("family", "plain")
    if family not in families:
        raise ValueError(f"the family is one of {', '.join(families)}, not {family!r}")
    options = given.get("options", ())
    if isinstance(options, Mapping):
        options = tuple(checked_options(family, families[family], options).values())
    return kind(**{**given, "options": options})


def _sound_settings(sound: Sound, given: Mapping[str, Any]) -> SoundSettings:
    """Return settings given by name for a sound at its rate."""
    dimension = given.get("dimension", SoundSettings.dimension)
    known = {"rate": sound.rate, "dimension": _one_of("dimension", DIMENSIONS, dimension)}
    return _settings(SoundSettings, {**given, **known})


def _one_of(name: str, values: Iterable[Value], given: object) -> Value:
    """Return the value that equals what is given; ValueError if there is none."""
    there = list(values)
    if given not in there:
        raise ValueError(f"the {name} is one of {', '.join(map(str, there))}, not {given!r}")
    return next(value for value in there if value == given)


def _check_names(given: Iterable[str], names: Collection[str]) -> None:
    for name in given:
        if name not in names:
            expected = f"are {', '.join(names)}" if names else "there are none"
            raise ValueError(f"settings here {expected}, not {name!r}")


def _check_shapes(own: Numbers, decoded: Numbers) -> None:
    if own.shape != decoded.shape:
        raise ValueError(f"the signal has shape {own.shape}, what was encoded {decoded.shape}")


def _preview(picture: Picture, size: int, settings: Settings) -> Preview:
    with closing(sweeps.sweep(picture, settings, [size])) as events:
        return next(event for event in events if isinstance(event, Preview))


def _step(points: Points, size: int, settings: PointSettings) -> PointStep:
    sizes = possible_sizes(points, settings, [size])
    return next(it for it in sweep_points(points, settings, sizes) if isinstance(it, PointStep))


def _points_by(points: Points, quantizer: PointQuantizer) -> EncodedPoints:
    if points.dimension != quantizer.dimension:
        raise ValueError(
            f"{_named(points)} is not encoded by codewords of d = {quantizer.dimension}"
        )
    return encode_points(points, quantizer, _usual_beam(OPTIONS[quantizer.family]))


def _picture_by(
    picture: Picture, shared: Shared, rate_weight: float = 0, smoothing: bool = False
) -> Encoded:
    if not fits(picture, shared.colour):
        raise ValueError(f"{_named(picture)} is gray, and not encoded in {shared.colour}")
    own = cut(picture, layout_of(picture, shared.block_size, shared.colour))
    encoded = finish(choice_work(own.layout, own.vectors, shared.quantizer, rate_weight))
    return finish(with_smoothing_work(own.pixels, encoded)) if smoothing else encoded


def _sound_by_its_own(sound: Sound, size: int, given: Mapping[str, Any]) -> EncodedSound:
    """Train on a sound, and encode it by that."""
    how = _sound_settings(sound, given)
    cut = cut_sound(sound, how.dimension)
    sizes = soundsweeps.possible_sizes(cut, how, [size])
    train_on, parameters = FAMILIES[how.family].train, how.parameters
    events = train_on(cut.layout, cut.vectors, sizes, parameters, seed=how.seed)
    trained = next(event for event in events if isinstance(event, TrainedQuantizer))
    return finish(encode_sound_work(cut, trained.quantizer, how.beam))


def _sound_by(sound: Sound, lent: SoundQuantizer) -> EncodedSound:
    beam = _usual_beam(FAMILIES[lent.quantizer.family].OPTIONS)
    return finish(encode_sound_work(cut_sound(sound, lent.dimension), lent.quantizer, beam))


def _usual_beam(options: Iterable[Option]) -> int:
    """Return how many candidates an encoder keeps where nothing is said of that."""
    return {option.name: option.default for option in options}.get("beam", 1)
