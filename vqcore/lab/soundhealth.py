"""What a codebook of a sound has learnt by heart, and what another sound's is worth to it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vqcore.codebooks.training import Progress
from vqcore.coding.soundcodec import CutSound, SoundSettings, encode_sound_work
from vqcore.lab.heldout import SnrHeldOut, held_out, lost_db
from vqcore.lab.soundfigures import waveform_snr_db
from vqcore.metrics import psnr_db
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.frames import MIDDLE
from vqcore.work import Work


@dataclass(frozen=True)
class SoundHeldOut(SnrHeldOut):
    """As in `SnrHeldOut`, of scaled samples about their middle; and what was trained.

    Scaled samples are what training goes by: every frame counts alike, however loud it is.
    """

    quantizer: Quantizer


@dataclass(frozen=True)
class SoundTransfer:
    """A sound encoded with its own codebook and with one lent by another sound, of one K.

    SNR in dB is that of the sound: of what its file decodes to.
    """

    codebook_size: int
    own_snr_db: float
    lent_snr_db: float

    @property
    def loss_db(self) -> float:
        return lost_db(self.own_snr_db, self.lent_snr_db)


def held_out_sound(
    cut: CutSound,
    settings: SoundSettings,
    sizes: Sequence[int],
    *,
    known: Mapping[int, Quantizer] | None = None,
) -> Generator[Progress | SoundHeldOut]:
    """Train on half of the vectors and encode both halves, as `held_out` does.

    Yields
    ------
    Progress, up to ten times a second, and a SoundHeldOut for each size

    Notes
    -----
    The halves are single vectors drawn at random. Stretches of half a second, drawn at random, come
    to about the same: of the sentence at d = 4 and K = 1024 a gap of 4.5 dB instead of 4.9. The
    first half of a sound against the second tells as well how unlike these are: of the same
    sentence at K = 16, where next to nothing can be learnt by heart, the second has 1.5 dB more.
    """
    of_power = psnr_db(float(np.square(cut.vectors - float(MIDDLE)).mean()))
    for event in held_out(cut, settings, sizes, known=known, beam=settings.beam):
        if isinstance(event, Progress):
            yield event
            continue
        learnt, others = event.trained_psnr_db - of_power, event.others_psnr_db - of_power
        yield SoundHeldOut(event.codebook_size, learnt, others, event.quantizer)


def sound_transfer_work(
    cut: CutSound, own_snr_db: float, lent: Quantizer, beam: int
) -> Work[SoundTransfer]:
    """Encode a sound with another sound's quantizer, with pauses.

    Parameters
    ----------
    cut
    own_snr_db : what its own codebook of that K comes to
    lent : of vectors of as many samples
    beam : how many candidates the encoder keeps
    """
    encoded = yield from encode_sound_work(cut, lent, beam)
    snr_db = waveform_snr_db(cut.sound.samples, encoded.decode())
    return SoundTransfer(lent.codebook_size, own_snr_db, snr_db)
