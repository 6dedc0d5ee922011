"""Vector quantization of pictures and of points; the names here are those of `vqcore.api`."""

from typing import TYPE_CHECKING, Any

from vqcore.api import (
    decode,
    encode,
    figures,
    load,
    pack,
    parse,
    read,
    save,
    sweep,
    train,
)
from vqcore.signals.pictures import Picture
from vqcore.signals.points import Points
from vqcore.version import __version__

if TYPE_CHECKING:
    from vqcore.estimator import VectorQuantizer

__all__ = [
    "Picture",
    "Points",
    "VectorQuantizer",
    "__version__",
    "decode",
    "encode",
    "figures",
    "load",
    "pack",
    "parse",
    "read",
    "save",
    "sweep",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import what needs scikit-learn, which takes long to load, when it is first asked for."""
    if name == "VectorQuantizer":
        from vqcore.estimator import VectorQuantizer

        return VectorQuantizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
