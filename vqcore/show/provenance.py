"""Where an export comes from: picture, settings and program; and how its file is called."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import PurePath
from typing import Any

from vqcore.coding.codec import Settings
from vqcore.coding.soundcodec import SoundSettings
from vqcore.lab.pointsweeps import PointSettings
from vqcore.lab.spectralsweeps import SpectralSettings
from vqcore.lab.study import Study
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import HasOptions
from vqcore.quantizers.wavelet import STEP
from vqcore.signals.pictures import Picture, picture_suffixes
from vqcore.signals.points import SUFFIXES, Points
from vqcore.signals.sounds import SUFFIXES as SOUND_SUFFIXES
from vqcore.signals.sounds import Sound
from vqcore.version import __version__

PROGRAM = f"VQ Lab {__version__}"
SETTINGS = tuple(field.name for field in fields(Settings))
COLUMNS = ("picture", "digest", *SETTINGS, "program")
POINT_COLUMNS = ("name", "digest", "family", "options", "trainer", "seed", "rules", "program")
SOUND_COLUMNS = (
    *("name", "digest", "rate", "dimension"),
    *("family", "options", "trainer", "seed", "rules", "program"),
)
SPECTRAL_COLUMNS = "name", "digest", "rate", "family", "options", "weighted", "seed", "program"
LONGEST_NAME = 255


@dataclass(frozen=True)
class Provenance:
    """What led to an export.

    Parameters
    ----------
    picture : its name, any string at all
    digest : of its pixels, see `Picture.digest`
    settings : with the colour mode the picture was coded in
    codebook_size : None for an export of many sizes
    """

    picture: str
    digest: str
    settings: Settings
    codebook_size: int | None = None

    @property
    def record(self) -> dict[str, Any]:
        """Return everything by name, in one flat object."""
        size = {} if self.codebook_size is None else {"codebook_size": self.codebook_size}
        source = {"picture": self.picture, "digest": self.digest}
        return {**source, **record_of(self.settings), **size, "program": PROGRAM}

    @property
    def texts(self) -> dict[str, str]:
        """Return everything as the texts of a PNG, the program under the name PNG has for it."""
        record = self.record
        texts = {"Software": record.pop("program"), **record}
        return {name: _clean(str(value)) for name, value in texts.items()}

    @property
    def comment(self) -> str:
        """Return everything as JSON, short enough for a codebook file."""
        return comment_of({**self.record, "picture": _clean(self.picture)[:LONGEST_NAME]})

    @property
    def file_stem(self) -> str:
        """Return the name of a file without its suffix; only what is not the default is named.

        Examples
        --------
        >>> Provenance("chelsea.png", "", Settings(), 32).file_stem
        'chelsea-8x8-rgb-K32'
        >>> settings = Settings(4, "ycbcr", "kmeans", seed=3, rate_weight=50)
        >>> Provenance("chelsea", "", settings).file_stem
        'chelsea-4x4-ycbcr-kmeans-seed3-lambda50'
        >>> Provenance("chelsea", "", Settings(family="wavelet"), 64).file_stem
        'chelsea-rgb-wavelet-q20-K64'
        """
        settings = self.settings
        parts = {
            settings.family: settings.family != Settings.family,
            **{_option_in_short(*it): True for it in _options_to_name(settings)},
            f"K{self.codebook_size}": self.codebook_size is not None,
            settings.trainer: settings.trainer != "lbg",
            **{f"{name}{it}".replace(" ", ""): True for name, it in rules_of(settings).items()},
            f"seed{settings.seed}": settings.seed != 0,
            f"lambda{settings.rate_weight:.10g}": settings.rate_weight != 0,
            "smooth": settings.smoothing,
        }
        first = stem_of(self.picture), *_cut_to_name(settings)
        return "-".join([*first, *(part for part, is_named in parts.items() if is_named)])


def _cut_to_name(settings: Settings) -> list[str]:
    """Return block size, if there are blocks, and colour mode."""
    wide, high = settings.block_size
    block = [] if FAMILIES[settings.family].WHOLE else [f"{wide}x{high}"]
    return [*block, settings.colour]


def _options_to_name(settings: Settings) -> list[tuple[str, int]]:
    """Return a family's options that are not as usual, and always its step."""
    own, usual = settings.options_by_name, {it.name: it.default for it in settings.own_options}
    return [(name, it) for name, it in own.items() if name == STEP or it != usual[name]]


def _option_in_short(name: str, value: int) -> str:
    return f"q{value}" if name == STEP else f"{name}{value}"


def record_of(settings: Settings) -> dict[str, Any]:
    """Return settings by name, the family's own options as one text.

    Examples
    --------
    >>> record_of(Settings(family="mean-removed"))["options"]
    'mean-step=8 shape-step=2'
    """
    options = " ".join(f"{name}={it}" for name, it in settings.options_by_name.items())
    block_size = settings.block_size.noted
    rules = " ".join(f"{name}={it}" for name, it in rules_of(settings).items())
    return {**_fields(settings), "block_size": block_size, "options": options, "rules": rules}


def record_of_points(points: Points, settings: PointSettings) -> dict[str, Any]:
    """Return where the figures of points come from, by the names of `POINT_COLUMNS`."""
    values = points.name, points.digest, settings.family, *_training(settings)
    return dict(zip(POINT_COLUMNS, values, strict=True))


def record_of_sound(sound: Sound, settings: SoundSettings) -> dict[str, Any]:
    """Return where the figures of a sound come from, by the names of `SOUND_COLUMNS`."""
    cutting = settings.rate, settings.dimension
    values = sound.name, sound.digest, *cutting, settings.family, *_training(settings)
    return dict(zip(SOUND_COLUMNS, values, strict=True))


def record_of_spectra(sound: Sound, settings: SpectralSettings) -> dict[str, Any]:
    """Return where the figures of spectra come from, by the names of `SPECTRAL_COLUMNS`."""
    how = settings.family, _options(settings), settings.weighted, settings.seed, PROGRAM
    values = sound.name, sound.digest, settings.rate, *how
    return dict(zip(SPECTRAL_COLUMNS, values, strict=True))


def _options(settings: HasOptions) -> str:
    return " ".join(f"{name}={it}" for name, it in settings.options_by_name.items())


def _training(settings: PointSettings | SoundSettings) -> tuple[Any, ...]:
    rules = " ".join(f"{name}={it}" for name, it in rules_of(settings).items())
    return _options(settings), settings.trainer, settings.seed, rules, PROGRAM


def rules_of(settings: Settings | PointSettings | SoundSettings) -> dict[str, str]:
    """Return the rules of a training by the book that are not as at first, as texts."""
    if settings.rules is None:
        return {}
    given = {"given": f"{len(settings.rules.given)} codewords"} if settings.rules.given else {}
    return settings.rules.unusual | given


def _fields(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in SETTINGS}


def provenance_of(
    picture: Picture, settings: Settings, codebook_size: int | None = None
) -> Provenance:
    """Return where exports of a picture come from; one in gray is coded in gray.

    Examples
    --------
    >>> import numpy as np
    >>> provenance_of(Picture(np.zeros((2, 3), np.uint8), "black"), Settings()).settings.colour
    'gray'
    """
    coded = replace(settings, colour="gray") if picture.is_gray else settings
    return Provenance(picture.name, picture.digest, coded, codebook_size)


def comment_of(record: dict[str, Any]) -> str:
    """Return an object as one line of JSON."""
    return json.dumps(record, ensure_ascii=False)


def _clean(text: str) -> str:
    """Return a text without what no text in a file may hold: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def stem_of(name: str) -> str:
    """Return the name of a file that the lab opens without its suffix; any other name as it is."""
    path = PurePath(name)
    others = {".vq", ".npz", ".npy", *SUFFIXES, *SOUND_SUFFIXES}
    is_known = path.suffix.lower() in picture_suffixes() | others
    return (path.stem if is_known else name) or "picture"


def original_wav(sound: Sound) -> str:
    """Return how the file is called that has a sound as it is quantized.

    Examples
    --------
    >>> import numpy as np
    >>> original_wav(Sound(np.zeros(8, np.int16), 8000, "my words.mp3"))
    'my words-8kHz.wav'
    """
    return f"{stem_of(sound.name)}-{sound.rate // 1000}kHz.wav"


def use_stems(own: Study, codebook: str) -> list[str]:
    """Return how files are called: with the codebook of that name, and with the picture's own.

    Parameters
    ----------
    own : the study of the picture at the codebook's settings and K
    codebook : the name of its file
    """
    [asked], [possible] = own.sizes, own.plan.sizes
    alone = provenance_of(own.picture, own.settings, possible)
    untrained = replace(own.settings, trainer="lbg", seed=0)
    elsewhere = provenance_of(own.picture, untrained, asked)
    return [f"{elsewhere.file_stem}-with-{stem_of(codebook)}", alone.file_stem]
