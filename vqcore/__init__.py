"""Vector quantization of pictures: blocks, codebooks, and what they cost and give."""

from vqcore.blocks import BlockLayout, layout_of, shown_pixels
from vqcore.codebook import Codebook, nearest
from vqcore.codec import Encoded, Settings, encode
from vqcore.pictures import Picture, PictureError, read_picture, sample_picture
from vqcore.provenance import __version__
from vqcore.sweep import OperatingPoint, Step, ladder_sizes, plan_sweep, sweep
from vqcore.training import Progress, Trained, train

__all__ = [
    "BlockLayout",
    "Codebook",
    "Encoded",
    "OperatingPoint",
    "Picture",
    "PictureError",
    "Progress",
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
