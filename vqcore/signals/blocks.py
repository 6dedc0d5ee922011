"""Pictures as blocks: the one place that knows colour modes, padding and tiles."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vqcore.arrays import Indices, Number, Reals, Samples
from vqcore.signals.layouts import Edge, Places
from vqcore.signals.pictures import Picture
from vqcore.signals.ycbcr import to_rgb, to_ycbcr
from vqcore.words import said

Colour = Literal["gray", "rgb", "ycbcr"]
Scalar = TypeVar("Scalar", bound=np.generic)

COLOURS: tuple[Colour, ...] = get_args(Colour)
MAX_BLOCK_SIZE = 32
STEP_SCALE = 40


class BlockSize(NamedTuple):
    """Width and height of a block in pixels.

    Examples
    --------
    >>> str(BlockSize(16, 1)), [BlockSize(16, 1), BlockSize.of(8)]
    ('16×1', [(16, 1), 8])
    """

    width: int
    height: int

    @classmethod
    def of(cls, size: int | tuple[int, int]) -> BlockSize:
        """Return a size given as the side of a square, or as width and height.

        Raises
        ------
        ValueError
            If a side is not 1 to 32 pixels.
        """
        width, height = size if isinstance(size, tuple) else (size, size)
        if not (1 <= width <= MAX_BLOCK_SIZE and 1 <= height <= MAX_BLOCK_SIZE):
            found = _typed(width, height)
            raise ValueError(said("refusal.codebook.sides", limit=MAX_BLOCK_SIZE, found=found))
        return cls(int(width), int(height))

    @classmethod
    def read(cls, text: str) -> BlockSize:
        """Return a size as it is typed: a side, or width and height.

        Raises
        ------
        ValueError
            If the text is none; the message quotes it.

        Examples
        --------
        >>> BlockSize.read("8").typed, BlockSize.read("16x1").typed
        ('8', '16x1')
        """
        sides = text.lower().replace("×", "x").split("x")
        if len(sides) > 2 or not all(side.strip().isdecimal() for side in sides):
            raise ValueError(f"a block size is a number of pixels, or two as in 16x1, not {text!r}")
        return cls.of((int(sides[0]), int(sides[-1])))

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"

    def __repr__(self) -> str:
        """Return what `of` takes."""
        return str(self.width) if self.is_square else f"({self.width}, {self.height})"

    @property
    def typed(self) -> str:
        """Return the size as `read` takes it."""
        return _typed(*self)

    @property
    def noted(self) -> int | str:
        """Return the size as data has it: the side of a square as a number, else as typed."""
        return self.width if self.is_square else self.typed

    @property
    def spaced(self) -> str:
        return f"{self.width} × {self.height}"

    @property
    def area(self) -> int:
        """Return the pixels of a block."""
        return self.width * self.height

    @property
    def is_square(self) -> bool:
        return self.width == self.height

    @property
    def half(self) -> BlockSize:
        """Return the size at half resolution, rounded up."""
        return BlockSize((self.width + 1) // 2, (self.height + 1) // 2)


def _typed(width: int, height: int) -> str:
    return str(width) if width == height else f"{width}x{height}"


@dataclass(frozen=True)
class BlockLayout:
    """How a picture of width×height pixels is cut into blocks of w×h pixels, one vector each.

    A vector has d samples: ``gray`` wh, ``rgb`` 3wh (pixel by pixel), ``ycbcr`` wh of luma, then
    Cb and Cr at half resolution, 1.5wh in all for even w and h. Sides of a picture that are no
    multiple of the block's are padded by repeating the edge, and cropped on the way back.

    Parameters
    ----------
    width, height : of the picture, in pixels
    block_size : width and height of a block; one number is the side of a square
    colour

    Examples
    --------
    >>> layout = BlockLayout(width=1536, height=1536, block_size=8, colour="gray")
    >>> layout.blocks, layout.dimension
    (36864, 64)
    """

    width: int
    height: int
    block_size: BlockSize
    colour: Colour

    def __post_init__(self) -> None:
        object.__setattr__(self, "block_size", BlockSize.of(self.block_size))
        if self.colour not in COLOURS:
            raise ValueError(said("refusal.codebook.colour", colours=COLOURS, found=self.colour))
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a picture has pixels, not {self.width}×{self.height}")

    @property
    def columns(self) -> int:
        return -(-self.width // self.block_size.width)

    @property
    def rows(self) -> int:
        return -(-self.height // self.block_size.height)

    @property
    def blocks(self) -> int:
        return self.columns * self.rows

    @property
    def count(self) -> int:
        """Return n, by the name that it has in every `Layout`."""
        return self.blocks

    @property
    def channels(self) -> int:
        return 1 if self.colour == "gray" else 3

    @property
    def dimension(self) -> int:
        luma = self.block_size.area
        chroma = 2 * self.block_size.half.area
        return luma + chroma if self.colour == "ycbcr" else luma * self.channels

    @property
    def components(self) -> tuple[Places, ...]:
        """Return the samples of each component: of gray; or of R, G, B, or Y, Cb, Cr."""
        every = self.planes(np.arange(self.dimension)[None])
        return tuple(plane.ravel() for plane in every)

    @property
    def block_bits(self) -> int:
        """Return the bits of one block shown, at 8 bits a sample."""
        return 8 * self.block_size.area * self.channels

    @property
    def raw_bytes(self) -> int:
        """Return the bytes of the picture shown, at 8 bits a sample."""
        return self.width * self.height * self.channels

    @property
    def step_scale(self) -> int:
        """Return the squared step from pixel to pixel that is nothing unusual."""
        return STEP_SCALE

    def split(self, pixels: Samples) -> Samples:
        """Cut a picture into vectors, row by row of blocks.

        Parameters
        ----------
        pixels : uint8 array of shape (height, width) for gray, else (height, width, 3)

        Returns
        -------
        vectors : uint8 array of shape (n, d)

        Raises
        ------
        ValueError
            If the shape is not the layout's; the message gives both.
        """
        self._check(pixels)
        if self.colour != "ycbcr":
            return self._cut(pixels).reshape(self.blocks, self.dimension)
        blocks = self._cut(to_ycbcr(pixels))
        chroma = self._halved(blocks[..., 1:])
        return self.vectors([blocks[..., 0], chroma[..., 0], chroma[..., 1]])

    def planes(self, vectors: NDArray[Scalar]) -> list[NDArray[Scalar]]:
        """Take vectors apart into their components, each a little picture.

        Parameters
        ----------
        vectors : array of shape (m, d)

        Returns
        -------
        planes : arrays of shape (m, h, w); one for ``gray``, else three, R, G, B or Y, Cb, Cr;
            of Cb and Cr, h and w are half of the block's
        """
        (wide, high), count = self.block_size, len(vectors)
        if self.colour != "ycbcr":
            blocks = vectors.reshape(count, high, wide, self.channels)
            return [blocks[..., channel] for channel in range(self.channels)]
        luma, chroma = np.split(vectors, [self.block_size.area], axis=1)
        half = self.block_size.half
        pair = chroma.reshape(count, 2, half.height, half.width)
        return [luma.reshape(count, high, wide), pair[:, 0], pair[:, 1]]

    def vectors(self, planes: list[Samples]) -> Samples:
        """Put planes together again: the inverse of `planes`."""
        if self.colour != "ycbcr":
            return np.stack(planes, axis=-1).reshape(-1, self.dimension)
        return np.concatenate([plane.reshape(len(plane), -1) for plane in planes], axis=1)

    def tiles(self, vectors: Samples) -> Samples:
        """Turn vectors into little pictures.

        Parameters
        ----------
        vectors : uint8 array of shape (m, d)

        Returns
        -------
        tiles : uint8 array of shape (m, h, w) for gray, else (m, h, w, 3) in RGB
        """
        wide, high = self.block_size
        if self.colour == "gray":
            return vectors.reshape(-1, high, wide)
        if self.colour == "rgb":
            return vectors.reshape(-1, high, wide, 3)
        luma, *chroma = self.planes(vectors)
        doubled = [plane.repeat(2, axis=1).repeat(2, axis=2)[:, :high, :wide] for plane in chroma]
        blocks = np.stack([luma, *doubled], axis=-1)
        return to_rgb(blocks)

    def assemble(self, tiles: Samples) -> Samples:
        """Lay one tile a block out as a picture, cropped to its size.

        Parameters
        ----------
        tiles : uint8 array of shape (n, h, w) or (n, h, w, 3)

        Returns
        -------
        pixels : uint8 array of shape (height, width) or (height, width, 3)
        """
        wide, high = self.block_size
        grid = tiles.reshape(self.rows, self.columns, high, wide, *tiles.shape[3:])
        padded = grid.swapaxes(1, 2).reshape(
            self.rows * high, self.columns * wide, *tiles.shape[3:]
        )
        return padded[: self.height, : self.width]

    def join(self, vectors: Samples, places: Indices | None = None) -> Samples:
        """Rebuild a picture from one vector a block; for gray and rgb the inverse of `split`.

        With places, shape (n,), block i is vector places[i].
        """
        tiles = self.tiles(vectors)
        return self.assemble(tiles if places is None else tiles[places])

    def waves(self) -> Iterator[Places]:
        """Yield the blocks of each anti-diagonal, from the first block to the last."""
        for step in range(self.rows + self.columns - 1):
            rows = np.arange(max(0, step - self.columns + 1), min(self.rows, step + 1))
            yield rows * self.columns + step - rows

    def edges(self, vectors: Reals) -> tuple[Edge, ...]:
        """Return the edges to the left and above, all components of each, for shape (m, d)."""
        planes = self.planes(vectors)
        return tuple(Edge(_edge(planes, axis, 0), _edge(planes, axis, -1)) for axis in (2, 1))

    def neighbours(self, vectors: Places) -> Places:
        """Return the blocks on the left and above, shape (2, m); -1 outside the picture."""
        left = np.where(vectors % self.columns, vectors - 1, -1)
        return np.stack([left, np.maximum(vectors - self.columns, -1)])

    def _check(self, pixels: Samples) -> None:
        expected = (self.height, self.width) + ((3,) if self.channels == 3 else ())
        if pixels.shape != expected:
            raise ValueError(f"the layout is for pixels of shape {expected}, not {pixels.shape}")

    def _cut(self, pixels: Samples) -> Samples:
        """Return the blocks as an array of shape (n, h, w) or (n, h, w, 3)."""
        (wide, high), more = self.block_size, pixels.shape[2:]
        down, right = self.rows * high - self.height, self.columns * wide - self.width
        padded = np.pad(pixels, [(0, down), (0, right)] + [(0, 0)] * len(more), mode="edge")
        grid = padded.reshape(self.rows, high, self.columns, wide, *more).swapaxes(1, 2)
        return grid.reshape(self.blocks, high, wide, *more)

    def _halved(self, planes: Samples) -> Samples:
        """Average 2×2 samples of each (n, h, w, 2) block; an odd side repeats its edge."""
        wide, high = self.block_size
        even = np.pad(planes, [(0, 0), (0, high % 2), (0, wide % 2), (0, 0)], mode="edge")
        half = self.block_size.half
        fours = even.reshape(len(even), half.height, 2, half.width, 2, 2)
        fours = fours.sum(axis=(2, 4), dtype=np.uint16)
        means: Samples = ((fours + 2) // 4).astype(np.uint8)
        return means


def _edge(planes: list[Reals], axis: int, at: int) -> Reals:
    return np.concatenate([plane.take(at, axis=axis) for plane in planes], axis=1)


def layout_of(picture: Picture, block_size: BlockSize, colour: Colour) -> BlockLayout:
    """Return the layout of a picture; a gray picture has no colour to code, so it is ``gray``."""
    return BlockLayout(
        picture.width, picture.height, block_size, "gray" if picture.is_gray else colour
    )


def shown_pixels(picture: Picture, layout: BlockLayout) -> Samples:
    """Return the pixels a reconstruction is compared with: luma (ITU-R BT.601) in ``gray``.

    A gray picture beside one in colour has its gray in each channel.
    """
    if layout.colour == "gray" and not picture.is_gray:
        return np.asarray(Image.fromarray(picture.pixels).convert("L"))
    if layout.channels == 3 and picture.is_gray:
        return np.stack([picture.pixels] * 3, axis=-1)
    return picture.pixels


@dataclass(frozen=True, eq=False)
class Cut:
    """A picture cut into blocks: how, its pixels as they are coded, and the vectors of them.

    Parameters
    ----------
    layout : BlockLayout
    pixels : uint8 array of shape (h, w) or (h, w, 3)
    vectors : uint8 array of shape (n, d)
    """

    layout: BlockLayout
    pixels: Samples
    vectors: Samples


def cut(picture: Picture, layout: BlockLayout) -> Cut:
    """Cut a picture by the layout that `layout_of` gives for it."""
    pixels = shown_pixels(picture, layout)
    return Cut(layout, pixels, layout.split(pixels))


def tile_sheet(tiles: Samples, smallest_side: int) -> Samples:
    """Lay tiles out as one picture, about square, white between, each pixel enlarged evenly.

    Parameters
    ----------
    tiles : uint8 array of shape (K, h, w) or (K, h, w, 3)
    smallest_side : of the square, in pixels, whose area a tile on the sheet has at least

    Returns
    -------
    pixels : uint8 array of shape (h, w) or (h, w, 3)
    """
    count, height, width = tiles.shape[:3]
    zoom = math.ceil(smallest_side / math.sqrt(height * width))
    large = tiles.repeat(zoom, axis=1).repeat(zoom, axis=2)
    columns = min(count, math.ceil(math.sqrt(count * (height * zoom + 2) / (width * zoom + 2))))
    missing = -count % columns
    gaps = [(0, missing), (1, 1), (1, 1)] + [(0, 0)] * (tiles.ndim - 3)
    framed = np.pad(large, gaps, constant_values=255)
    grid = framed.reshape(-1, columns, *framed.shape[1:]).swapaxes(1, 2)
    return grid.reshape(grid.shape[0] * grid.shape[1], -1, *tiles.shape[3:])


def distinct_vectors(vectors: NDArray[Number], limit: int) -> NDArray[Number] | None:
    """Return the distinct vectors in ascending order, or None if there are more than `limit`.

    Parameters
    ----------
    vectors : array of shape (n, d)

    Returns
    -------
    distinct : array of shape (m, d), m <= limit

    Notes
    -----
    Stops at the first vector too many, so that the usual photograph costs next to nothing.

    Examples
    --------
    >>> distinct_vectors(np.uint8([[7], [3], [7]]), limit=2)
    array([[3],
           [7]], dtype=uint8)
    """
    whole = np.ascontiguousarray(vectors)
    rows = whole.view(f"V{whole.itemsize * whole.shape[1]}").ravel()
    seen: set[bytes] = set()
    for start in range(0, len(rows), limit + 1):
        seen.update(rows[start : start + limit + 1].tolist())
        if len(seen) > limit:
            return None
    found = np.frombuffer(b"".join(seen), whole.dtype).reshape(-1, whole.shape[1])
    return np.unique(found, axis=0)
