"""Tests of viewer: what is in a layer, by hand, and how much of it there is."""

import json

import numpy as np
import pytest
from helpers import health_of, made_up_points, photograph, plainly, trained, vectors_of

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codec import Encoded, encode
from vqcore.lab.plane import lloyd_path, lloyd_path_of, principal_plane, spread_of
from vqcore.lab.playback import Frame
from vqcore.lab.sweeps import cost_of
from vqcore.show.wording import in_short
from vqcore.signals.blocks import BlockLayout, layout_of
from vqcore.signals.points import Points
from vqcore.viewer import (
    codebook_layer,
    figures_layer,
    file_layer,
    health_layer,
    joined,
    match_layer,
    original_layer,
    plane_layer,
    projection_layer,
    training_layer,
    use_layer,
    words_layer,
)
from vqcore.viewer.payload import PAGE_ROOMS

EVERY = {
    "psnr_db": "58.13 dB", "ssim": "0.3333", "file_bytes": "85 B", "file_ratio": "48.2:1",
    "rate_bpp": "0.1660 bpp", "nominal_ratio": "102.4:1", "entropy_bytes": "2.9 kB",
    "codebook_bytes": "64 B", "used_codewords": "1000 of 1024",
}  # fmt: skip


def opened(message: bytes) -> tuple[dict, bytes]:
    header, body = (int.from_bytes(message[at : at + 4], "little") for at in (0, 4))
    assert len(message) == 8 + header + body
    return json.loads(message[8 : 8 + header]), message[8 + header :]


def test_original_by_hand() -> None:
    header, body = opened(original_layer("one", np.uint8([[[1, 2, 3], [4, 5, 6]]]), "JPEG"))
    assert header == {
        "kind": "original", "of": "one", "width": 2, "height": 1, "channels": 3,
        "name": "original", "figures": "JPEG",
    }  # fmt: skip
    assert body == bytes([1, 2, 3, 4, 5, 6])


def test_file_is_as_it_was() -> None:
    data = b"\xff\xd8 and so on"
    header, body = opened(file_layer("one", "file 9", "<b>.jpg", (7, 5), data, "9 bytes"))
    assert header == {
        "kind": "file", "of": "one", "width": 7, "height": 5, "name": "<b>.jpg", "id": "file 9",
        "figures": "9 bytes",
    }  # fmt: skip
    assert body == b"\xff\xd8 and so on"


def test_match_is_a_file_or_the_word_that_there_is_none() -> None:
    message = match_layer("one", "match jpeg size", "JPEG of 9 bytes", (7, 5), b"jpeg", "quality 3")
    header, body = opened(message)
    assert header == {
        "kind": "match", "of": "one", "width": 7, "height": 5, "match": "match jpeg size",
        "name": "JPEG of 9 bytes", "figures": "quality 3",
    }  # fmt: skip
    assert body == b"jpeg"
    assert opened(match_layer("one", "match jpeg size", "JPEG", (7, 5), b"", "none"))[1] == b""


def test_codebook_by_hand() -> None:
    layout = BlockLayout(width=3, height=1, block_size=1, colour="gray")
    encoded = plainly(layout, Codebook(np.uint8([[7], [9]])), np.int32([1, 0, 1]))
    header, body = opened(codebook_layer("é", 4, encoded))
    assert header == {
        "kind": "codebook", "of": "é", "width": 3, "height": 1, "channels": 1,
        "size": 4, "blockWidth": 1, "blockHeight": 1, "columns": 3, "rows": 1,
    }  # fmt: skip
    assert body == bytes([1, 0, 0, 0, 1, 0]) + bytes([7, 9])


def test_use_is_a_codebook_with_its_figures() -> None:
    close = made_up_points()[1]
    book = made_up_book([[20, 0, 0, 0], [30, 0, 0, 0]], [0, 1, 1])
    more = {"codebook": "id 7", "name": "with <b>"}
    header, body = opened(use_layer("one", book, close, "Elsewhere.", **more))
    plain, expected = opened(codebook_layer("one", 1024, book))
    [figures] = opened(figures_layer("one", [(close, "Elsewhere.")]))[0]["sizes"]
    assert (header, body) == (plain | figures | more | {"kind": "use"}, expected)


def test_training_is_codebooks_step_by_step() -> None:
    layout = BlockLayout(width=3, height=1, block_size=1, colour="gray")
    below = plainly(layout, Codebook(np.uint8([[8]])), np.int32([0, 0, 0]))
    last = plainly(layout, Codebook(np.uint8([[7], [9]])), np.int32([1, 0, 1]))
    frames = [Frame("below", 0, below, 1.5, 65.025), Frame("finish", 4, last, 0, 0)]
    header, body = opened(training_layer("one", 2, frames))
    assert header == {"kind": "training", "of": "one", "size": 2, "steps": [
        {"stage": "below", "iteration": 0, "distortion": 1.5, "mse": 65.025,
         "figures": "before the split, iteration 0 · PSNR 30.00 dB · MSE 65.03 · blocks 1.50"},
        {"stage": "finish", "iteration": 4, "distortion": 0, "mse": 0,
         "figures": "all blocks, iteration 4 · PSNR lossless · MSE 0.00 · blocks 0.00"},
    ]}  # fmt: skip
    assert body == codebook_layer("one", 2, below) + codebook_layer("one", 2, last)


def test_figures_by_hand() -> None:
    lossless, close = made_up_points()
    header, body = opened(figures_layer("one", [(lossless, ""), (close, "Learnt.")]))
    first, second = header.pop("sizes")
    assert header == {"kind": "figures", "of": "one"}
    assert second == {
        "size": close.codebook_size, "figures": in_short(close), "every": EVERY,
        "sentence": "Learnt.",
    }  # fmt: skip
    assert first["sentence"] == ""
    assert (first["size"], first["every"]["psnr_db"]) == (lossless.codebook_size, "lossless")
    assert body == b""


def test_figures_without_an_original_have_no_likeness() -> None:
    cost = cost_of(made_up_book([[20, 0, 0, 0], [30, 0, 0, 0]], [0, 1, 1, 1]), 29)
    [told] = opened(figures_layer("one", [(cost, "")]))[0]["sizes"]
    assert told["figures"] == "29 bytes · 0.2759:1 · 29.0000 bpp"
    assert told["every"] == {
        "file_bytes": "29 B", "file_ratio": "0.2759:1", "rate_bpp": "29.0000 bpp",
        "nominal_ratio": "16:1", "entropy_bytes": "0 B", "codebook_bytes": "8 B",
        "used_codewords": "2 of 2",
    }  # fmt: skip


def made_up_book(codewords: list[list[int]], indices: list[int]) -> Encoded:
    layout = BlockLayout(width=2 * len(indices), height=1, block_size=2, colour="gray")
    return plainly(layout, Codebook(np.uint8(codewords)), np.int32(indices))


def test_projection_by_hand() -> None:
    blocks = np.uint8([[10, 0, 0, 0], [20, 0, 0, 0], [30, 0, 0, 0], [20, 1, 0, 0], [20, 1, 0, 0]])
    books = {
        1: made_up_book([[20, 0, 0, 0]], [0] * 5),
        4: made_up_book([[30, 0, 0, 0], [20, 0, 0, 0], [90, 0, 0, 0]], [1, 1, 0, 1, 1]),
    }
    header, body = opened(projection_layer("one", principal_plane(blocks), books))
    assert header == {
        "kind": "projection", "of": "one", "blocks": 5, "shares": ["99.4 %", "0.6 %"],
        "sizes": [[1, 1], [4, 3]],
    }  # fmt: skip
    places = np.frombuffer(body, "<f4", 12).reshape(6, 2)
    assert sorted(np.abs(places[:5, 0]).round(6)) == [0, 0, 0, 10, 10]
    assert np.abs(places[5]) == pytest.approx([0, 0.4])
    assert np.frombuffer(body, "<u4", 1, 48).tolist() == [5]
    places = np.frombuffer(body, "<f4", 6, 52).reshape(3, 2)
    assert np.abs(places[:, 0]) == pytest.approx([10, 0, 70])
    assert np.abs(places[:, 1]) == pytest.approx([0.4] * 3)
    assert np.frombuffer(body, "<u4", offset=76).tolist() == [1, 4, 0]


def test_projection_of_blocks_that_are_all_the_same() -> None:
    axes = principal_plane(np.full((3, 4), 7, np.uint8))
    header, body = opened(projection_layer("one", axes, {1: made_up_book([[7] * 4], [0] * 3)}))
    assert header["shares"] == ["0.0 %", "0.0 %"]
    assert np.frombuffer(body, "<f4", 8).tolist() == [0] * 8


def test_health_by_hand() -> None:
    one = health_of(1, np.array([12]), 0.5, None, None, np.ones(1))
    three = health_of(4, np.array([2, 1, 9]), 0.5, None, None, np.array([0.25, 0.75, 0]))
    header, body = opened(health_layer("one", [(one, ("fine",)), (three, ("dead", "dear"))]))
    assert header == {
        "kind": "health", "of": "one", "heard": False,
        "sizes": [
            {"size": 1, "codewords": 1, "verdicts": ["fine"]},
            {"size": 4, "codewords": 3, "verdicts": ["dead", "dear"]},
        ],
    }  # fmt: skip
    assert (np.frombuffer(body, "<f4", 1)[0], np.frombuffer(body, "<u4", 1, 4)[0]) == (1, 12)
    assert np.frombuffer(body, "<f4", 3, 8).tolist() == [0.25, 0.75, 0]
    assert np.frombuffer(body, "<u4", offset=20).tolist() == [2, 1, 9]


def test_layers_are_joined_up_to_so_many_bytes() -> None:
    layers = {1: b"one", 2: b"two", 4: b"fourth", 8: b"eight"}
    assert list(joined(layers, 8)) == [(1, b"onetwo"), (4, b"fourth"), (8, b"eight")]
    assert list(joined(layers, 0)) == list(layers.items())
    assert list(joined(layers, 17)) == [(1, b"onetwofourtheight")]
    assert list(joined({}, 8)) == []


def test_all_sizes_of_a_photograph_are_small() -> None:
    picture = photograph("camera")
    layout = layout_of(picture, 8, "gray")
    vectors = vectors_of(picture, 8, "gray")
    total = sum(
        len(codebook_layer("sweep", size, encode(layout, vectors, Codebook(codewords))))
        for size, codewords in trained(vectors, [2**power for power in range(9)]).items()
    )
    # 2 bytes an index and 64 a codeword, and a header each
    assert total <= 9 * (2 * 4096 + 300) + 64 * 511


def test_plane_by_hand() -> None:
    density = np.zeros((256, 256), np.int64)
    density[[0, 2, 9], [0, 0, 9]] = 1, 3, 1
    path = lloyd_path(density, np.float64([[0, 0], [9, 9]]))
    header, body = opened(plane_layer("one", density, path))
    assert header == {
        "kind": "plane", "of": "one", "size": 2,
        "figures": ["MSE 1.20 · PSNR 47.34 dB", "MSE 0.30 · PSNR 53.36 dB"], "headings": [],
    }  # fmt: skip
    shades = np.frombuffer(body, np.uint8, 256 * 256).reshape(256, 256)
    assert [shades[2, 0], shades[9, 9], shades[9, 8]] == [255, round(255 / 2), 0]
    numbers = np.frombuffer(body, "<f4", offset=256 * 256)
    assert numbers.tolist() == [0, 0, 9, 9, 1.5, 0, 9, 9]


def test_plane_of_points_by_hand() -> None:
    points = Points(np.float32([[0, 0], [10, 4]]), "", ("height", "weight"))
    spread = spread_of(points)
    path = lloyd_path_of(spread, [[0, 0], [10, 4]])
    header, body = opened(plane_layer("p", spread.density, path, spread, points.headings))
    assert (header["low"], header["extent"]) == ([-0.5, -3.5], 11)
    assert (header["headings"], header["figures"]) == (["height", "weight"], ["error 0 a vector"])
    shades = np.frombuffer(body, np.uint8, 256 * 256).reshape(256, 256)
    dots = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]  # so few are drawn wide
    expected = [[y + row, x + column] for y, x in ((11, 81), (244, 174)) for row, column in dots]
    assert np.argwhere(shades).tolist() == expected


def test_words_of_the_page() -> None:
    header, body = opened(words_layer())
    assert (header["kind"], header["language"], body) == ("words", "en", b"")
    assert header["texts"]["page.show.indices"] == "index map"
    assert header["texts"]["count.block.one"] == "{n} block"
    assert {name.partition(".")[0] for name in header["texts"]} == {*PAGE_ROOMS}
