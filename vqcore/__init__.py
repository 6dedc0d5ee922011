"""Vector quantization of pictures: blocks, codebooks, and what they cost and give."""

from typing import TYPE_CHECKING, Any

from vqcore.codebooks.codebook import Codebook, nearest
from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import Progress, Trained, train
from vqcore.coding.codec import Encoded, Settings, encode
from vqcore.lab.sweeps import OperatingPoint, Step, ladder_sizes, plan_sweep, sweep
from vqcore.refusals import PictureError
from vqcore.signals.blocks import BlockLayout, layout_of, shown_pixels
from vqcore.signals.pictures import Picture, read_picture, sample_picture
from vqcore.version import __version__

if TYPE_CHECKING:
    from vqcore.estimator import VectorQuantizer

__all__ = [
    "BlockLayout",
    "Codebook",
    "Encoded",
    "OperatingPoint",
    "Picture",
    "PictureError",
    "Progress",
    "Rules",
    "Settings",
    "Step",
    "Trained",
    "VectorQuantizer",
    "__version__",
    "encode",
    "ladder_sizes",
    "layout_of",
    "nearest",
    "plan_sweep",
    "read_picture",
    "sample_picture",
    "shown_pixels",
    "sweep",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import what needs scikit-learn, which takes long to load, when it is first asked for."""
    if name == "VectorQuantizer":
        from vqcore.estimator import VectorQuantizer

        return VectorQuantizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
