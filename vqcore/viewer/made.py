"""The page's layers of a study or a file, each made once, and what the viewer is told of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

from vqcore.coding.codec import Encoded
from vqcore.lab.foreign import settings_with, use_of
from vqcore.lab.matches import By, match_of
from vqcore.lab.plane import (
    PrincipalPlane,
    Spread,
    Start,
    first_codewords,
    lloyd_path,
    lloyd_path_of,
    pair_density,
    principal_plane,
    spread_of,
)
from vqcore.lab.plane import first_points as first_points_of
from vqcore.lab.playback import Frame
from vqcore.lab.rivals import REFERENCES, Codec, Match, RivalError
from vqcore.lab.sharing import Use
from vqcore.lab.store import Pieces, Question, Store
from vqcore.lab.study import (
    Study,
    known_frames,
    known_healths,
    known_held_out,
    original_id,
    replayable,
)
from vqcore.lab.study import replaying as trainings_replayed
from vqcore.lab.sweeps import Cost, OperatingPoint, Preview, Step
from vqcore.lab.uploads import NamedCodebook, Upload, Uploads
from vqcore.lab.vqfiles import VqFile
from vqcore.quantizers.family import FAMILIES
from vqcore.show.links import short_digest
from vqcore.show.provenance import PROGRAM, provenance_of, stem_of
from vqcore.show.verdicts import verdicts, what_of
from vqcore.show.wording import (
    codec_name,
    count,
    in_short,
    kept_elsewhere,
    level_name,
    origin_in_brief,
    origin_in_short,
    sampled,
    where_kept,
)
from vqcore.signals.blocks import BlockLayout, shown_pixels
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.signals.points import Points
from vqcore.viewer.how import how_it_works
from vqcore.viewer.payload import (
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
)
from vqcore.words import language, say

SHOWN_BY_BROWSERS = ("PNG", "JPEG", "WebP", "GIF", "BMP", "AVIF")
MESSAGE_BYTES = 50_000_000  # streamlit refuses a message of more than 200 MB

Kind = Literal["pictures", "sizes", "figures", "asked", "training"]


class Layer(NamedTuple):
    """What the page needs to decode.

    Parameters
    ----------
    kind : whose place it has
    name : sets it apart on the page
    data : one layer, or several that came together
    """

    kind: Kind
    name: str
    data: bytes


def original_layers(
    store: Store, picture: Picture, layout: BlockLayout, figures: str
) -> Iterator[Layer]:
    """Yield the original, and what stands beside it."""
    of = original_id(picture, layout)

    def make() -> bytes:
        return original_layer(of, shown_pixels(picture, layout), figures)

    data = store.once("original layer", (of, figures, language()), make)
    yield Layer("pictures", "original", data)


def files_beside(
    store: Store, there: Uploads, of: str, layout: BlockLayout, own: str
) -> Iterator[Layer]:
    """Yield the other uploads of the same size as files: the browser decodes them."""
    for upload in there.beside(layout, own):
        yield Layer("pictures", upload.id, _upload_bytes(store, upload, of, layout))


def beside_file(store: Store, there: Uploads, layout: BlockLayout, name: str) -> Iterator[Layer]:
    """Yield the original of a .vq file, an upload of that name, and the others of its size."""
    picture = there.pictures[name]
    figures = f"{name} · {as_uploaded(picture, layout)}"
    yield from original_layers(store, picture, layout, figures)
    yield from files_beside(store, there, original_id(picture, layout), layout, name)


def _upload_bytes(store: Store, upload: Upload, of: str, layout: BlockLayout) -> bytes:
    picture = upload.content
    assert isinstance(picture, Picture)
    data = store.once("page file", (upload.id,), lambda: _for_browsers(picture, upload.data))
    size, figures = (picture.width, picture.height), as_uploaded(picture, layout)
    return file_layer(of, upload.id, upload.name, size, data, figures)


def _for_browsers(picture: Picture, data: bytes) -> bytes:
    """Return a file as it is, or as a PNG if browsers would not show the pixels we have."""
    origin = picture.origin
    as_it_is = origin and origin.kind in SHOWN_BY_BROWSERS and not origin.done
    return data if as_it_is else png_bytes(picture.pixels)


def as_uploaded(picture: Picture, layout: BlockLayout) -> str:
    """Say what stands beside a picture that is shown as it is."""
    if picture.origin:
        return origin_in_short(picture.origin)
    return say("title.uncompressed", bytes=say("count.byte", n=layout.raw_bytes))


def known_layers(study: Study) -> Iterator[Layer]:
    """Yield what is known of a sweep."""
    books = {size: step.encoded for size, step in study.steps.items()}
    yield from codebook_layers(study.store, study.sweep_id, books, whole=study.is_complete)
    yield _figures(study, "known", study.steps.values())


def new_layers(study: Study, event: Preview | Step) -> Iterator[Layer]:
    """Yield what a sweep has come to."""
    size = event.codebook_size
    if isinstance(event, Preview):
        books = {size: event.encoded}
        yield from codebook_layers(study.store, study.sweep_id, books, whole=False)
    else:
        yield _figures(study, str(size), [event])


def codebook_layers(
    store: Store, of: str, books: Mapping[int, Encoded], whole: bool
) -> Iterator[Layer]:
    """Yield pictures by their K: in few messages if they are all, since each costs time."""
    layers = {
        size: store.once(
            "codebook layer", (of, size, language()), partial(codebook_layer, of, size, it)
        )
        for size, it in books.items()
    }
    yield from _by_size("sizes", "codebook", layers, whole)


def replay_layers(
    study: Study, replays: Mapping[int, Sequence[Frame]], whole: bool
) -> Iterator[Layer]:
    """Yield trainings replayed, as `codebook_layers` does pictures."""
    of, spoken, once = study.sweep_id, language(), study.store.once
    layers = {
        size: once("replay layer", (of, size, spoken), partial(training_layer, of, size, frames))
        for size, frames in replays.items()
        if frames
    }
    yield from _by_size("training", "training", layers, whole)


def replaying(study: Study, first: int, bring: Callable[[Iterator[Layer]], object]) -> Pieces:
    """Replay every rung, first that of a K, and bring each to the page at once."""
    brought = known_frames(study)
    bring(replay_layers(study, brought, whole=len(brought) == len(replayable(study))))
    for sign in trainings_replayed(study, first):
        if sign is None:
            known = known_frames(study)
            new = {size: frames for size, frames in known.items() if size not in brought}
            bring(replay_layers(study, new, whole=False))
            brought |= new
        yield sign


def _by_size(kind: Kind, name: str, layers: Mapping[int, bytes], whole: bool) -> Iterator[Layer]:
    for first, data in joined(layers, MESSAGE_BYTES if whole else 0):
        yield Layer(kind, f"{name}-{first}", data)


def _figures(study: Study, name: str, steps: Iterable[Step]) -> Layer:
    """Return the figures of codebook sizes, each with a sentence on its training, or none."""
    blocks, is_whole = study.layout.blocks, FAMILIES[study.settings.family].WHOLE
    told = [
        (step.point, "" if is_whole else sampled(step.trained.sample, blocks)) for step in steps
    ]
    return Layer("figures", f"figures-{name}", figures_layer(study.sweep_id, told))


def file_figures(file: VqFile, point: Cost | OperatingPoint) -> Iterator[Layer]:
    """Yield the figures of a .vq file, as far as they are known."""
    size = file.encoded.quantizer.codebook_size
    told = "" if file.holds_codebook else kept_elsewhere(point.codebook_bytes)
    yield Layer("figures", f"figures-{size}", figures_layer(file.digest, [(point, told)]))


def match_layers(
    study: Study,
    wishes: Iterable[Mapping[str, Any]],
    codecs: Iterable[Codec],
    answer: Callable[[Question], Any],
) -> Iterator[Layer]:
    """Yield the rivals' files that the viewer asks for, each matched to a K.

    Where it asks for one at two K, since a side is still at the one before, the last counts.

    Parameters
    ----------
    study
    wishes : each names codec and what is matched, and the K
    codecs : those there are
    answer : finds out
    """
    decodable = _decodable(codecs)
    layers: dict[str, bytes] = {}
    for wish in wishes:
        _, codec, by = wish["match"].split()
        step = study.steps.get(wish["size"])
        if step and codec in decodable:
            match = answer(match_of(study, step, codec, by))
            layers[wish["match"]] = _match_bytes(study, step, codec, by, match)
    for name, data in layers.items():
        yield Layer("asked", name, data)


def _decodable(codecs: Iterable[Codec]) -> list[Codec]:
    """Return those whose files the page can decode: references have no file that browsers know."""
    return [codec for codec in codecs if codec not in REFERENCES]


def _match_bytes(
    study: Study, step: Step, codec: Codec, by: By, match: Match | RivalError | None
) -> bytes:
    """Return the layer of the rival's file that matches a step; without a picture if none does."""
    data, figures = b"", say(f"match.none-{by}")
    if isinstance(match, Match):
        level = level_name(codec, match.point.level)
        data, figures = match.data, f"{level} · {in_short(match.point)}"
    elif match:
        figures = str(match)
    facts = {"codec": codec_name(codec), "by": say(f"by.{by}"), "size": step.codebook_size}
    frame = study.layout.width, study.layout.height
    name = say("match.name", **facts)
    return match_layer(study.sweep_id, f"match {codec} {by}", name, frame, data, figures)


def use_layers(
    study: Study,
    books: Iterable[NamedCodebook],
    wishes: Container[str],
    answer: Callable[[Question], Any],
) -> Iterator[Layer]:
    """Yield the picture encoded with each codebook from elsewhere whose id is wished for."""
    for book in books:
        if book.id in wishes:
            use = answer(use_of(study, book.shared))
            yield Layer("asked", f"use {book.id}", _use_bytes(study, book, use))


def _use_bytes(study: Study, book: NamedCodebook, use: Use) -> bytes:
    """Return the layer of the picture encoded with a codebook from elsewhere."""
    return use_layer(
        study.sweep_id,
        use.encoded,
        use.point,
        where_kept(use),
        codebook=book.id,
        name=say("match.use", name=book.name),
        source=_source_of_use(study, book),
    )


def _source_of_use(study: Study, book: NamedCodebook) -> dict[str, Any]:
    """Return what a picture saved says that was made with a codebook trained elsewhere."""
    settings, shared = settings_with(study, book.shared), book.shared
    source = provenance_of(study.picture, settings, shared.size)
    trained = ("trainer", "seed", "rules")
    known = {name: text for name, text in source.texts.items() if name not in trained}
    return {"stem": stem_of(study.name), "texts": known | {"codebook": shared.checksum.hex()}}


def health_bytes(study: Study) -> bytes:
    """Return the health of the sizes examined so far; nothing if none is."""
    others, of = known_held_out(study), what_of(study.settings)
    healths = known_healths(study).items()
    judged = [(health, verdicts(health, others.get(size), of)) for size, health in healths]
    return health_layer(study.sweep_id, judged) if judged else b""


def how_of(study: Study, size: int) -> str:
    """Return how the family works, with a block of the picture and the nearest K that is done."""
    nearest = min(study.steps, key=lambda done: abs(done - size))

    def make() -> str:
        return how_it_works(study.steps[nearest].encoded, study.cut.vectors)

    return study.store.once("how", (*study.swept, nearest, language()), make)


def first_pairs(store: Store, picture: Picture, size: int, start: Start) -> list[list[float]]:
    """Return the codewords that the plane begins with."""

    def make() -> list[list[float]]:
        codewords: list[list[float]]
        codewords = first_codewords(_density(store, picture), size, start).tolist()
        return codewords

    return store.once("first pairs", (picture.digest, size, start), make)


def plane_bytes(store: Store, of: str, codewords: list[list[float]], picture: Picture) -> bytes:
    def make() -> bytes:
        density = _density(store, picture)
        return plane_layer(of, density, lloyd_path(density, codewords))

    return store.once("plane layer", (language(), of, *map(tuple, codewords)), make)


def first_points(
    store: Store, points: Points, size: int, start: Start, typed: Sequence[Sequence[float]]
) -> list[list[float]]:
    """Return the codewords that the plane of points begins with: those typed in, if any."""
    if typed:
        return [list(row) for row in typed]

    def make() -> list[list[float]]:
        found = first_points_of(_spread(store, points), size, start)
        codewords: list[list[float]] = found.tolist()
        return codewords

    return store.once("first points", (points.digest, size, start), make)


def points_plane_bytes(
    store: Store, of: str, codewords: list[list[float]], points: Points
) -> bytes:
    """Return the layer of the plane of points."""

    def make() -> bytes:
        spread = _spread(store, points)
        path = lloyd_path_of(spread, codewords)
        return plane_layer(of, spread.density, path, spread, points.headings)

    return store.once("plane layer", (language(), of, *map(tuple, codewords)), make)


def _spread(store: Store, points: Points) -> Spread:
    return store.once("spread", (points.digest,), lambda: spread_of(points))


def _density(store: Store, picture: Picture) -> Any:
    return store.once("density", (picture.digest,), lambda: pair_density(picture))


def projection_bytes(study: Study) -> bytes:
    def make() -> bytes:
        books = {size: step.encoded for size, step in study.steps.items()}
        return projection_layer(study.sweep_id, _axes(study), books)

    key = study.sweep_id, language(), *study.steps
    return study.store.once("projection layer", key, make)


def _axes(study: Study) -> PrincipalPlane:
    key = study.picture.digest, study.layout
    return study.store.once("axes", key, lambda: principal_plane(study.cut.vectors))


def view_of(
    study: Study, size: int, codecs: Iterable[Codec], books: Iterable[NamedCodebook]
) -> dict[str, Any]:
    """Return what the viewer is told of a study, codecs and codebooks; it has the layers itself."""
    source = provenance_of(study.picture, study.settings)
    is_sample = study.picture.origin is None
    return _view(study.picture.digest, study.layout, study.settings.family) | {
        "name": study.name,
        "sweep": study.sweep_id,
        "original": study.original_id,
        "size": size,
        "upload": origin_in_brief(study.picture.origin),
        "link": {
            "needs": None if is_sample else study.name,
            "digest": None if is_sample else short_digest(study.picture),
        },
        "source": {"stem": source.file_stem, "texts": source.texts},
        "rivals": [(codec, codec_name(codec)) for codec in _decodable(codecs)],
        "codebooks": [(it.id, it.name) for it in books],
        "offers": True,
    }


def view_of_file(name: str, file: VqFile, original: Picture | None) -> dict[str, Any]:
    """Return what the viewer is told of a .vq file."""
    layout, family = file.encoded.layout, file.encoded.quantizer.family
    return _view(file.digest, layout, family) | {
        "name": name,
        "sweep": file.digest,
        "original": original_id(original, layout) if original else None,
        "size": file.encoded.quantizer.codebook_size,
        "upload": origin_in_brief(original.origin) if original else "",
        "link": {"needs": name, "digest": short_digest(file)},
        "source": {"stem": stem_of(name), "texts": {"Software": PROGRAM, "file": name}},
        "rivals": [],
        "codebooks": [],
        "offers": False,
    }


def _view(digest: str, layout: BlockLayout, family: str) -> dict[str, Any]:
    return {
        "isWhole": FAMILIES[family].WHOLE,
        "picture": digest,
        "grid": f"{digest} {layout.block_size}",
        "block": layout.block_size.width,
        "facts": {
            "blocks": say("count.block", n=layout.blocks),
            "size": layout.block_size.spaced,
            "bits": count(layout.block_bits),
            "dimension": layout.dimension,
        },
    }
