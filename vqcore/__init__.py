"""Vector quantization of pictures: blocks, codebooks, and what they cost and give."""

from vqcore.codebooks.codebook import Codebook, nearest
from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import Progress, Trained, train
from vqcore.coding.codec import Encoded, Settings, encode
from vqcore.lab.sweeps import OperatingPoint, Step, ladder_sizes, plan_sweep, sweep
from vqcore.refusals import PictureError
from vqcore.signals.blocks import BlockLayout, layout_of, shown_pixels
from vqcore.signals.pictures import Picture, read_picture, sample_picture
from vqcore.version import __version__

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
