"""What is finished of one codebook size, of whatever signal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from vqcore.quantizers.quantizer import Sized

Figures = TypeVar("Figures", bound=Sized)
Encoded = TypeVar("Encoded")
Trained = TypeVar("Trained")


@dataclass(frozen=True, eq=False)
class FinishedSize(Generic[Figures, Encoded, Trained]):
    """A finished codebook size: figures, what is encoded, the bytes of its file, its training."""

    figures: Figures
    encoded: Encoded
    file: bytes
    trained: Trained

    @property
    def codebook_size(self) -> int:
        return self.figures.codebook_size
