"""Each family's own way to encode a picture, and to pass through the coder.

Tables that add up have one way for all; a quadtree has its own, and wavelets have.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vqcore.arrays import Samples
from vqcore.coding import codec, entropy, quadtree, quadtreechoice
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.entropy import Coder, Writer
from vqcore.coding.rateaware import rate_aware_choice_work, rate_aware_work
from vqcore.coding.wavelet import bitstream, encoding
from vqcore.coding.wavelet.encoded import EncodedWavelet
from vqcore.coding.wavelet.encoded import blank as blank_wavelet
from vqcore.quantizers import additive
from vqcore.quantizers.quadtree import Quadtree
from vqcore.quantizers.quantizer import Quantizer
from vqcore.quantizers.wavelet import Wavelet
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
    rate_weight : λ, in squared error per bit; 0 takes the nearest there is; of wavelets, the step
        says it
    beam : how many candidates to keep from column to column

    Returns
    -------
    encoded : with a rate weight, by a quantizer that is better for it
    """
    if isinstance(quantizer, Wavelet):
        return (yield from encoding.encode_work(layout, vectors, quantizer))
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
    if isinstance(quantizer, Wavelet):
        return (yield from encoding.choice_work(layout, vectors, quantizer))
    if isinstance(quantizer, Quadtree):
        indices = yield from quadtreechoice.choice_work(layout, vectors, quantizer, rate_weight)
        return Encoded(layout, quantizer, indices)
    if rate_weight:
        work = rate_aware_choice_work(layout, vectors, quantizer, rate_weight, beam)
        return (yield from work)
    return (yield from codec.encode_work(layout, vectors, quantizer, beam))


def words_work(encoded: Encoded, *, with_tables: bool = True) -> Work[bytes]:
    """Return what a coder makes of a picture, with pauses."""
    if isinstance(encoded, EncodedWavelet) and encoded.words is not None:
        return encoded.words
    writer = Writer()
    yield from code(writer, encoded, with_tables=with_tables)
    return writer.bytes()


def code(coder: Coder, wanted: Encoded, *, with_tables: bool = True) -> Work[Encoded]:
    """Pass a picture through the coder; a Reader looks at what is blank about it."""
    if isinstance(wanted, EncodedWavelet):
        return (yield from bitstream.code(coder, wanted))
    layout, quantizer = wanted.layout, wanted.quantizer
    if with_tables:
        quantizer = yield from code_tables(coder, layout, quantizer)
    if isinstance(quantizer, Quadtree):
        indices = yield from quadtree.code_indices(coder, layout, quantizer, wanted.indices)
    else:
        indices = yield from entropy.code_indices(coder, layout, quantizer, wanted.indices)
    return replace(wanted, quantizer=quantizer, indices=indices)


def code_tables(coder: Coder, layout: Layout, quantizer: Quantizer) -> Work[Quantizer]:
    """Pass what was trained through the coder; a Reader looks at what is blank about it."""
    if isinstance(quantizer, Wavelet):
        return bitstream.code_quantizer(coder, quantizer)
    if isinstance(quantizer, Quadtree):
        assert isinstance(layout, BlockLayout)
        yield
        return quadtree.code_tables(coder, layout, quantizer)
    return (yield from entropy.code_tables(coder, layout, quantizer))


def blank(layout: BlockLayout, quantizer: Quantizer, smoothing: int = 0) -> Encoded:
    """Return a picture of which nothing is known but how it is cut, and what the header says."""
    if isinstance(quantizer, Wavelet):
        return blank_wavelet(layout, quantizer)
    unknown = np.zeros((layout.count, len(quantizer.columns)), np.int32)
    return Encoded(layout, quantizer, unknown, smoothing)


def is_in_order(quantizer: Quantizer) -> bool:
    """Say whether the entries of the tables ascend as a file has them."""
    if isinstance(quantizer, Wavelet):
        return True
    if isinstance(quantizer, Quadtree):
        return quantizer.is_in_order
    return additive.is_in_order(quantizer)
