"""VQ Lab, the dashboard: settings -> cached calls into vqcore -> panels."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from io import BytesIO
from math import inf
from string import punctuation
from time import monotonic
from typing import Any, NamedTuple, TypeVar, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vqcore.codebooks.training import TRAINERS, Progress, Trainer
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.container import is_vq
from vqcore.lab.comparison import best_from_ratio, best_within_bytes, cheapest_from_psnr, mean_rows
from vqcore.lab.contest import Run
from vqcore.lab.health import Health
from vqcore.lab.heldout import HeldOut
from vqcore.lab.plane import (
    MAX_CODEWORDS,
    PrincipalPlane,
    Start,
    first_codewords,
    lloyd_path,
    pair_density,
    principal_plane,
)
from vqcore.lab.rivals import (
    RIVALS,
    Codec,
    Match,
    RivalError,
    largest_within,
    missing_rivals,
    same_psnr,
)
from vqcore.lab.sharing import Use, fits, use_work
from vqcore.lab.study import (
    Pieces,
    Sign,
    Study,
    encoding,
    examining,
    holding_out,
    known_frames,
    known_healths,
    known_held_out,
    known_rival,
    known_rivals,
    known_run,
    known_transfers,
    lending,
    missing_steps,
    original_id,
    racing,
    replaying,
    rungs,
    sign_of,
    sweeping,
    take,
)
from vqcore.lab.sweeps import (
    SHOWN_FIRST,
    Cost,
    OperatingPoint,
    Plan,
    Preview,
    Step,
    cost_of,
    ladder_sizes,
    parse_sizes,
    plan_sweep,
    point_work,
)
from vqcore.lab.uploads import (
    Content,
    File,
    Refusal,
    Upload,
    VqFile,
    is_as_large,
    nearest_work,
    open_file,
    open_uploads,
)
from vqcore.show import plots
from vqcore.show.curves import (
    Curve,
    Likeness,
    deltas,
    hull_of,
    nominal_curve,
    picture_curve,
    rival_curve,
    vq_curve,
)
from vqcore.show.downloads import Offer, offers_of
from vqcore.show.provenance import PROGRAM, provenance_of, stem_of
from vqcore.show.reproduce import command_line, picture_file, python_lines
from vqcore.show.tables import (
    HEALTH_COLUMNS,
    MEAN_COLUMNS,
    MISSING,
    PICTURE_COLUMNS,
    POINT_COLUMNS,
    RUNG_COLUMNS,
    TRANSFER_COLUMNS,
    Columns,
    picture_row,
    rows_of,
    rung_row,
    styled,
    use_row,
)
from vqcore.show.verdicts import health_row, verdicts
from vqcore.show.wording import (
    COLOUR_NAMES,
    TRAINER_NAMES,
    codebook_in_short,
    count,
    counted,
    doing_in_words,
    in_short,
    kept_elsewhere,
    kilobytes,
    origin_in_brief,
    origin_in_short,
    sampled,
    settings_name,
)
from vqcore.signals.blocks import (
    COLOURS,
    MAX_BLOCK_SIZE,
    BlockLayout,
    Colour,
    layout_of,
    shown_pixels,
)
from vqcore.signals.pictures import (
    MAX_BYTES,
    SAMPLES,
    Origin,
    Picture,
    png_bytes,
    sample_picture,
)
from vqcore.viewer import (
    PAGE_STYLE,
    PARTS,
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
from vqcore.work import Work, finish, mapped

LARGEST_SIZES = [2**power for power in range(1, 13)]
DEFAULT_BLOCK_SIZE = 4
DEFAULT_SIZE = 32
RATE_WEIGHTS = [0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
DIGEST_DIGITS = 16
SHOWN_BY_BROWSERS = ("PNG", "JPEG", "WebP", "GIF", "BMP", "AVIF")
FIRST_RESULTS_SECONDS = 0.5
REDRAW_SECONDS = 5
PROGRESS_SECONDS = 0.1
PLANE_WIDTH = 464
OFFER_WIDTH, SIZE_WIDTH = 190, 68
MESSAGE_BYTES = 50_000_000  # streamlit refuses a message of more than 200 MB
SEEDS = range(3)
MATCHED_BY = {"size": "size", "psnr": "PSNR"}
UNMATCHED = {"size": "no file is so small", "psnr": "no file comes so close"}
CHART_CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}

Result = TypeVar("Result")
Figures = tuple[Cost | OperatingPoint, str]  # of a codebook size, and a sentence, or none

COMPONENTS = {name: st.components.v2.component(f"vq_{name}", **it) for name, it in PARTS.items()}


class NamedCodebook(NamedTuple):
    """An uploaded codebook, with its id and name."""

    id: str
    name: str
    shared: SharedCodebook


# Cached calls: keyed by digest and settings, never by an array; what starts with _ is no key.


@st.cache_data(max_entries=len(SAMPLES), show_spinner=False)
def sample(name: str) -> Picture:
    return sample_picture(name)


@st.cache_data(max_size="512MiB", show_spinner=False)
def opened(
    file_id: str, checksums: Sequence[bytes], _file: File, _codebooks: Sequence[SharedCodebook]
) -> Content:
    return open_file(_file.getvalue(), _file.name, _codebooks)


@st.cache_data(max_entries=1024, show_spinner=False)
def planned(digest: str, settings: Settings, sizes: tuple[int, ...], _picture: Picture) -> Plan:
    return plan_sweep(_picture, settings, sizes)


@st.cache_data(max_size="256MiB", show_spinner=False)
def original_bytes(original: str, figures: str, _picture: Picture, _layout: BlockLayout) -> bytes:
    return original_layer(original, shown_pixels(_picture, _layout), figures)


@st.cache_data(max_size="256MiB", show_spinner=False)
def file_for_page(upload_id: str, _upload: Upload) -> bytes:
    """Return an upload as it is, or as a PNG if browsers would not show the pixels we have."""
    picture = _upload.content
    assert isinstance(picture, Picture)
    assert picture.origin
    if picture.origin.kind in SHOWN_BY_BROWSERS and not picture.origin.done:
        return _upload.data
    return png_bytes(picture.pixels)


@st.cache_data(max_size="256MiB", show_spinner=False)
def codebook_bytes(sweep_id: str, size: int, _encoded: Encoded) -> bytes:
    return codebook_layer(sweep_id, size, _encoded)


@st.cache_data(max_size="256MiB", show_spinner=False)
def replay_bytes(sweep_id: str, size: int, _study: Study) -> bytes:
    return training_layer(sweep_id, size, known_frames(_study, size))


@st.cache_data(max_size="1GiB", show_spinner=False)
def kept(kind: str, key: tuple[Hashable, ...], _value: Any = None) -> Any:
    """Give back what was once handed in; LookupError, which is not cached, before."""
    if _value is None:
        raise LookupError(kind, key)
    return _value


class Cache:
    """Streamlit's cache as a store."""

    def find(self, kind: str, *key: Hashable) -> Any:
        with suppress(LookupError):
            return kept(kind, key)
        return None

    def keep(self, value: Any, kind: str, *key: Hashable) -> Any:
        return kept(kind, key, value)


STORE = Cache()


def study_of(name: str, picture: Picture, settings: Settings, sizes: tuple[int, ...]) -> Study:
    plan = planned(picture.digest, settings, sizes, picture)
    return Study(name, picture, settings, sizes, plan, STORE)


# Sidebar


def choose_picture() -> tuple[str, Picture | VqFile]:
    st.file_uploader(
        "Upload pictures, .vq files or codebooks",
        accept_multiple_files=True,
        key="files",
        on_change=choose_newest,
        max_upload_size=MAX_BYTES // 1_000_000,
    )
    tell_gone()
    for outcome in outcomes():
        if isinstance(outcome, Refusal):
            st.error(f"**{plain(outcome.name)}**: {plain(outcome.reason)}")
    there = shown_uploads()
    names = [*there, *SAMPLES]
    first = SAMPLES[0]
    keep_valid("picture", names, first)
    name = st.selectbox(
        "Picture",
        names,
        names.index(first),
        key="picture",
        bind="query-params",
        on_change=forget_link,
    )
    shown = there[name] if name in there else sample(name)
    tell_codebooks(shown)
    return name, shown


def wanted_file() -> tuple[str | None, str | None]:
    """Return name and digest of the file that the link needs which the page was opened with.

    A page that has uploads already goes on: its server was started anew.
    """
    if "link" not in st.session_state:
        given = {} if st.session_state.get("files") else st.query_params
        st.session_state.link = (given.get("needs"), given.get("digest"))
    return st.session_state.link


def missing_file() -> str | None:
    """Return the name of the file that a link needs, while nothing is uploaded; then compare."""
    needs, digest = wanted_file()
    if not needs:
        return None
    there = shown_uploads()
    if not there:
        return needs
    if all(short_digest(it) != digest for it in there.values()):
        st.sidebar.warning(f"This is not the picture of the link, **{plain(needs)}**.")
    return None


def forget_link() -> None:
    st.session_state.link = (None, None)


def take_old_link() -> None:
    """Open a link that names no version with what it left out: chelsea, in blocks of 8 × 8."""
    if "link" in st.session_state or not size_in_the_address() or "v" in st.query_params:
        return
    for name, value in (("block", 8), ("picture", "chelsea")):
        if name not in st.query_params:
            st.session_state[name] = value


def ask_for(name: str) -> None:
    """Ask for the file of a link; nothing else is shown under its name."""
    with st.container(key="title"):
        st.header(plain(name), anchor=False)
    st.info(f"This link shows **{plain(name)}**, which is not here. Upload it to see the same.")
    with st.container(key="instead"):
        st.button("Look at a sample", on_click=forget_link)


def outcomes() -> list[Upload | Refusal]:
    """Open what is uploaded and still there."""
    return open_uploads(files_there(), SAMPLES, opened_once)


def files_there() -> list[Any]:
    """Return the uploaded files; a server started anew knows of some but has them no more."""
    return [file for file in st.session_state.get("files", []) if isinstance(file, BytesIO)]


def opened_once(file: File, codebooks: Sequence[SharedCodebook]) -> Content:
    needed = codebooks if is_vq(file.getvalue()) else ()
    return opened(file.file_id, [it.checksum for it in needed], file, needed)


def uploads() -> list[Upload]:
    return [outcome for outcome in outcomes() if isinstance(outcome, Upload)]


def shown_uploads() -> dict[str, Picture | VqFile]:
    """Return by name what was uploaded and can be looked at by itself."""
    return {it.name: it.content for it in uploads() if isinstance(it.content, Picture | VqFile)}


def uploaded_pictures() -> dict[str, Picture]:
    """Return the uploaded pictures by name."""
    return {it.name: it.content for it in uploads() if isinstance(it.content, Picture)}


def uploaded_codebooks() -> list[NamedCodebook]:
    return [
        NamedCodebook(it.id, it.name, it.content)
        for it in uploads()
        if isinstance(it.content, SharedCodebook)
    ]


def fitting_codebooks(picture: Picture) -> list[NamedCodebook]:
    return [it for it in uploaded_codebooks() if fits(picture, it.shared.colour)]


def tell_codebooks(shown: Picture | VqFile) -> None:
    """Answer the upload of a codebook, which is no picture to choose: it is there, or why not."""
    for it in uploaded_codebooks():
        answer = "loaded"
        if isinstance(shown, Picture) and not fits(shown, it.shared.colour):
            answer = "loaded, but not for this picture, which is gray"
        told = f"**{plain(it.name)}**: {codebook_in_short(it.shared)}: {answer}"
        st.markdown(f":small[{told}]")


def tell_gone() -> None:
    """Let the page say which uploads are gone: it alone still knows their names."""
    files = st.session_state.get("files", [])
    names = {file.file_id: file.name for file in files_there()}
    gone = [file.file_id for file in files if file.file_id not in names]
    COMPONENTS["gone"](key="gone", data={"names": names, "gone": gone})


def choose_newest() -> None:
    """Look at what was uploaded last, or at what a link waited for; not when one is taken away."""
    there, before = shown_uploads(), st.session_state.get("uploaded", 0)
    st.session_state.uploaded = len(there)
    if len(there) > before:
        _, digest = wanted_file()
        wanted = [name for name, content in there.items() if short_digest(content) == digest]
        st.session_state.picture = [*there, *wanted][-1]


def choose_settings(is_gray: bool) -> tuple[Settings, tuple[int, ...]]:
    """Choose how to quantize, and the codebook sizes."""
    block_size = st.slider(
        "Block size (pixels)",
        1,
        MAX_BLOCK_SIZE,
        DEFAULT_BLOCK_SIZE,
        key="block",
        bind="query-params",
        help="The picture is cut into square blocks (patches) this wide and high.",
    )
    colour = choose_colour(is_gray)
    largest = st.select_slider(
        "Largest codebook", LARGEST_SIZES, 1024, key="largest", bind="query-params"
    )
    with st.expander("More"):
        trainer = choose_trainer()
        seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")
        rate_weight = choose_rate_weight()
        sizes = choose_sizes(largest)
    return Settings(block_size, colour, trainer, seed, rate_weight), sizes


def choose_colour(is_gray: bool) -> Colour:
    meaning = "YCbCr keeps the two colour planes at half resolution."
    colour = st.segmented_control(
        "Colour",
        COLOURS,
        default="rgb",
        required=True,
        format_func=COLOUR_NAMES.__getitem__,
        key="colour",
        bind="query-params",
        disabled=is_gray,
        help="This picture is gray, so it is coded in gray." if is_gray else meaning,
    )
    return "gray" if is_gray else colour


def choose_trainer() -> Trainer:
    return st.selectbox(
        "Trainer",
        TRAINERS,
        format_func=TRAINER_NAMES.__getitem__,
        key="trainer",
        bind="query-params",
        help="How codebooks are found. The ladder grows each from the one below.",
    )


def choose_rate_weight() -> int:
    return st.select_slider(
        "Rate weight λ",
        RATE_WEIGHTS,
        0,
        key="rate",
        bind="query-params",
        help="0 takes the nearest codeword. More saves bits and costs likeness: "
        "each block minimizes squared error + λ · bits.",
    )


def choose_sizes(largest: int) -> tuple[int, ...]:
    text = st.text_input(
        "More sizes",
        placeholder="100, 300",
        key="more",
        bind="query-params",
        help="Codebook sizes of your own, 1 to 4096, with commas between.",
    )
    try:
        return ladder_sizes(largest, parse_sizes(text))
    except ValueError as error:
        st.error(f"More sizes: {plain(str(error))}.")
        return ladder_sizes(largest)


def keep_valid(key: str, options: list[Any], default: Any) -> None:
    """Replace what a control holds when it is no longer, or never was, one of its options."""
    if key in st.session_state and st.session_state[key] not in options:
        st.session_state[key] = default


def plain(text: str) -> str:
    """Escape text that would otherwise be read as Markdown."""
    return re.sub(f"([{re.escape(punctuation)}])", r"\\\1", text)


# Work


def advance(
    study: Study,
    events: Iterator[Progress | Preview | Step],
    progress: ProgressPlace,
    layers: Layers,
    seconds: float,
) -> None:
    """Train under a progress bar until time is up and there is something new to show.

    The viewer gets each size at once; what else is on the page waits for the next run.
    """
    start = monotonic()
    for event in events:
        if isinstance(event, Progress):
            progress.show(sign_of(study, event))
            continue
        size = take(study, event)
        layers.bring(study, event)
        if size >= SHOWN_FIRST and monotonic() - start > seconds:
            return


def work(everything: Sequence[Pieces], progress: ProgressPlace) -> bool:
    """Work under a progress bar for a while; say whether there is something new to show."""
    start = monotonic()
    anything = False
    for pieces in everything:
        with closing(pieces):
            for sign in pieces:
                if sign:
                    progress.show(sign)
                    continue
                anything = True
                if monotonic() - start > REDRAW_SECONDS:
                    return True
    return anything


def waited_for(work: Work[Result], text: str) -> Result:
    """Do all the work at once, saying so if it takes long, unless other settings end it."""
    with st.spinner(text):
        return finish(mapped(work, give_way))


def worked_at(work: Work[Result], progress: ProgressPlace, text: str) -> Result:
    """Do all the work at once, under a progress bar that says so."""
    return finish(mapped(work, lambda _: progress.tell(0.5, text)))


def give_way(_: object) -> None:
    """Let streamlit end the run, as it can whenever the session's state is read."""
    st.session_state.get("size")


class ProgressPlace:
    """Where the page says what is being done, for how long; what was stopped can go on.

    Only the page knows that a hand has stopped the script, so it has both texts, and shows one.
    """

    def __init__(self, asked: Hashable) -> None:
        """Count the time from when something was first asked for."""
        self._shown = 0.0
        if st.session_state.get("asked_for", [None])[0] != asked:
            st.session_state.asked_for = asked, monotonic()
        with st.container(key="progress", gap=None):
            with st.container(key="working"):
                self._bar = st.empty()
            with st.container(key="stopped"):
                self._stopped = st.empty()
        with self._stopped.container(horizontal=True, vertical_alignment="center"):
            st.markdown("Stopped.")
            st.button("Go on", on_click=self._count_anew)

    def show(self, sign: Sign) -> None:
        self.tell(sign.share, doing_in_words(sign))

    def tell(self, share: float, text: str) -> None:
        """Let signs of life through, ten a second; streamlit can end the run at each."""
        if monotonic() - self._shown < PROGRESS_SECONDS:
            return
        self._shown = monotonic()
        seconds = monotonic() - st.session_state.asked_for[1]
        self._bar.progress(min(share, 1.0), f"{text} · {seconds:.0f} s")

    def end(self) -> None:
        self._count_anew()
        self._bar.empty()
        self._stopped.empty()

    @staticmethod
    def _count_anew() -> None:
        st.session_state.pop("asked_for", None)


class Layers:
    """What the page needs to decode: invisible elements, one a layer."""

    def __init__(self) -> None:
        with st.container(gap=None):
            kinds = ("pictures", "sizes", "figures")
            self._places = {kind: st.container(gap=None) for kind in kinds}

    def bring_original(self, picture: Picture, layout: BlockLayout, figures: str) -> None:
        data = original_bytes(original_id(picture, layout), figures, picture, layout)
        self._bring("pictures", "original", data)

    def bring_files(self, of: str, layout: BlockLayout, own: str) -> None:
        """Bring the other uploads of the same size as files: the browser decodes them."""
        for upload in uploads():
            other = upload.content
            if isinstance(other, Picture) and upload.name != own and is_as_large(other, layout):
                size = (other.width, other.height)
                figures, data = as_uploaded(other, layout), file_for_page(upload.id, upload)
                layer = file_layer(of, upload.id, upload.name, size, data, figures)
                self._bring("pictures", upload.id, layer)

    def bring_known(self, study: Study) -> None:
        books = {size: step.encoded for size, step in study.steps.items()}
        self.bring_codebooks(study.sweep_id, books, whole=study.is_complete)
        self.bring_figures(study.sweep_id, "known", map(figures_of, study.steps.values()))

    def bring(self, study: Study, event: Preview | Step) -> None:
        if isinstance(event, Preview):
            self.bring_codebooks(study.sweep_id, {event.codebook_size: event.encoded}, whole=False)
        else:
            size = str(event.point.codebook_size)
            self.bring_figures(study.sweep_id, size, [figures_of(event)])

    def bring_codebooks(self, of: str, books: Mapping[int, Encoded], whole: bool) -> None:
        layers = {size: codebook_bytes(of, size, it) for size, it in books.items()}
        bring_sizes(self._places["sizes"], "codebook", layers, whole)

    def bring_figures(self, of: str, name: str, figures: Iterable[Figures]) -> None:
        self._bring("figures", f"figures-{name}", figures_layer(of, figures))

    def _bring(self, place: str, name: str, data: bytes) -> None:
        with self._places[place]:
            COMPONENTS["layer"](key=f"layer-{name}", data=data)


def bring_sizes(place: DeltaGenerator, kind: str, layers: Mapping[int, bytes], whole: bool) -> None:
    """Bring layers of codebook sizes: together if they are all, since each element costs time."""
    for first, data in joined(layers, MESSAGE_BYTES if whole else 0):
        with place:
            COMPONENTS["layer"](key=f"layer-{kind}-{first}", data=data)


def as_uploaded(picture: Picture, layout: BlockLayout) -> str:
    """Say what stands beside a picture that is shown as it is."""
    if picture.origin:
        return origin_in_short(picture.origin)
    return f"{counted(layout.raw_bytes, 'byte')} uncompressed"


def figures_of(step: Step) -> Figures:
    return step.point, sampled(step.trained.sample, step.encoded.layout.blocks)


# Panels


def show_facts(name: str, layout: BlockLayout, origin: Origin | None = None) -> None:
    facts = (
        f"{layout.width} × {layout.height} pixels",
        COLOUR_NAMES[layout.colour],
        f"{counted(layout.blocks, 'block')} of {layout.block_size} × {layout.block_size}",
        f"{counted(layout.raw_bytes, 'byte')} uncompressed",
        *([plain(origin_in_short(origin))] if origin else []),
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="title"):
        st.header(plain(name), anchor=False)
        st.markdown(" · ".join(facts))


def tell_clamping(distinct_blocks: int | None) -> None:
    place = st.empty()  # always, or else what follows moves, and is there twice for a while
    if distinct_blocks is not None:
        distinct = count(distinct_blocks)
        verb = "block is" if distinct_blocks == 1 else "blocks are"
        place.info(f"Only {distinct} {verb} distinct, so K goes no higher than {distinct}.")


def chosen_size(plan: Plan) -> int:
    """Return the K that was last chosen outside the viewer, at first that of the address."""
    if "size" not in st.session_state:
        st.session_state.size = size_in_the_address() or DEFAULT_SIZE
    size = st.session_state.size
    return size if size in plan.sizes else plan.nearest(size)


def size_in_the_address() -> int | None:
    linked = re.fullmatch("[1-9][0-9]{0,3}", st.query_params.get("k", ""))
    return int(linked[0]) if linked else None


def show_viewer(digest: str, layout: BlockLayout, **data: Any) -> None:
    """Show the layers that the page has of a picture; the page decodes."""
    COMPONENTS["viewer"](
        key="viewer",
        data={
            "picture": digest,
            "grid": f"{digest} {layout.block_size}",
            "block": layout.block_size,
            "firstBlock": DEFAULT_BLOCK_SIZE,
            "facts": facts_of(layout),
            "asked": st.session_state.get("asked", 0),
            "use": st.session_state.get("use"),
            **data,
        },
        on_view_change=take_view,
    )


def link_of(study: Study) -> dict[str, str | None]:
    """Return the file that a link to this view needs, by name and digest; samples need none."""
    if study.picture.origin is None:
        return {"needs": None, "digest": None}
    return {"needs": study.name, "digest": short_digest(study.picture)}


def short_digest(shown: Picture | VqFile) -> str:
    return shown.digest[:DIGEST_DIGITS]


def facts_of(layout: BlockLayout) -> dict[str, str]:
    """Return what the explanation says of this picture."""
    return {
        "blocks": counted(layout.blocks, "block"),
        "size": f"{layout.block_size} × {layout.block_size}",
        "bits": count(layout.block_bits),
    }


def take_view() -> None:
    view = st.session_state.viewer["view"]
    st.session_state.update({name: view[name] for name in ("matches", "uses", "offer")})


def match_layers(study: Study) -> dict[str, bytes]:
    """Return the rivals' files that the viewer asks for, each matched to a K."""
    layers = {}
    for wish in st.session_state.get("matches", []):
        _, codec, by = wish["match"].split()
        step = study.steps.get(wish["size"])
        if step and codec in present_rivals():
            layers[wish["match"]] = match_bytes(study, step, codec, by)
    return layers


def use_layers(study: Study) -> dict[str, bytes]:
    """Return the picture encoded with each codebook from elsewhere that the viewer asks for."""
    wished = st.session_state.get("uses", [])
    books = [it for it in fitting_codebooks(study.picture) if it.id in wished]
    return {f"use {it.id}": use_bytes(study, it) for it in books}


def use_bytes(study: Study, book: NamedCodebook) -> bytes:
    use = used(study, book.shared)
    return use_layer(
        study.sweep_id,
        use.encoded,
        use.point,
        kept_elsewhere(use.point.codebook_bytes),
        codebook=book.id,
        name=f"with {book.name}",
        source=source_of_use(study, book.shared),
    )


def source_of_use(study: Study, shared: SharedCodebook) -> dict[str, Any]:
    """Return what a picture saved says that was made with a codebook trained elsewhere."""
    settings = settings_with(study, shared)
    source = provenance_of(study.picture, settings, shared.codebook.size)
    known = {name: text for name, text in source.texts.items() if name not in ("trainer", "seed")}
    return {"stem": stem_of(study.name), "texts": known | {"codebook": shared.checksum.hex()}}


def match_bytes(study: Study, step: Step, codec: Codec, by: str) -> bytes:
    """Return the layer of the rival's file of at most the bytes of ours, or at least its PSNR."""
    layout, size, what = study.plan.layout, step.point.codebook_size, MATCHED_BY[by]
    name = f"{RIVALS[codec].name} of the {what} of K = {size}"
    data, figures = b"", UNMATCHED[by]
    try:
        if match := matched(study, step, codec, by):
            level = RIVALS[codec].level_name(match.point.level)
            data, figures = match.data, f"{level} · {in_short(match.point)}"
    except RivalError as error:
        figures = str(error)
    frame = layout.width, layout.height
    return match_layer(study.sweep_id, f"match {codec} {by}", name, frame, data, figures)


def matched(study: Study, step: Step, codec: Codec, by: str) -> Match | None:
    target = step.point.file_bytes if by == "size" else step.point.psnr_db
    key = study.original_id, codec, by, target
    if matches := STORE.find("match", *key):
        return matches[0]
    search: Any = largest_within if by == "size" else same_psnr
    pixels = shown_pixels(study.picture, study.plan.layout)
    text = f"Looking for the {RIVALS[codec].name} of that {MATCHED_BY[by]}"
    match = waited_for(search(pixels, codec, target), text)
    return STORE.keep([match], "match", *key)[0]


def step_to_offer(study: Study) -> Step | None:
    """Return the step whose downloads a hand has asked for, if it has not closed them."""
    wanted = st.session_state.get("offer")
    if wanted is None or wanted == st.session_state.get("closed"):
        return None
    return study.steps.get(wanted["size"])


def offer_downloads(study: Study, step: Step) -> None:
    """Offer what can be taken away, until a hand closes it."""
    curves = partial(curves_of, study, pinned_studies(study), present_rivals())
    title = f"Download, K = {step.point.codebook_size}"

    @st.dialog(title, width="medium", on_dismiss=stop_offering)
    def show_offers() -> None:
        for heading, offers in offers_of(study, step, curves).items():
            with st.container(gap="xsmall"):
                st.subheader(heading, anchor=False)
                for each in offers:
                    show_offer(each)
        with st.expander("Reproduce", icon=":material/replay:"):
            show_reproduction(study, step)

    show_offers()


def stop_offering() -> None:
    st.session_state.closed = st.session_state.offer


def show_offer(offer: Offer) -> None:
    """Offer a file, with its size; one that takes long to make is made only when asked for."""
    data = offer.make() if offer.is_quick else None
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(width=OFFER_WIDTH):
            st.download_button(
                f":primary[{offer.name}]",
                offer.make if data is None else data,
                file_name=offer.file_name,
                icon=f":material/{offer.icon}:",
                on_click="ignore",
                type="tertiary",
            )
        size = MISSING if data is None else kilobytes(len(data))
        st.markdown(f":small[{size}]", width=SIZE_WIDTH, text_alignment="right")
        when = " · made when asked for" if data is None else ""
        st.markdown(f":small[{offer.what}{when}]")


def show_reproduction(study: Study, step: Step) -> None:
    """Show what gives the same .vq again, elsewhere."""
    picture = study.picture
    source = provenance_of(picture, study.settings, step.point.codebook_size)
    st.markdown(f":small[These give the same .vq with {PROGRAM}, byte for byte.]")
    st.code(command_line(picture, source), "bash", wrap_lines=True)
    if picture.origin is None:
        name = plain(picture_file(picture))
        st.markdown(f":small[{name} is the *Original (PNG)* of this sample, as offered above.]")
    st.code(python_lines(picture, source), "python", wrap_lines=True)
    st.markdown(":small[This leads back to the view.]")
    st.code(st.session_state.offer.get("link", ""), None, wrap_lines=True)


def choose_point(key: str) -> None:
    points = st.session_state[key].selection.points
    if points:
        choose_size(points[0]["customdata"])
        st.rerun("viewer")


def choose_size(size: int) -> None:
    """Choose a K from elsewhere than the viewer."""
    st.session_state.size = size
    ask_of_viewer(None)


def choose_use(codebook_id: str) -> None:
    """Let side B show the picture with an uploaded codebook."""
    ask_of_viewer(codebook_id)


def ask_of_viewer(codebook_id: str | None) -> None:
    """Let the viewer show anew what was chosen elsewhere: with a codebook, or the size."""
    st.session_state.use = codebook_id
    st.session_state.asked = st.session_state.get("asked", 0) + 1


# Panels under the viewer: each draws itself, and returns the work it still needs


def sizes_panel(study: Study) -> list[Pieces]:
    show_sizes(study)
    show_figures(study)
    return []


@st.fragment(key="sizes")
def show_sizes(study: Study) -> None:
    points, sizes = study.points, study.plan.sizes
    left, right = st.columns(2)
    with left:
        st.subheader("PSNR", anchor=False)
        show_chart(plots.psnr_figure(points, sizes), sizes, "psnr", "PSNR in dB against K")
        st.markdown(":small[Dashed: the K that side B shows. A click on a point chooses another.]")
    with right:
        st.subheader("Compression ratio", anchor=False)
        figure = plots.ratio_figure(points, sizes)
        show_chart(figure, sizes, "ratio", "Compression ratio against K")
        st.markdown(":small[Nominal: the indices alone, fixed length.]")


def show_chart(figure: Any, sizes: Sequence[int], key: str, alt: str) -> None:
    """Show a chart against K, on which the page marks the K that the viewer shows."""
    with st.container(gap=None):
        st.plotly_chart(
            figure,
            key=key,
            on_select=lambda: choose_point(key),
            selection_mode="points",
            config=CHART_CONFIG,
            alt=f"{alt}. The same figures are in the table.",
        )
        COMPONENTS["mark"](key=f"mark-{key}", data=plots.size_area(sizes))


@st.fragment(key="figures")
def show_figures(study: Study) -> None:
    st.subheader("All figures", anchor=False)
    if study.picture.origin:
        st.markdown(f":small[The upload: {plain(origin_in_short(study.picture.origin))}]")
    rows = rows_of(POINT_COLUMNS, study.points)
    alt = "Every figure of every codebook size. A click on a cell shows its K"
    show_rows(
        rows,
        POINT_COLUMNS,
        alt,
        key="points",
        selection_mode="single-cell",
        on_select=lambda: choose_row(study.points),
    )


def choose_row(points: Sequence[OperatingPoint]) -> None:
    cells = st.session_state.points.selection.cells
    if cells and cells[0][0] < len(points):
        choose_size(points[cells[0][0]].codebook_size)
        st.rerun("viewer")


def show_rows(
    rows: Sequence[Mapping[str, Any]], columns: Columns, alt: str, **choosing: Any
) -> None:
    """Show a table; what can be chosen in it, if anything, as in `st.dataframe`."""
    st.dataframe(
        styled(columns, rows),
        hide_index=True,
        height="content",
        column_config={name: column_of(*it) for name, it in columns.items()},
        placeholder=MISSING,
        alt=alt,
        **choosing,
    )


def column_of(heading: str, number_format: str | None) -> Any:
    if number_format is None:
        return st.column_config.TextColumn(heading)
    return st.column_config.NumberColumn(heading)  # written as `styled` says


def rates_panel(study: Study) -> list[Pieces]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        codecs = choose_rivals()
        offer_pin(study)
    pinned = pinned_studies(study)
    show_rates(study, pinned, codecs)
    return [sweeping(pinned), encoding(study, codecs)]


@st.cache_data(show_spinner=False)
def present_rivals() -> list[Codec]:
    missing = missing_rivals()
    return [codec for codec in RIVALS if codec not in missing]


def choose_rivals() -> list[Codec]:
    return st.pills(
        "Beside",
        present_rivals(),
        selection_mode="multi",
        default=present_rivals(),
        format_func=lambda codec: RIVALS[codec].name,
        key="beside",
        bind="query-params",
    )


def offer_pin(study: Study) -> None:
    """Let curves stay while settings change."""
    pins = st.session_state.setdefault("pins", [])
    st.button(
        "Pin this curve",
        on_click=lambda: pins.append(study.settings),
        disabled=study.settings in pins,
        help="It stays, named by its settings, while you change them.",
    )
    if pins:
        st.button("Unpin all", on_click=pins.clear)


def pinned_studies(study: Study) -> list[Study]:
    """Return the pinned settings' studies of this picture; gray and colour do not compare."""
    pins = st.session_state.get("pins", [])
    others = [
        study_of(study.name, study.picture, settings, study.sizes)
        for settings in pins
        if settings != study.settings
    ]
    channels = study.plan.layout.channels
    return [other for other in others if other.plan.layout.channels == channels]


def curves_of(study: Study, pinned: Sequence[Study], codecs: Sequence[Codec]) -> list[Curve]:
    """Return the curves there are so far: ours, the textbook's, the pinned, the rivals'."""
    layout = study.plan.layout
    others = [
        vq_curve(other.settings, other.plan.layout, other.points, "pinned") for other in pinned
    ]
    rivals = [
        rival_curve(codec, points) for codec in codecs if (points := known_rivals(study, codec))
    ]
    ours = vq_curve(study.settings, layout, study.points)
    return [ours, nominal_curve(layout, study.points), *others, *rivals]


@st.fragment(key="rates")
def show_rates(study: Study, pinned: Sequence[Study], codecs: Sequence[Codec]) -> None:
    likeness: Likeness = st.segmented_control(
        "Likeness",
        get_args(Likeness),
        default="psnr_db",
        required=True,
        format_func={"psnr_db": "PSNR", "ssim": "SSIM"}.__getitem__,
        key="likeness",
        bind="query-params",
        label_visibility="collapsed",
    )
    curves = curves_of(study, pinned, codecs)
    ours = [curve for curve in curves if curve.kind in ("ours", "pinned")]
    st.plotly_chart(
        plots.rate_figure(curves, hull_of(ours, likeness), likeness),
        key="rates-chart",
        config=CHART_CONFIG,
        alt="Likeness against rate, ours and other codecs. JSON and CSV have the figures.",
    )
    st.markdown(
        ":small[Ringed: the lower hull of ours. Nominal: the indices alone, fixed length. "
        "PNG-8 is VQ with blocks of 1 × 1 pixels.]"
    )
    tell_what_is_missing(study)
    show_deltas(curves)
    show_target([study, *pinned])


def tell_what_is_missing(study: Study) -> None:
    for codec in missing_rivals():
        st.markdown(f":small[The installed Pillow cannot write {RIVALS[codec].name}.]")
    for codec in present_rivals():
        refusal = known_rival(study, codec, RIVALS[codec].levels[0])
        if isinstance(refusal, RivalError):
            st.markdown(f":small[{plain(str(refusal))}.]")


def show_deltas(curves: Sequence[Curve]) -> None:
    """Say by how much ours wins or loses, over the range that both curves cover."""
    rows = [
        {
            "Ours against": delta.against,
            "Bytes at equal PSNR": delta.bytes_in_words,
            "PSNR at equal bytes": delta.psnr_in_words,
        }
        for delta in deltas(curves)
    ]
    if rows:
        st.subheader("Who needs more bytes", anchor=False)
        st.table(rows)
        st.markdown(":small[Bjøntegaard's mean differences, over the range that both cover.]")


TARGETS: dict[str, Callable[[Sequence[OperatingPoint], float], OperatingPoint | None]] = {
    "At most (kB)": lambda points, value: best_within_bytes(points, int(1000 * value)),
    "At least (dB)": cheapest_from_psnr,
    "Ratio at least": best_from_ratio,
}


def show_target(studies: Sequence[Study]) -> None:
    """Find the setting that meets a target, among those swept."""
    st.subheader("By target", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = st.selectbox("Target", list(TARGETS), key="target", bind="query-params", width=180)
        value = st.number_input(
            "Value", 0.0, value=20.0, key="value", bind="query-params", width=140
        )
        points = [point for study in studies for point in study.points]
        best = TARGETS[target](points, value)
        if best is None:
            st.markdown("No setting swept meets it.")
            return
        study = next(study for study in studies if best in study.points)
        name = settings_name(study.settings, study.plan.layout)
        st.markdown(f"**{name}, K = {best.codebook_size}**: {in_short(best)}")
        st.button("Show it", on_click=lambda: adopt(study, best.codebook_size))


def adopt(study: Study, size: int) -> None:
    """Set the sidebar's controls to a study's settings, and choose a K."""
    settings = study.settings
    controls = {"block": settings.block_size, "trainer": settings.trainer, "seed": settings.seed}
    st.session_state.update(controls | {"rate": settings.rate_weight})
    if not study.picture.is_gray:
        st.session_state.colour = settings.colour
    choose_size(size)
    st.rerun()


def pictures_panel(study: Study) -> list[Pieces]:
    studies = upload_studies(study)
    if len(studies) < 2:
        st.markdown("Upload two pictures or more to compare them here.")
        return []
    show_pictures(studies)
    show_each(studies, choose_common_size(study))
    show_means(studies)
    return [sweeping(studies)]


def upload_studies(study: Study) -> list[Study]:
    return [
        study_of(name, picture, study.settings, study.sizes)
        for name, picture in uploaded_pictures().items()
    ]


def show_pictures(studies: Sequence[Study]) -> None:
    curves = [picture_curve(study.name, study.points) for study in studies if study.points]
    st.plotly_chart(
        plots.pictures_figure(curves, mean_rows([study.points for study in studies])),
        key="pictures-chart",
        config=CHART_CONFIG,
        alt="PSNR against rate for each upload, and their mean. The tables have the figures.",
    )


def choose_common_size(study: Study) -> int:
    """Choose a K for all pictures, at first the one of the viewer."""
    size = chosen_size(study.plan)
    first = study.sizes.index(size) if size in study.sizes else len(study.sizes) - 1
    return st.selectbox("K", study.sizes, first, key="each", bind="query-params", width=180)


def show_each(studies: Sequence[Study], size: int) -> None:
    """Show every picture at a K, or at its largest, where its distinct blocks allow no more."""
    rows = [
        picture_row(study.name, study.steps[own].point, study.picture.origin)
        for study in studies
        if (own := min(size, study.plan.sizes[-1])) in study.steps
    ]
    show_rows(rows, PICTURE_COLUMNS, "Every picture at the K chosen")


def show_means(studies: Sequence[Study]) -> None:
    rows = mean_rows([study.points for study in studies])
    st.subheader(f"Mean and standard deviation of {len(studies)} pictures", anchor=False)
    show_rows(rows, MEAN_COLUMNS, "Mean and standard deviation by codebook size")
    if any(row["psnr_db"] == inf for row in rows):
        st.markdown(":small[A mean is lossless as soon as one picture is.]")


def training_panel(study: Study) -> list[Pieces]:
    with st.container(gap=None):
        layers = st.container(gap=None)
        COMPONENTS["training"](key="training", data={"sweep": study.sweep_id})
    show_rungs(study)
    st.subheader("Trainers", anchor=False)
    size = choose_contest(study.plan)
    if size is None:
        return [bringing_replays(study, layers)]
    rivals = trainer_settings(study)
    show_runs([run for run in (known_run(study, each, size) for each in rivals) if run])
    return [bringing_replays(study, layers), racing(study, rivals, size)]


def bringing_replays(study: Study, layers: DeltaGenerator) -> Pieces:
    """Replay every rung, first that of the K asked for, and bring each to the page at once."""
    first = chosen_size(study.plan)
    known = [size for size in rungs(study) if known_frames(study, size)]
    missing = sorted({*rungs(study)} - {*known}, key=lambda size: (size != first, size))
    bring_replays(study, known, layers, whole=not missing)
    for place, size in enumerate(missing, len(known)):
        yield from replaying(study, size, place / (len(known) + len(missing)))
        bring_replays(study, [size], layers, whole=False)


def bring_replays(study: Study, sizes: Sequence[int], place: DeltaGenerator, whole: bool) -> None:
    layers = {size: replay_bytes(study.sweep_id, size, study) for size in sizes}
    bring_sizes(place, "training", layers, whole)


def choose_contest(plan: Plan) -> int | None:
    """Choose whether to compare trainers, and at which K."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        meaning = "Each run is real; three seeds each."
        if not st.toggle("Compare trainers", key="compare", bind="query-params", help=meaning):
            return None
        first = plan.sizes.index(chosen_size(plan))
        return st.selectbox("K", plan.sizes, first, key="contest", bind="query-params", width=180)


def show_rungs(study: Study) -> None:
    st.subheader("Rungs", anchor=False)
    rows = [rung_row(size, rung) for size, rung in rungs(study).items()]
    show_rows(rows, RUNG_COLUMNS, "How each codebook size was trained")


def trainer_settings(study: Study) -> list[Settings]:
    training = study.settings.training
    return [replace(training, trainer=it, seed=seed) for it in TRAINERS for seed in SEEDS]


def show_runs(runs: Sequence[Run]) -> None:
    st.plotly_chart(
        plots.trainers_figure(runs),
        key="trainers-chart",
        config=CHART_CONFIG,
        alt="PSNR against seconds of training, for each trainer and seed",
    )


def another_codebook_panel(study: Study) -> list[Pieces]:
    """Encode the picture with an uploaded codebook, beside its own of the same block size and K."""
    codebooks = {it.name: it for it in fitting_codebooks(study.picture)}
    if not codebooks:
        wanted = "in gray, for this gray picture" if study.picture.is_gray else "of other pictures"
        st.markdown(f"Upload a codebook (.npz) {wanted}: *Download* has that of each picture.")
        return []
    keep_valid("codebook", list(codebooks), next(iter(codebooks)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Codebook", list(codebooks), key="codebook", bind="query-params")
        chosen = codebooks[name]
        st.button("Show it on side B", on_click=lambda: choose_use(chosen.id))
    own = study_with_own(study, chosen.shared)
    uses: list[tuple[str, Use | Step]] = [(name, used(study, chosen.shared))]
    uses += [("This picture's own", step) for step in own.steps.values()]
    show_uses(uses, use_stems(own, name))
    return [sweeping([own])]


def study_with_own(study: Study, shared: SharedCodebook) -> Study:
    """Return the study of the same picture at a codebook's block size, colour mode and K."""
    settings = settings_with(study, shared)
    return study_of(study.name, study.picture, settings, (shared.codebook.size,))


def settings_with(study: Study, shared: SharedCodebook) -> Settings:
    return replace(study.settings, block_size=shared.block_size, colour=shared.colour)


def used(study: Study, shared: SharedCodebook) -> Use:
    rate_weight = study.settings.rate_weight
    key = study.picture.digest, shared.checksum, rate_weight
    if known := STORE.find("use", *key):
        return known
    work = use_work(study.picture, shared, rate_weight)
    return STORE.keep(waited_for(work, "Encoding with that codebook"), "use", *key)


def use_stems(own: Study, codebook: str) -> list[str]:
    """Return how the files are called: with the codebook of that name, and with the own."""
    [asked], [possible] = own.sizes, own.plan.sizes
    alone = provenance_of(own.picture, own.settings, possible)
    untrained = replace(own.settings, trainer="lbg", seed=0)
    elsewhere = provenance_of(own.picture, untrained, asked)
    return [f"{elsewhere.file_stem}-with-{stem_of(codebook)}", alone.file_stem]


def show_uses(uses: Sequence[tuple[str, Use | Step]], stems: Sequence[str]) -> None:
    st.table([use_row(plain(name), use.point) for name, use in uses])
    name, elsewhere = uses[0]
    st.markdown(f":small[{plain(name)}: {kept_elsewhere(elsewhere.point.codebook_bytes)}]")
    for (name, use), stem in zip(uses, stems, strict=False):
        offer_use(name, use, stem)


def offer_use(name: str, use: Use | Step, stem: str) -> None:
    label = f"{plain(name)}: compressed (.vq)"
    st.download_button(label, use.file, file_name=f"{stem}.vq", on_click="ignore", type="tertiary")


def health_panel(study: Study) -> list[Pieces]:
    show_health(study)
    show_health_over_sizes(study)
    other = choose_other(study)
    needed = [examining(study), holding_out(study)]
    if other is None:
        return needed
    show_transfers(study, other)
    return [*needed, lending(study, other)]


def show_health(study: Study) -> None:
    """Show the health of each size; which, the page itself knows from the viewer."""
    others = known_held_out(study)
    judged = [(it, verdicts(it, others.get(size))) for size, it in known_healths(study).items()]
    if judged:
        COMPONENTS["health"](key="health", data=health_layer(study.sweep_id, judged))
    else:
        st.markdown("The figures come when all sizes are trained.")


def show_health_over_sizes(study: Study) -> None:
    healths, results = known_healths(study), known_held_out(study)
    if not healths:
        return
    show_health_charts(list(healths.values()), list(results.values()), study.plan.sizes)
    if st.toggle("Figures of every size", key="healths", bind="query-params"):
        show_health_figures(healths, results)


def show_health_figures(healths: Mapping[int, Health], results: Mapping[int, HeldOut]) -> None:
    rows = [health_row(health, results.get(size)) for size, health in healths.items()]
    show_rows(rows, HEALTH_COLUMNS, "Every figure of health of every codebook size")
    st.markdown(
        ":small[Median and least: blocks of a codeword in use. Codebook: its share of the file. "
        "Gap: learnt by heart. Nearest and farthest: two codewords, root mean squared difference "
        "in gray levels. Worst 10: cells, their share of the squared error.]"
    )


def show_health_charts(
    healths: Sequence[Health], results: Sequence[HeldOut], sizes: Sequence[int]
) -> None:
    left, right = st.columns(2)
    with left:
        st.subheader("Perplexity", anchor=False)
        figure = plots.perplexity_figure(healths, sizes)
        show_chart(figure, sizes, "perplexity", "Perplexity against K")
        st.markdown(":small[As many codewords, all used alike, would need as many bits.]")
    with right:
        st.subheader("Learnt by heart", anchor=False)
        figure = plots.held_out_figure(results, sizes)
        alt = "PSNR of blocks trained on, and of the others, against K"
        show_chart(figure, sizes, "held-out", alt)
        st.markdown(
            ":small[Trained on a random half of the blocks, then tried on the others. The gap is "
            "what is learnt by heart.]"
        )


def choose_other(study: Study) -> Study | None:
    """Choose whether to try the codebooks on another picture, and on which."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        meaning = "It is encoded with these codebooks, and with its own."
        if not st.toggle("Try another picture", key="try", bind="query-params", help=meaning):
            return None
        others = pictures_alike(study)
        keep_valid("other", [None, *others], None)
        name = st.selectbox(
            "Picture to try",
            list(others),
            index=None,
            key="other",
            bind="query-params",
            placeholder="Choose a picture",
            width=280,
        )
    return study_of(name, others[name], study.settings, study.sizes) if name else None


def pictures_alike(study: Study) -> dict[str, Picture]:
    """Return the other pictures whose blocks have as many samples, by name."""
    settings, layout = study.settings, study.plan.layout
    samples = {name: sample(name) for name in SAMPLES}
    return {
        name: picture
        for name, picture in (uploaded_pictures() | samples).items()
        if name != study.name
        and layout_of(picture, settings.block_size, settings.colour).dimension == layout.dimension
    }


def show_transfers(study: Study, other: Study) -> None:
    transfers = known_transfers(study, other).values()
    if transfers:
        rows = rows_of(TRANSFER_COLUMNS, transfers)
        show_rows(rows, TRANSFER_COLUMNS, f"PSNR of {other.name} with its own codebooks and these")


START_NAMES: dict[Start, str] = {"random": "At random", "ladder": "From the ladder"}


def plane_panel(study: Study) -> list[Pieces]:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=PLANE_WIDTH):
            show_plane(study.picture)
        with st.container(width=PLANE_WIDTH):
            show_projection(study)
    return []


@st.fragment(key="plane")
def show_plane(picture: Picture) -> None:
    """Show the quantizer of pixel pairs, and Lloyd's steps from where a hand put the codewords."""
    st.subheader("Pairs of pixels", anchor=False)
    start, size = choose_start()
    codewords = first_of(picture.digest, size, start, picture)
    if len(codewords) < size:
        st.info(f"Few pairs are distinct, so K goes no higher than {len(codewords)}.")
    of = f"{picture.digest} {size} {start}"
    edit = st.session_state.get("edit") or {}
    if edit.get("of") == of:
        codewords = edit["codewords"] or codewords
    data = path_bytes(of, codewords, picture)
    COMPONENTS["plane"](key="plane", data=data, on_edit_change=keep_edit)
    st.markdown(
        ":small[Each pair of neighbours, left and right, is a point, stronger where there are "
        "more. These are true cells: every pair goes to its nearest codeword. Lloyd moves each "
        "codeword to the mean of its cell; one with an empty cell stays where it is.]"
    )


def keep_edit() -> None:
    """Keep what a hand did: what the component itself holds is gone when another panel is open."""
    st.session_state.edit = st.session_state.plane["edit"]


def choose_start() -> tuple[Start, int]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.slider("K", 1, MAX_CODEWORDS, 16, key="pairs", bind="query-params", width=200)
        start: Start = st.segmented_control(
            "Start",
            get_args(Start),
            default="random",
            required=True,
            format_func=START_NAMES.__getitem__,
            key="start",
            bind="query-params",
        )
    return start, size


@st.cache_data(max_entries=32, show_spinner=False)
def density_of(digest: str, _picture: Picture) -> Any:
    return pair_density(_picture)


@st.cache_data(max_entries=256, show_spinner=False)
def first_of(digest: str, size: int, start: Start, _picture: Picture) -> list[list[float]]:
    return first_codewords(density_of(digest, _picture), size, start).tolist()


@st.cache_data(max_size="32MiB", show_spinner=False)
def path_bytes(of: str, codewords: list[list[float]], _picture: Picture) -> bytes:
    density = density_of(_picture.digest, _picture)
    return plane_layer(of, density, lloyd_path(density, codewords))


def show_projection(study: Study) -> None:
    """Show the blocks and the codewords along the blocks' principal axes."""
    layout = study.plan.layout
    st.subheader(f"Blocks of {layout.block_size} × {layout.block_size}", anchor=False)
    data = projection_bytes(study.sweep_id, tuple(study.steps), study)
    COMPONENTS["projection"](key="projection", data=data)
    st.markdown(
        f":small[The two directions, of {layout.dimension}, in which the blocks differ most. "
        "The larger a codeword, the more blocks use it; a cross is dead. **Cells in a projection "
        "are not the true cells**: the codeword that looks nearest here need not be.]"
    )


@st.cache_data(max_size="32MiB", show_spinner=False)
def projection_bytes(sweep_id: str, sizes: tuple[int, ...], _study: Study) -> bytes:
    axes = axes_of(_study.picture.digest, _study.plan.layout, _study.picture)
    books = {size: step.encoded for size, step in _study.steps.items()}
    return projection_layer(_study.sweep_id, axes, books)


@st.cache_data(max_entries=64, show_spinner=False)
def axes_of(digest: str, layout: BlockLayout, _picture: Picture) -> PrincipalPlane:
    return principal_plane(layout.split(shown_pixels(_picture, layout)))


def choose_panel() -> str:
    return st.segmented_control(
        "Panel",
        list(PANELS),
        default=next(iter(PANELS)),
        required=True,
        key="panel",
        bind="query-params",
        label_visibility="collapsed",
    )


def place_of(panel: str) -> DeltaGenerator:
    """Return the place of the open panel; what another has left in its own goes at once."""
    with st.container(gap=None):
        places = {name: st.container() if name == panel else st.empty() for name in PANELS}
    return places[panel]


def show_panels(study: Study, place: DeltaGenerator) -> list[Pieces]:
    """Show the open panel, if there is anything yet, and return the work it still needs.

    The place is empty before, so that no panel of another picture stands there meanwhile.
    """
    if not study.steps:
        return []
    with place.container():
        panel = choose_panel()
        with place_of(panel):
            return PANELS[panel](study)


PANELS: dict[str, Callable[[Study], list[Pieces]]] = {
    "Codebook size": sizes_panel,
    "Training": training_panel,
    "Rate–distortion": rates_panel,
    "All pictures": pictures_panel,
    "Health": health_panel,
    "Plane": plane_panel,
    "Another codebook": another_codebook_panel,
}


def lab(name: str, picture: Picture) -> None:
    """Sweep a picture and show what is there so far, until all of it is."""
    with st.sidebar:
        settings, sizes = choose_settings(picture.is_gray)
    study = study_of(name, picture, settings, sizes)
    show_facts(name, study.plan.layout, picture.origin)
    tell_clamping(study.plan.distinct_blocks)
    progress, layers = ProgressPlace((study.sweep_id, sizes)), Layers()
    results = st.container()
    with st.container(key="below"):
        panels = st.empty()
    layers.bring_known(study)
    with results:
        show_results(study)
    figures = as_uploaded(picture, study.plan.layout)
    layers.bring_original(picture, study.plan.layout, figures)
    with closing(missing_steps(study)) as events:
        if not study.steps:
            advance(study, events, progress, layers, FIRST_RESULTS_SECONDS)
        more = show_panels(study, panels)
        layers.bring_files(study.original_id, study.plan.layout, study.name)
        if not study.is_complete:
            advance(study, events, progress, layers, REDRAW_SECONDS)
            st.rerun()
    if work(more, progress):
        st.rerun()
    progress.end()


def show_file(name: str, file: VqFile) -> None:
    """Show a .vq file as pictures are, beside its original if that is uploaded."""
    layout, size = file.encoded.layout, file.encoded.codebook.size
    show_facts(name, layout)
    tell_clamping(None)
    progress, layers = ProgressPlace(file.digest), Layers()
    layers.bring_codebooks(file.digest, {size: file.encoded}, whole=True)
    pictures = uploaded_pictures()
    nearest = nearest_name(file, pictures, progress)
    original = None if nearest is None else pictures[nearest]
    with st.container():
        show_file_viewer(name, file, original)
    if nearest is not None:
        bring_pictures(layers, nearest, pictures[nearest], layout)
    layers.bring_figures(file.digest, str(size), [file_figures(file, original, progress)])
    progress.end()


def bring_pictures(layers: Layers, name: str, original: Picture, layout: BlockLayout) -> None:
    """Bring the original of a file, by its name, and beside it the other uploads."""
    layers.bring_original(original, layout, f"{name} · {as_uploaded(original, layout)}")
    layers.bring_files(original_id(original, layout), layout, name)


def nearest_name(
    file: VqFile, pictures: Mapping[str, Picture], progress: ProgressPlace
) -> str | None:
    """Return the name of the picture that a file was made from, as far as can be told."""
    key = file.digest, *((name, it.digest) for name, it in pictures.items())
    if not (known := STORE.find("original", *key)):
        work = nearest_work(file.encoded, pictures)
        nearest = worked_at(work, progress, "Looking for the original")
        known = STORE.keep([nearest], "original", *key)
    return known[0]


def file_figures(file: VqFile, original: Picture | None, progress: ProgressPlace) -> Figures:
    point = file_point(file, original, progress) if original else cost_of(file.encoded, file.size)
    return point, "" if file.holds_codebook else kept_elsewhere(point.codebook_bytes)


def file_point(file: VqFile, original: Picture, progress: ProgressPlace) -> OperatingPoint:
    key = file.digest, original.digest
    if known := STORE.find("file", *key):
        return known
    pixels = shown_pixels(original, file.encoded.layout)
    work = point_work(pixels, file.encoded, file.size, train_seconds=0.0, encode_seconds=0.0)
    return STORE.keep(worked_at(work, progress, "Comparing with the original"), "file", *key)


@st.fragment(key="viewer")
def show_file_viewer(name: str, file: VqFile, original: Picture | None) -> None:
    layout = file.encoded.layout
    with st.container(gap=None):
        show_viewer(
            file.digest,
            layout,
            name=name,
            sweep=file.digest,
            original=original_id(original, layout) if original else None,
            size=file.encoded.codebook.size,
            upload=origin_in_brief(original.origin) if original else "",
            link={"needs": name, "digest": short_digest(file)},
            source={"stem": stem_of(name), "texts": {"Software": PROGRAM, "file": name}},
            rivals=[],
            codebooks=[],
            offers=False,
        )


@st.fragment(key="viewer")
def show_results(study: Study) -> None:
    """Show the viewer, and bring what it asks for: a rival's file, downloads.

    To ask for these reruns this alone.
    """
    source = provenance_of(study.picture, study.settings)
    with st.container(gap=None):
        show_viewer(
            study.picture.digest,
            study.plan.layout,
            name=study.name,
            sweep=study.sweep_id,
            original=study.original_id,
            size=chosen_size(study.plan),
            upload=origin_in_brief(study.picture.origin),
            link=link_of(study),
            source={"stem": source.file_stem, "texts": source.texts},
            rivals=[(codec, RIVALS[codec].name) for codec in present_rivals()],
            codebooks=[(it.id, it.name) for it in fitting_codebooks(study.picture)],
            offers=True,
        )
        if step := step_to_offer(study):
            offer_downloads(study, step)
        for name, data in (match_layers(study) | use_layers(study)).items():
            COMPONENTS["layer"](key=f"layer-{name}", data=data)


def main() -> None:
    st.set_page_config("VQ Lab", page_icon="🔲", layout="wide")
    st.html(f"<style>{PAGE_STYLE}</style>")
    take_old_link()
    with st.sidebar:
        st.title("VQ Lab", anchor=False)
        name, chosen = choose_picture()
    if needed := missing_file():
        ask_for(needed)
    elif isinstance(chosen, VqFile):
        show_file(name, chosen)
    else:
        lab(name, chosen)


if __name__ == "__main__":
    main()
