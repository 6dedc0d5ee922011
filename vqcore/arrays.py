"""The types of arrays, by what they hold."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8]
"""What is quantized and what is shown: pixels, or vectors of shape (n, d)."""

Sketch = NDArray[np.float32]
"""Vectors by their places along a few axes, shape (n, r)."""

Number = TypeVar("Number", np.uint8, np.float32)
"""What vectors are made of, where samples and sketches are treated alike."""

Differences = NDArray[np.int16]
"""Of samples, and what adds up to samples: rows of a quantizer's tables."""

Indices = NDArray[np.int32]
"""Places in a codebook."""

Counts = NDArray[np.int64]
"""How many of each."""

Floats = NDArray[np.float64]
"""Exact sums, means, figures."""

Reals = NDArray[np.floating]
"""Float32 or float64: products, which need to be fast."""

Whole = NDArray[np.int64]
"""Whole numbers of any sign."""

Rows = NDArray[np.intp]
"""Some of a list, by their places in it."""

Flags = NDArray[np.bool_]
"""Yes or no, of each."""

Numbers = NDArray[Any]
"""Of whatever type a file has them in."""
