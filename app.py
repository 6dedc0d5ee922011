"""VQ Lab, the dashboard: settings -> cached calls into vqcore -> panels."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vqcore import exports, plots
from vqcore.blocks import (
    COLOURS,
    MAX_BLOCK_SIZE,
    BlockLayout,
    Colour,
    shown_pixels,
    tile_sheet,
)
from vqcore.codec import Encoded, Settings
from vqcore.container import FileError, is_vq, parse
from vqcore.metrics import compression_ratio, rate_bpp
from vqcore.pictures import (
    MAX_BYTES,
    SAMPLES,
    Picture,
    PictureError,
    png_bytes,
    read_picture,
    sample_picture,
)
from vqcore.sweep import (
    SHOWN_FIRST,
    OperatingPoint,
    Plan,
    Preview,
    Step,
    ladder_sizes,
    parse_sizes,
    plan_sweep,
    sweep,
)
from vqcore.training import TRAINERS, Progress, Trained, Trainer
from vqcore.viewer import (
    LAYER_JS,
    VIEWER_CSS,
    VIEWER_HTML,
    VIEWER_JS,
    codebook_layer,
    figures_layer,
    file_layer,
    original_layer,
)

COLOUR_NAMES = {"gray": "Gray", "rgb": "RGB", "ycbcr": "YCbCr"}
TRAINER_NAMES = {
    "lbg": "LBG ladder",
    "kmeans": "k-means++ (scikit-learn)",
    "minibatch": "Mini-batch k-means (scikit-learn)",
}
LARGEST_SIZES = [2**power for power in range(1, 13)]
DEFAULT_SIZE = 32
RATE_WEIGHTS = [0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
SMALLEST_VIEW = 320
FIGURE_WIDTH = 98
FIRST_RESULTS_SECONDS = 0.5
REDRAW_SECONDS = 5
PROGRESS_SECONDS = 0.1
TILE_SIDE = 24

bring_layer = st.components.v2.component("vq_layer", js=LAYER_JS)
viewer = st.components.v2.component(
    "vq_viewer", html=VIEWER_HTML, css=VIEWER_CSS, js=VIEWER_JS
)


@dataclass(frozen=True, eq=False)
class VqFile:
    """An uploaded .vq file: it needs no training, and has no original."""

    name: str
    encoded: Encoded
    size: int


# Cached calls: keyed by digest and settings, never by an array; what starts with _ is no key.


@st.cache_data(max_entries=len(SAMPLES), show_spinner=False)
def sample(name: str) -> Picture:
    return sample_picture(name)


@st.cache_data(max_size="512MiB", show_spinner=False)
def uploaded(file_id: str, name: str, _data: bytes) -> Picture | Encoded:
    return parse(_data) if is_vq(_data) else read_picture(_data, name)


@st.cache_data(max_entries=1024, show_spinner=False)
def planned(digest: str, settings: Settings, sizes: tuple[int, ...], _picture: Picture) -> Plan:
    return plan_sweep(_picture, settings, sizes)


@st.cache_data(max_size="256MiB", show_spinner=False)
def stored(digest: str, settings: Settings, size: int, _step: Step | None = None) -> Step:
    """Give back the step that was once handed in; LookupError, which is not cached, before."""
    if _step is None:
        raise LookupError(size)
    return _step


@st.cache_data(max_size="128MiB", show_spinner=False)
def stored_codebook(
    digest: str, training: Settings, size: int, _trained: Trained | None = None
) -> Trained:
    """Do as `stored` does: a codebook serves all rate weights."""
    if _trained is None:
        raise LookupError(size)
    return _trained


@st.cache_data(max_size="256MiB", show_spinner=False)
def original_bytes(original: str, _picture: Picture, _layout: BlockLayout) -> bytes:
    return original_layer(original, shown_pixels(_picture, _layout))


@st.cache_data(max_size="256MiB", show_spinner=False)
def codebook_bytes(sweep_id: str, size: int, _encoded: Encoded) -> bytes:
    return codebook_layer(sweep_id, size, _encoded)


# Sidebar


def choose_picture() -> Picture | VqFile:
    st.file_uploader(
        "Upload pictures or .vq files",
        accept_multiple_files=True,
        key="files",
        on_change=choose_newest,
        max_upload_size=MAX_BYTES // 1_000_000,
    )
    pictures, refusals = open_files()
    for refusal in refusals:
        st.error(refusal)
    names = [*pictures, *SAMPLES]
    keep_valid("picture", names, names[0])
    name = st.selectbox("Picture", names, key="picture", bind="query-params")
    return pictures[name] if name in pictures else sample(name)


def open_files() -> tuple[dict[str, Picture | VqFile], list[str]]:
    """Open what is uploaded: the pictures by name, and why the others are refused."""
    pictures: dict[str, Picture | VqFile] = {}
    refusals = []
    for file in st.session_state.get("files", []):
        try:
            content = uploaded(file.file_id, file.name, file.getvalue())
            name = unused_name(file.name, {*pictures, *SAMPLES})
            if isinstance(content, Encoded):
                pictures[name] = VqFile(name, content, file.size)
            else:
                pictures[name] = content
        except (PictureError, FileError) as error:
            refusals.append(f"**{plain(file.name)}**: {plain(str(error))}")
    return pictures, refusals


def unused_name(name: str, taken: set[str]) -> str:
    """Number a name that is taken: photo.png (2)."""
    number = 1 + sum(other == name or other.startswith(f"{name} (") for other in taken)
    return name if name not in taken else f"{name} ({number})"


def choose_newest() -> None:
    pictures, _ = open_files()
    if pictures:
        st.session_state.picture = list(pictures)[-1]


def choose_settings(is_gray: bool) -> Settings:
    block_size = st.slider(
        "Block size (pixels)",
        1,
        MAX_BLOCK_SIZE,
        8,
        key="block",
        bind="query-params",
        help="The picture is cut into square blocks (patches) this wide and high.",
    )
    colour = choose_colour(is_gray)
    trainer = choose_trainer()
    seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")
    return Settings(block_size, colour, trainer, seed, choose_rate_weight())


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


def choose_sizes() -> tuple[int, ...]:
    largest = st.select_slider(
        "Largest codebook", LARGEST_SIZES, 1024, key="largest", bind="query-params"
    )
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
    return re.sub(r"([^\w\s])", r"\\\1", text)


# Work


@dataclass(frozen=True, eq=False)
class Study:
    """A picture, how it is to be quantized, and the sizes that are done."""

    picture: Picture
    settings: Settings
    plan: Plan
    steps: dict[int, Step]

    @property
    def key(self) -> tuple[str, Settings]:
        return self.picture.digest, self.settings

    @property
    def points(self) -> list[OperatingPoint]:
        return [self.steps[size].point for size in self.plan.sizes if size in self.steps]

    @property
    def original(self) -> str:
        """Name the picture's layers on the page."""
        return f"{self.picture.digest} {self.plan.layout.channels}"

    @property
    def sweep(self) -> str:
        """Name the sweep's layers on the page."""
        return f"{self.picture.digest} {self.settings}"


def study_of(picture: Picture, settings: Settings, sizes: tuple[int, ...]) -> Study:
    plan = planned(picture.digest, settings, sizes, picture)
    return Study(picture, settings, plan, known(stored, picture.digest, settings, plan))


def known(look_up: Callable[..., Any], digest: str, settings: Settings, plan: Plan) -> dict:
    """Return by size what a store holds already."""
    found = {}
    for size in plan.sizes:
        with suppress(LookupError):
            found[size] = look_up(digest, settings, size)
    return found


def missing_steps(study: Study) -> Generator[Progress | Preview | Step]:
    picture, settings, plan = study.picture, study.settings, study.plan
    missing = [size for size in plan.sizes if size not in study.steps]
    trained = known(stored_codebook, picture.digest, settings.training, plan)
    return sweep(picture, settings, missing, trained=trained)


def advance(
    study: Study,
    events: Iterator[Progress | Preview | Step],
    bar: DeltaGenerator,
    layers: Layers,
    seconds: float,
) -> None:
    """Train under a progress bar until time is up and there is something new to show.

    The viewer gets each size at once; what else is on the page waits for the next run.
    """
    start = shown = monotonic()
    for event in events:
        if isinstance(event, Progress):
            if monotonic() - shown > PROGRESS_SECONDS:
                shown = monotonic()
                done = sum(study.steps) / sum(study.plan.sizes)
                bar.progress(done, f"Training K = {event.codebook_size}")
            continue
        size = take(study, event, layers)
        if size >= SHOWN_FIRST and monotonic() - start > seconds:
            return


def take(study: Study, event: Preview | Step, layers: Layers) -> int:
    """Keep what is done, bring it to the page, and return its K."""
    digest, settings = study.key
    if isinstance(event, Preview):
        size = event.codebook_size
        stored_codebook(digest, settings.training, size, event.trained)
        layers.bring_codebook(study, size, event.encoded)
    else:
        size = event.point.codebook_size
        study.steps[size] = stored(digest, settings, size, event)
        layers.bring_figures(study, event)
    return size


class Layers:
    """What the page needs to decode: invisible elements, one a layer."""

    def __init__(self) -> None:
        self._places = {kind: st.container(gap=None) for kind in ("pictures", "sizes", "figures")}

    def bring_original(self, study: Study) -> None:
        data = original_bytes(study.original, study.picture, study.plan.layout)
        self._bring("pictures", "original", data)

    def bring_files(self, study: Study) -> None:
        """Bring the other uploads of the same size as they are: the browser decodes them."""
        for file in st.session_state.get("files", []):
            with suppress(PictureError, FileError):
                other = uploaded(file.file_id, file.name, file.getvalue())
                if isinstance(other, Picture) and is_alike(other, study.picture):
                    size = (other.width, other.height)
                    data = file_layer(
                        study.original, file.name, size, file.getvalue(), "as uploaded"
                    )
                    self._bring("pictures", file.file_id, data)

    def bring_codebook(self, study: Study, size: int, encoded: Encoded) -> None:
        self._bring("sizes", f"codebook-{size}", codebook_bytes(study.sweep, size, encoded))

    def bring_figures(self, study: Study, step: Step) -> None:
        size = step.point.codebook_size
        data = figures_layer(study.sweep, size, figures_in_short(step))
        self._bring("figures", f"figures-{size}", data)

    def _bring(self, place: str, name: str, data: bytes) -> None:
        with self._places[place]:
            bring_layer(key=f"layer-{name}", data=data)


def is_alike(other: Picture, picture: Picture) -> bool:
    """Tell whether another picture can be laid over this one."""
    return other.digest != picture.digest and other.pixels.shape[:2] == picture.pixels.shape[:2]


# Panels


def show_facts(name: str, layout: BlockLayout) -> None:
    st.header(plain(name), anchor=False)
    st.markdown(
        f"{layout.width} × {layout.height} pixels · {COLOUR_NAMES[layout.colour]} · "
        f"{count(layout.blocks)} blocks of {layout.block_size} × {layout.block_size} · "
        f"{count(layout.raw_bytes)} bytes uncompressed"
    )


def tell_clamping(plan: Plan) -> None:
    if plan.distinct_blocks is not None:
        distinct = count(plan.distinct_blocks)
        verb = "block is" if plan.distinct_blocks == 1 else "blocks are"
        st.info(f"Only {distinct} {verb} distinct, so K goes no higher than {distinct}.")


def explain(layout: BlockLayout) -> None:
    with st.expander("What am I looking at?"):
        st.markdown(
            f"""
**Blocks.** The picture is cut into {count(layout.blocks)} blocks (patches) of
{layout.block_size} × {layout.block_size} pixels.

**Codebook.** Training finds K typical blocks. They are the codewords; together they are the
codebook.

**Index.** Each block is stored as the number of the codeword most like it. With K = 32 that takes
5 bits, where the block itself has {count(layout.block_bits)}. To decode is to
look the codewords up.

**Try it.** K = 1 makes every block the same and says nothing. K = 2 is already a surprise.
At K = 32 you may have to look twice.
"""
        )


def show_progress(bar: DeltaGenerator, study: Study) -> None:
    steps, sizes = study.steps, study.plan.sizes
    seconds = sum(point.train_seconds for point in study.points)
    text = f"{len(steps)} of {len(sizes)} codebooks trained, in {seconds:.1f} s"
    bar.progress(sum(steps) / sum(sizes), text)


def chosen_size(plan: Plan) -> int:
    """Return the K that the viewer, a chart or the address asks for, and keep it in the address."""
    text = st.query_params.get("k", "")
    linked = int(text) if text.isdecimal() else 0
    size = st.session_state.get("size", linked)
    if size not in plan.sizes:
        size = min(plan.sizes, key=lambda other: abs(other - DEFAULT_SIZE))
    if text != str(size):
        st.query_params["k"] = str(size)
    return size


def show_viewer(study: Study, size: int) -> None:
    """Show the layers that the page has; the page decodes."""
    viewer(
        key="viewer",
        data={
            "sweep": study.sweep,
            "original": study.original,
            "picture": study.picture.digest,
            "name": study.picture.name,
            "size": size,
            "asked": st.session_state.get("asked", 0),
        },
        on_view_change=take_view,
    )


def take_view() -> None:
    st.session_state.size = st.session_state.viewer["view"]["size"]


def figures_in_short(step: Step) -> str:
    point = step.point
    figures = [
        f"PSNR {decibels(point.psnr_db)}",
        f"SSIM {similarity(point.ssim)}",
        f"{point.rate_bpp:.4f} bpp",
        ratio(point.file_ratio),
        f"{count(point.file_bytes)} bytes",
    ]
    return " · ".join(figures)


def show_pixels(place: DeltaGenerator, png: bytes, width: int, alternative: str) -> None:
    """Show a PNG untouched; a width below the picture's own would make streamlit resample it."""
    place.image(png, width=width, output_format="PNG", alt=alternative)


def view_width(layout: BlockLayout) -> int:
    """Enlarge small pictures, and no others."""
    return max(layout.width, SMALLEST_VIEW * layout.width // max(layout.width, layout.height))


def show_figures(step: Step) -> None:
    point = step.point
    with st.container(horizontal=True, gap="xsmall", key="figures"):
        figure("PSNR", decibels(point.psnr_db), "Peak signal-to-noise ratio; higher is closer.")
        figure("SSIM", similarity(point.ssim), "Structural similarity, 1 for equal pictures.")
        figure("File", kilobytes(point.file_bytes), "The .vq file, codebook and all.")
        figure("File ratio", ratio(point.file_ratio), "Uncompressed bytes over file bytes.")
        figure("Rate", f"{point.rate_bpp:.4f} bpp", "File bits for each pixel.")
        figure(
            "Nominal",
            ratio(point.nominal_ratio),
            "The textbook's: log2 K bits for each block, and no codebook.",
        )
        figure(
            "Entropy",
            kilobytes(point.entropy_bytes),
            "The indices at their first-order entropy: seldom used ones cost more bits.",
        )
        figure("Codebook", kilobytes(point.codebook_bytes), "All codewords at 8 bits a sample.")
        figure(
            "In use",
            f"{point.used_codewords} of {point.codebook_size}",
            "Codewords that at least one block uses.",
        )


def figure(label: str, value: str, meaning: str) -> None:
    st.metric(label, value, help=meaning, width=FIGURE_WIDTH)


def tell_sample(plan: Plan, step: Step) -> None:
    blocks, sample_size = plan.layout.blocks, step.trained.sample
    if sample_size < blocks:
        st.markdown(
            f":small[Trained on a sample of {count(sample_size)} blocks, "
            f"finished on all {count(blocks)}.]"
        )


def offer_file(picture: Picture, step: Step) -> None:
    st.download_button(
        "Download .vq",
        step.file,
        file_name=f"{picture.name}-K{step.point.codebook_size}.vq",
        mime="application/octet-stream",
        on_click="ignore",
    )


def show_file(file: VqFile) -> None:
    """Show a .vq by itself: the picture it holds, and its codebook."""
    layout, encoded = file.encoded.layout, file.encoded
    size = encoded.codebook.size
    show_facts(file.name, layout)
    with st.container(horizontal=True, key="figures"):
        figure("File", kilobytes(file.size), "The .vq file, codebook and all.")
        file_ratio = compression_ratio(layout.raw_bytes, file.size)
        figure("File ratio", ratio(file_ratio), "Uncompressed bytes over file bytes.")
        rate = rate_bpp(file.size, layout.width, layout.height)
        figure("Rate", f"{rate:.4f} bpp", "File bits for each pixel.")
        in_use = f"{(encoded.use > 0).sum()} of {size}"
        figure("In use", in_use, "Codewords that at least one block uses.")
    left, right = st.columns(2)
    left.markdown("**Picture**")
    show_pixels(left, png_bytes(encoded.decode()), view_width(layout), file.name)
    right.markdown(f"**Codebook, K = {size}**")
    sheet = tile_sheet(encoded.tiles, TILE_SIDE)
    show_pixels(right, png_bytes(sheet), sheet.shape[1], f"{file.name}, all codewords")


def show_charts(study: Study, chosen: int) -> None:
    points, sizes = study.points, study.plan.sizes
    left, right = st.columns(2)
    with left:
        st.subheader("PSNR", anchor=False)
        show_chart(plots.psnr_figure(points, sizes, chosen), "psnr", "PSNR in dB against K")
    with right:
        st.subheader("Compression ratio", anchor=False)
        figure = plots.ratio_figure(points, sizes, chosen)
        show_chart(figure, "ratio", "Compression ratio against K")
        st.markdown(":small[Nominal: the indices alone, fixed length. At K = 1 it is ∞.]")


def show_chart(figure: Any, key: str, alt: str) -> None:
    st.plotly_chart(
        figure,
        key=key,
        on_select=lambda: choose_point(key),
        selection_mode="points",
        config={"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]},
        alt=f"{alt}. The same figures are in the table.",
    )


def choose_point(key: str) -> None:
    points = st.session_state[key].selection.points
    if points:
        st.session_state.size = points[0]["customdata"]
        st.session_state.asked = st.session_state.get("asked", 0) + 1


def show_table(study: Study) -> None:
    points = study.points
    st.subheader("All figures", anchor=False)
    st.dataframe(
        [asdict(point) for point in points],
        hide_index=True,
        height="content",
        column_config=TABLE_COLUMNS,
        column_order=list(TABLE_COLUMNS),
        alt="Every figure of every codebook size",
    )
    st.download_button(
        "Download CSV",
        lambda: exports.points_csv(points),
        file_name=f"{study.picture.name}.csv",
        mime="text/csv",
        on_click="ignore",
    )


TABLE_COLUMNS = {
    "codebook_size": st.column_config.NumberColumn("K", format="%d"),
    "used_codewords": st.column_config.NumberColumn("In use", format="%d"),
    "mse": st.column_config.NumberColumn("MSE", format="%.2f"),
    "psnr_db": st.column_config.NumberColumn("PSNR (dB)", format="%.2f"),
    "ssim": st.column_config.NumberColumn("SSIM", format="%.4f"),
    "nominal_bytes": st.column_config.NumberColumn("Nominal (B)", format="%.0f"),
    "entropy_bytes": st.column_config.NumberColumn("Entropy (B)", format="%.0f"),
    "codebook_bytes": st.column_config.NumberColumn("Codebook (B)", format="%d"),
    "file_bytes": st.column_config.NumberColumn("File (B)", format="%d"),
    "nominal_ratio": st.column_config.NumberColumn("Nominal ratio", format="%.1f"),
    "file_ratio": st.column_config.NumberColumn("File ratio", format="%.1f"),
    "rate_bpp": st.column_config.NumberColumn("Rate (bpp)", format="%.4f"),
    "train_seconds": st.column_config.NumberColumn("Train (s)", format="%.2f"),
}


# Numbers with their units


def count(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def decibels(psnr_db: float) -> str:
    return "lossless" if psnr_db == float("inf") else f"{psnr_db:.2f} dB"


def ratio(value: float) -> str:
    if value == float("inf"):
        return "∞"
    return f"{count(round(value))}:1" if value >= 1000 else f"{value:.4g}:1"


def similarity(ssim: float | None) -> str:
    return "too small" if ssim is None else f"{ssim:.4f}"


def kilobytes(size: float) -> str:
    return f"{size:.0f} B" if size < 1000 else f"{size / 1000:.1f} kB"


def lab(picture: Picture) -> None:
    """Sweep a picture and show what is there so far, until all of it is."""
    with st.sidebar:
        settings = choose_settings(picture.is_gray)
        sizes = choose_sizes()
    study = study_of(picture, settings, sizes)
    show_facts(picture.name, study.plan.layout)
    tell_clamping(study.plan)
    explain(study.plan.layout)
    bar, layers = st.empty(), Layers()
    for size, step in study.steps.items():
        layers.bring_codebook(study, size, step.encoded)
        layers.bring_figures(study, step)
    with closing(missing_steps(study)) as events:
        if not study.steps:
            advance(study, events, bar, layers, FIRST_RESULTS_SECONDS)
        show_progress(bar, study)
        show_results(study)
        layers.bring_original(study)
        layers.bring_files(study)
        if len(study.steps) < len(study.plan.sizes):
            advance(study, events, bar, layers, REDRAW_SECONDS)
            st.rerun()


@st.fragment
def show_results(study: Study) -> None:
    """Show what is there. A choice of K reruns this alone, and training goes on."""
    size = chosen_size(study.plan)
    show_viewer(study, size)
    if study.steps:
        step = study.steps.get(size) or study.steps[max(study.steps)]
        show_figures(step)
        tell_sample(study.plan, step)
        offer_file(study.picture, step)
        show_charts(study, size)
        show_table(study)


def main() -> None:
    st.set_page_config("VQ Lab", page_icon="🔲", layout="wide")
    with st.sidebar:
        st.title("VQ Lab", anchor=False)
        chosen = choose_picture()
    if isinstance(chosen, VqFile):
        show_file(chosen)
    else:
        lab(chosen)


if __name__ == "__main__":
    main()
