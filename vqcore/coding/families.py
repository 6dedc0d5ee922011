"""Each family's own way to encode a picture, and to pass through the coder.

Tables that add up have one way for all; a quadtree has its own.
"""

from __future__ import annotations

from vqcore.arrays import Indices, Samples
from vqcore.coding import codec, entropy, quadtree, quadtreechoice
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.entropy import Coder
from vqcore.coding.rateaware import rate_aware_choice_work, rate_aware_work
from vqcore.quantizers import additive
from vqcore.quantizers.quadtree import Quadtree
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.layouts import Layout
from vqcore.work import Work


def encode_work(
    layout: BlockLayout,
    vectors: Samples,
    quantizer: Quantizer,
    rate_weight: float = 0,
    beam: int = 1,
) -> Work[Encoded]:
    """Encode the vectors of a picture, with pauses.

    Parameters
    ----------
    layout
    vectors : uint8 array of shape (n, d)
    quantizer : as trained
    rate_weight : λ, in squared error per bit; 0 takes the nearest there is
    beam : how many candidates to keep from column to column

    Returns
    -------
    encoded : with a rate weight, by a quantizer that is better for it
    """
    if isinstance(quantizer, Quadtree):
        work = quadtreechoice.encode_work(layout, vectors, quantizer, rate_weight)
        return Encoded(layout, *(yield from work))
    if rate_weight:
        return (yield from rate_aware_work(layout, vectors, quantizer, rate_weight, beam))
    return (yield from codec.encode_work(layout, vectors, quantizer, beam))


def choice_work(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float = 0
) -> Work[Encoded]:
    """Do as `encode_work`, but leave the quantizer as it is, with its family's usual beam."""
    beam = Settings(family=quantizer.family).beam
    if isinstance(quantizer, Quadtree):
        indices = yield from quadtreechoice.choice_work(layout, vectors, quantizer, rate_weight)
        return Encoded(layout, quantizer, indices)
    if rate_weight:
        work = rate_aware_choice_work(layout, vectors, quantizer, rate_weight, beam)
        return (yield from work)
    return (yield from codec.encode_work(layout, vectors, quantizer, beam))


def code_tables(coder: Coder, layout: Layout, quantizer: Quantizer) -> Work[Quantizer]:
    """Pass what was trained through the coder; a Reader looks at what is blank about it."""
    if isinstance(quantizer, Quadtree):
        assert isinstance(layout, BlockLayout)
        yield
        return quadtree.code_tables(coder, layout, quantizer)
    return (yield from entropy.code_tables(coder, layout, quantizer))


def code_indices(
    coder: Coder, layout: BlockLayout, quantizer: Quantizer, indices: Indices
) -> Work[Indices]:
    """Pass all indices, int32 of shape (n, m), through the coder; a Reader looks at n alone."""
    if isinstance(quantizer, Quadtree):
        return (yield from quadtree.code_indices(coder, layout, quantizer, indices))
    return (yield from entropy.code_indices(coder, layout, quantizer, indices))


def is_in_order(quantizer: Quantizer) -> bool:
    """Say whether the entries of the tables ascend as a file has them."""
    if isinstance(quantizer, Quadtree):
        return quantizer.is_in_order
    return additive.is_in_order(quantizer)
