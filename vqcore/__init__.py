"""Vector quantization of pictures, points and sounds; the names here are those of `vqcore.api`."""

from typing import TYPE_CHECKING, Any

from vqcore.version import __version__

if TYPE_CHECKING:
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
    from vqcore.estimator import VectorQuantizer
    from vqcore.signals.pictures import Picture
    from vqcore.signals.points import Points
    from vqcore.signals.sounds import Sound

__all__ = [
    "Picture",
    "Points",
    "Sound",
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
    """Import what is exported when it is first asked for, as that takes long to load."""
    if name == "VectorQuantizer":
        from vqcore.estimator import VectorQuantizer

        return VectorQuantizer
    if name in __all__:
        from vqcore import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
