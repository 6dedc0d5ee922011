"""Choices that have ids, as the address has them; links of before named them in English."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple, get_args

from vqcore.codebooks.textbook import DISTANCES, KEPT, STARTS
from vqcore.codebooks.training import TRAINERS
from vqcore.coding.soundcodec import SOUND_FAMILIES
from vqcore.lab.plane import Start
from vqcore.lab.rivals import RIVALS
from vqcore.lab.soundfiles import SoundFile
from vqcore.lab.spectralsweeps import SPECTRAL_FAMILIES
from vqcore.lab.targets import GOALS
from vqcore.lab.vqfiles import VqFile
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.ofpoints import POINT_FAMILIES
from vqcore.show.curves import Axis, Families, Likeness
from vqcore.signals.blocks import COLOURS
from vqcore.signals.pictures import Picture
from vqcore.signals.points import Points
from vqcore.signals.sounds import RATES, Recording
from vqcore.signals.sources import SOURCES

CHOICES: Mapping[str, Sequence[str]] = {
    "colour": COLOURS,
    "family": tuple(FAMILIES),
    "trainer": TRAINERS,
    "begin": STARTS,
    "empty": KEPT,
    "distance": DISTANCES,
    "likeness": get_args(Likeness),
    "axis": get_args(Axis),
    "families": get_args(Families),
    "target": tuple(GOALS),
    "start": get_args(Start),
    "beside": tuple(RIVALS),
    "collection-source": ("folder", "uploads"),
    "signal": ("picture", "points", "sound"),
    "source": (*SOURCES, "pairs", "typed", "file"),
    "point-family": POINT_FAMILIES,
    "measure": ("snr_db", "mse"),
    "sound-rate": tuple(map(str, RATES)),
    "sound-family": SOUND_FAMILIES,
    "sound-kind": ("waveform", "spectra"),
    "spectral-family": SPECTRAL_FAMILIES,
    "spectral-frames": ("others", "all"),
    "spectral-panel": ("sizes", "envelopes", "rates", "health", "files"),
    "sound-panel": (
        *("sizes", "rates", "training", "sounds", "health"),
        *("codebook", "speakers", "files"),
    ),
    "sound-axis": ("snr_db", "segmental_snr_db", "spectral_db", "stoi"),
    "point-panel": ("sizes", "training", "codewords", "rates", "gains", "health", "plane", "files"),
}
"""Control -> the ids it can have in the address, but for panels, of which the dashboard knows."""

DEFAULTS: Mapping[str, str] = {
    "panel": "sizes",
    "colour": "rgb",
    "family": "plain",
    "trainer": "lbg",
    "begin": "splitting",
    "empty": "leave",
    "distance": "squared",
    "likeness": "psnr_db",
    "axis": "file",
    "families": "this",
    "target": "kilobytes",
    "start": "random",
    "signal": "picture",
    "source": "gaussian",
    "point-family": "plain",
    "measure": "snr_db",
    "sound-rate": "8000",
    "sound-family": "plain",
    "sound-kind": "waveform",
    "spectral-family": "plain",
    "spectral-frames": "others",
    "spectral-panel": "sizes",
    "sound-panel": "sizes",
    "sound-axis": "snr_db",
    "point-panel": "sizes",
}
"""Control of one choice -> the id that an address without it means."""

DEFAULT_SIZE = 32
"""The K that an address without one means."""

DIGEST_DIGITS = 16

NONE = "none"
"""Instead of ids, where none of several is chosen."""

OLD_NAMES: Mapping[str, Mapping[str, str]] = {
    "panel": {
        "Codebook size": "sizes",
        "Training": "training",
        "Rate–distortion": "rates",
        "All pictures": "pictures",
        "Health": "health",
        "Plane": "plane",
        "Another codebook": "codebook",
    },
    "colour": {"Gray": "gray", "RGB": "rgb", "YCbCr": "ycbcr"},
    "trainer": {
        "LBG ladder": "lbg",
        "k-means++ (scikit-learn)": "kmeans",
        "Mini-batch k-means (scikit-learn)": "minibatch",
        "k-means, random start (scikit-learn)": "random",
    },
    "likeness": {"PSNR": "psnr_db", "SSIM": "ssim"},
    "target": {"At most (kB)": "kilobytes", "At least (dB)": "decibels", "Ratio at least": "ratio"},
    "start": {"At random": "random", "From the ladder": "ladder"},
    "beside": {"JPEG": "jpeg", "WebP": "webp", "AVIF": "avif", "PNG-8": "png8"},
}
"""Control -> how links of before named its choices."""


def read_choice(name: str, text: str | None, ids: Container[str] = ()) -> str | None:
    """Return the id that a text in the address means for a control, or None.

    Parameters
    ----------
    name, text
    ids : those it can mean, if not those of `CHOICES`

    Examples
    --------
    >>> read_choice("colour", "ycbcr"), read_choice("panel", "Health", ["sizes", "health"])
    ('ycbcr', 'health')
    >>> read_choice("colour", "mauve") is read_choice("colour", None) is None
    True
    """
    meant = OLD_NAMES.get(name, {}).get(text or "", text or "")
    return meant if meant in (ids or CHOICES[name]) else None


def read_several(name: str, text: str | None, there: Sequence[str]) -> list[str]:
    """Return the ids that a text means for a control of several; all there are, if it is empty.

    Examples
    --------
    >>> there = ["jpeg", "webp", "png8"]
    >>> read_several("beside", "webp,jpeg", there), read_several("beside", "PNG-8,tape", there)
    (['webp', 'jpeg'], ['png8'])
    """
    if not text:
        return list(there)
    found = [read_choice(name, each, there) for each in text.split(",")]
    return [each for each in found if each]


def is_endless(text: str) -> bool:
    """Tell whether a text in the address is a number without end.

    Examples
    --------
    >>> is_endless("-inf"), is_endless("1e999"), is_endless("100"), is_endless("many")
    (True, True, False, False)
    """
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def written(name: str, chosen: str) -> str | None:
    """Return what the address says of a choice; None for the default, which it leaves out."""
    return None if chosen == DEFAULTS[name] else chosen


def written_several(chosen: Sequence[str], there: Sequence[str]) -> str | None:
    """Return what the address says of several choices; None for all there are."""
    return None if set(chosen) == set(there) else ",".join(chosen) or NONE


def opened_with(
    address: Mapping[str, str], panels: Container[str], codecs: Sequence[str]
) -> dict[str, Any]:
    """Return what the controls hold when a page is opened with an address.

    One that names a K and no version means what was so before: chelsea, in blocks of 8 × 8.

    Parameters
    ----------
    address : its parameters
    panels : their ids
    codecs : those that are there
    """
    size = re.fullmatch("[1-9][0-9]{0,3}", address.get("k", ""))
    before = {"block": 8, "picture": "chelsea"} if size and "v" not in address else {}
    return {
        **{name: value for name, value in before.items() if name not in address},
        **choices_of(address, panels, codecs),
        "size": int(size[0]) if size else DEFAULT_SIZE,
    }


def choices_of(
    address: Mapping[str, str | None], panels: Container[str], codecs: Sequence[str]
) -> dict[str, Any]:
    """Return what an address says of the choices that have ids, by control."""
    ids = {"panel": panels}
    one = {
        name: read_choice(name, address.get(name), ids.get(name, ())) or default
        for name, default in DEFAULTS.items()
    }
    return one | {"beside": read_several("beside", address.get("beside"), codecs)}


def in_the_address(chosen: Mapping[Any, Any], codecs: Sequence[str]) -> dict[str, str | None]:
    """Return what the address says of the choices that have ids, as `choices_of` reads it."""
    one = {name: written(name, chosen.get(name, default)) for name, default in DEFAULTS.items()}
    return one | {"beside": written_several(chosen.get("beside", codecs), codecs)}


Linked = Picture | VqFile | Points | Recording | SoundFile
"""What a link can need the file of."""


class Wanted(NamedTuple):
    """The file that a link needs, as it says, by name and digest; None where it needs none."""

    name: str | None = None
    digest: str | None = None
    signal: str = DEFAULTS["signal"]

    @classmethod
    def of(cls, name: str, uploaded: Linked) -> Wanted:
        """Return what a link to an upload needs."""
        return cls(name, short_digest(uploaded))

    def among(self, there: Mapping[str, Linked]) -> list[str]:
        """Return the names of those that it can be."""
        return [name for name, it in there.items() if short_digest(it) == self.digest]


def short_digest(shown: Linked) -> str:
    """Return as much of a digest as a link has."""
    return shown.digest[:DIGEST_DIGITS]


def wanted_file(state: MutableMapping[Any, Any], address: Mapping[str, str]) -> Wanted:
    """Return the file that the link needs which a page was opened with, and keep it in its state.

    A page that has uploads already goes on: its server was started anew.
    """
    if "link" not in state:
        given = {} if state.get("files") else address
        signal = read_choice("signal", given.get("signal")) or DEFAULTS["signal"]
        state["link"] = Wanted(given.get("needs"), given.get("digest"), signal)
    wanted: Wanted = state["link"]
    return wanted


def newest(there: Mapping[str, Linked], wanted: Wanted) -> str:
    """Return the name of what was uploaded last, or of what a link waited for."""
    return [*there, *wanted.among(there)][-1]
