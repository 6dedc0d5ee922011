"""Tests of made: which layers a study has, where they go, and how they come together."""

import json
from dataclasses import replace
from typing import Any

import pytest
from helpers import smooth_picture

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.textbook import Rules
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Settings
from vqcore.lab.store import Question, Store, answering
from vqcore.lab.study import Study, missing_steps, sweeping
from vqcore.lab.sweeps import Preview
from vqcore.lab.uploads import NamedCodebook, Upload, Uploads
from vqcore.signals.pictures import png_bytes
from vqcore.viewer.made import (
    beside_file,
    health_bytes,
    known_layers,
    match_layers,
    new_layers,
    use_layers,
)


def begun() -> Study:
    picture = smooth_picture(40, 56, gray=True)
    return Study("waves", picture, Settings(4, "gray"), (1, 2, 4), Store(10**8))


@pytest.fixture(scope="module")
def swept() -> Study:
    study = begun()
    list(sweeping([study]))
    return study


def heads(data: bytes) -> list[dict[str, Any]]:
    """Return what heads each layer of a message."""
    found = []
    while data:
        header, body = (int.from_bytes(data[at : at + 4], "little") for at in (0, 4))
        found.append(json.loads(data[8 : 8 + header]))
        data = data[8 + header + body :]
    return found


def test_all_of_a_sweep_comes_together_and_a_part_one_by_one(swept: Study) -> None:
    [books, figures] = known_layers(swept)
    assert (books.kind, books.name) == ("sizes", "codebook-1")
    assert [it["size"] for it in heads(books.data)] == [1, 2, 4]
    assert (figures.kind, figures.name) == ("figures", "figures-known")
    part = begun()
    part.steps.update({size: swept.steps[size] for size in (1, 2)})
    assert [it.name for it in known_layers(part)] == ["codebook-1", "codebook-2", "figures-known"]


def test_a_preview_brings_a_picture_and_a_step_its_figures() -> None:
    study = begun()
    for event in missing_steps(study):
        if hasattr(event, "encoded"):
            [layer] = new_layers(study, event)
            name = "codebook" if isinstance(event, Preview) else "figures"
            assert layer.name == f"{name}-{event.codebook_size}"


def found_in(study: Study, asked: list[Question]) -> Any:
    def answer(question: Question) -> Any:
        asked.append(question)
        list(answering(study.store, [question]))
        return study.store.find(question.kind, question.key)

    return answer


def test_of_one_match_asked_for_twice_the_last_counts(swept: Study) -> None:
    asked: list[Question] = []
    wishes = [{"match": "match jpeg size", "size": size} for size in (1, 2, 4, 99)]
    wishes += [{"match": "match dct size", "size": 4}, {"match": "match webp psnr", "size": 2}]
    jpeg, webp = match_layers(swept, wishes, ["jpeg", "webp", "dct"], found_in(swept, asked))
    assert [jpeg.name, webp.name] == ["match jpeg size", "match webp psnr"]
    assert "4" in heads(jpeg.data)[0]["name"]
    assert [it.facts["codec"] for it in asked] == ["jpeg", "jpeg", "jpeg", "webp"]


def test_only_the_codebooks_wished_for_are_used(swept: Study) -> None:
    asked: list[Question] = []
    shared = SharedCodebook(Codebook(swept.steps[4].encoded.shared.codebook.codewords), 4, "gray")
    books = [NamedCodebook(it, f"{it}.npz", shared) for it in ("one", "two")]
    [layer] = use_layers(swept, books, ["two"], found_in(swept, asked))
    assert (layer.kind, layer.name) == ("asked", "use two")
    assert len(asked) == 1


def test_beside_a_file_stand_its_original_and_the_other_uploads_of_its_size(swept: Study) -> None:
    every = {
        "own.png": smooth_picture(40, 56, gray=True),
        "other.png": smooth_picture(40, 56, seed=1, gray=True),
        "small.png": smooth_picture(24, 24, gray=True),
    }
    uploads = [
        Upload(f"id of {name}", name, png_bytes(it.pixels), it) for name, it in every.items()
    ]
    own, other = beside_file(swept.store, Uploads(uploads), swept.layout, "own.png")
    assert (own.name, other.name) == ("original", "id of other.png")
    assert heads(own.data)[0]["figures"].startswith("own.png · ")


def test_health_is_nothing_before_a_size_is_examined(swept: Study) -> None:
    assert health_bytes(swept) == b""


def test_a_picture_with_a_codebook_from_elsewhere_says_nothing_of_how_one_trains_here(
    swept: Study,
) -> None:
    rules = Rules(weights=tuple(range(1, swept.layout.dimension + 1)))
    study = replace(swept, settings=replace(swept.settings, trainer="textbook", rules=rules))
    book = NamedCodebook("one", "one.npz", swept.steps[4].encoded.shared)
    [layer] = use_layers(study, [book], ["one"], found_in(study, []))
    assert {"trainer", "seed", "rules"}.isdisjoint(heads(layer.data)[0]["source"]["texts"])
