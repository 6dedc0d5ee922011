"""VQ Lab, the dashboard: settings -> cached calls into vqcore -> panels."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping
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
from vqcore.sweep import Plan, Step, ladder_sizes, parse_sizes, plan_sweep, sweep
from vqcore.training import TRAINERS, Progress, Trained, Trainer
from vqcore.viewer import (
    LAYER_JS,
    VIEWER_CSS,
    VIEWER_HTML,
    VIEWER_JS,
    file_layer,
    original_layer,
    size_layer,
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
def original_bytes(
    digest: str, settings: Settings, layout: BlockLayout, _picture: Picture
) -> bytes:
    return original_layer(sweep_name(digest, settings), shown_pixels(_picture, layout))


@st.cache_data(max_size="256MiB", show_spinner=False)
def size_bytes(digest: str, settings: Settings, size: int, _step: Step) -> bytes:
    return size_layer(sweep_name(digest, settings), _step.encoded, figures_in_short(_step))


def sweep_name(digest: str, settings: Settings) -> str:
    return f"{digest} {settings}"


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


def known(look_up: Callable[..., Any], digest: str, settings: Settings, plan: Plan) -> dict:
    """Return by size what a store holds already."""
    found = {}
    for size in plan.sizes:
        with suppress(LookupError):
            found[size] = look_up(digest, settings, size)
    return found


def missing_steps(
    picture: Picture, settings: Settings, plan: Plan, steps: Mapping[int, Step]
) -> Generator[Progress | Step]:
    missing = [size for size in plan.sizes if size not in steps]
    trained = known(stored_codebook, picture.digest, settings.training, plan)
    return sweep(picture, settings, missing, trained=trained)


def advance(
    events: Iterator[Progress | Step],
    bar: DeltaGenerator,
    picture: Picture,
    settings: Settings,
    plan: Plan,
    steps: dict[int, Step],
    layers: DeltaGenerator,
    seconds: float,
) -> None:
    """Train under a progress bar until time is up and there is something new to show.

    The viewer gets each size at once; what else is on the page waits for the next run.
    """
    start = shown = monotonic()
    for event in events:
        if isinstance(event, Step):
            size = event.point.codebook_size
            steps[size] = stored(picture.digest, settings, size, event)
            stored_codebook(picture.digest, settings.training, size, event.trained)
            bring_size(layers, picture, settings, steps[size])
            if monotonic() - start > seconds:
                return
        elif monotonic() - shown > PROGRESS_SECONDS:
            shown = monotonic()
            bar.progress(sum(steps) / sum(plan.sizes), f"Training K = {event.codebook_size}")


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


def show_progress(bar: DeltaGenerator, plan: Plan, steps: Mapping[int, Step]) -> None:
    seconds = sum(step.point.train_seconds for step in steps.values())
    text = f"{len(steps)} of {len(plan.sizes)} codebooks trained, in {seconds:.1f} s"
    bar.progress(sum(steps) / sum(plan.sizes), text)


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


def bring_original(
    layers: DeltaGenerator, picture: Picture, settings: Settings, plan: Plan
) -> None:
    data = original_bytes(picture.digest, settings, plan.layout, picture)
    with layers:
        bring_layer(key="layer-original", data=data)


def bring_files(layers: DeltaGenerator, picture: Picture, settings: Settings) -> None:
    """Bring the other uploads of the same size as they are: the browser decodes them."""
    sweep_id = sweep_name(picture.digest, settings)
    for file in st.session_state.get("files", []):
        with suppress(PictureError, FileError):
            other = uploaded(file.file_id, file.name, file.getvalue())
            if isinstance(other, Picture) and is_alike(other, picture):
                data = file_layer(sweep_id, file.name, picture.pixels.shape, file.getvalue())
                with layers:
                    bring_layer(key=f"layer-{file.file_id}", data=data)


def is_alike(other: Picture, picture: Picture) -> bool:
    """Tell whether another picture can be laid over this one."""
    return other.digest != picture.digest and other.pixels.shape[:2] == picture.pixels.shape[:2]


def bring_size(
    layers: DeltaGenerator, picture: Picture, settings: Settings, step: Step
) -> None:
    size = step.point.codebook_size
    data = size_bytes(picture.digest, settings, size, step)
    with layers:
        bring_layer(key=f"layer-{size}", data=data)


def show_viewer(picture: Picture, settings: Settings, size: int) -> None:
    """Show the layers that the page has; the page decodes."""
    viewer(
        key="viewer",
        data={
            "sweep": sweep_name(picture.digest, settings),
            "picture": picture.digest,
            "name": picture.name,
            "size": size,
            "asked": st.session_state.get("asked", 0),
        },
        on_view_change=take_view,
    )


def take_view() -> None:
    st.session_state.size = st.session_state.viewer["view"]["size"]


def figures_in_short(step: Step) -> list[str]:
    point = step.point
    return [
        f"K = {point.codebook_size}",
        f"PSNR {decibels(point.psnr_db)}",
        f"SSIM {similarity(point.ssim)}",
        f"{point.rate_bpp:.4f} bpp",
        ratio(point.file_ratio),
        f"{count(point.file_bytes)} bytes",
    ]


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


def show_charts(plan: Plan, steps: Mapping[int, Step], chosen: int) -> None:
    points = [step.point for step in steps.values()]
    left, right = st.columns(2)
    with left:
        st.subheader("PSNR", anchor=False)
        show_chart(plots.psnr_figure(points, plan.sizes, chosen), "psnr", "PSNR in dB against K")
    with right:
        st.subheader("Compression ratio", anchor=False)
        figure = plots.ratio_figure(points, plan.sizes, chosen)
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


def show_table(picture: Picture, steps: Mapping[int, Step]) -> None:
    points = [step.point for step in steps.values()]
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
        file_name=f"{picture.name}.csv",
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
    plan = planned(picture.digest, settings, sizes, picture)
    steps = known(stored, picture.digest, settings, plan)
    show_facts(picture.name, plan.layout)
    tell_clamping(plan)
    explain(plan.layout)
    bar, layers = st.empty(), st.container(gap=None)
    bring_original(layers, picture, settings, plan)
    bring_files(layers, picture, settings)
    for step in steps.values():
        bring_size(layers, picture, settings, step)
    with closing(missing_steps(picture, settings, plan, steps)) as events:
        work = events, bar, picture, settings, plan, steps, layers
        if not steps:
            advance(*work, FIRST_RESULTS_SECONDS)
        in_order = {size: steps[size] for size in plan.sizes if size in steps}
        show_progress(bar, plan, steps)
        show_results(picture, settings, plan, in_order)
        if len(steps) < len(plan.sizes):
            advance(*work, REDRAW_SECONDS)
            st.rerun()


@st.fragment
def show_results(
    picture: Picture, settings: Settings, plan: Plan, steps: Mapping[int, Step]
) -> None:
    """Show what is there. A choice of K reruns this alone, and training goes on."""
    size = chosen_size(plan)
    step = steps.get(size) or list(steps.values())[-1]
    show_viewer(picture, settings, size)
    show_figures(step)
    tell_sample(plan, step)
    offer_file(picture, step)
    show_charts(plan, steps, size)
    show_table(picture, steps)


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
