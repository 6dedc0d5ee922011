"""Tests of answers: what the page says to codebooks, codewords alone, and to what is neither."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import smooth_picture

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codebookfile import SharedCodebook, pack_codebook
from vqcore.lab.store import Store
from vqcore.lab.uploads import Uploads, open_uploads
from vqcore.show.answers import to_codebooks, to_codewords, to_refused
from vqcore.signals.blocks import BlockSize

CODEWORDS = np.zeros((2, 48), np.uint8)
CODEWORDS[1] = 9


def uploaded(**files: bytes) -> Uploads:
    every = [
        SimpleNamespace(file_id=name, name=f"{name}_1", getvalue=lambda data=data: data)
        for name, data in files.items()
    ]
    return open_uploads(every, (), Store(10**6))


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, CODEWORDS)
    return file.getvalue()


def test_what_is_refused_is_told_by_name() -> None:
    [answer] = to_refused(uploaded(nothing=b"nothing").refused)
    assert answer.startswith("**nothing\\_1**: ")


@pytest.mark.parametrize(("gray", "is_fitting"), [(False, True), (True, False)])
def test_a_codebook_of_colours_is_not_for_gray(gray: bool, is_fitting: bool) -> None:
    shared = SharedCodebook(Codebook(CODEWORDS), 4, "rgb")
    there = uploaded(book=pack_codebook(shared, "{}"))
    [answer] = to_codebooks(there.codebooks, smooth_picture(8, 8, gray=gray))
    assert answer.startswith("**book\\_1**: codebook of 2")
    assert answer.endswith("loaded") == is_fitting


def test_codewords_alone_are_a_codebook_where_they_fit() -> None:
    there = uploaded(alone=npy())
    assert to_codebooks(there.codebooks, smooth_picture(8, 8)) == []
    [fitting] = to_codewords(there, (BlockSize(4, 4), "rgb"))
    [other] = to_codewords(there, (BlockSize(4, 4), "gray"))
    assert fitting.endswith("loaded")
    assert "its codewords have d" in other
