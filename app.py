"""VQ Lab, the dashboard: settings -> cached calls into vqcore -> panels."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vqcore.archive.collection import Collection, Thumbnail, files_of, in_folder
from vqcore.archive.gathering import Gathering
from vqcore.archive.places import Place
from vqcore.archive.training import can_pass
from vqcore.codebooks import textbook
from vqcore.coding.codebookfile import Cut, dimension_of
from vqcore.coding.codec import Settings
from vqcore.coding.soundcodec import SOUND_FAMILIES, SoundSettings, lent_by
from vqcore.lab import (
    advantage,
    bands,
    climb,
    contest,
    cosine,
    exercises,
    foreign,
    joint,
    pointstudy,
    rivals,
    soundfiles,
    soundsharing,
    soundstudy,
    spectralstudy,
    study,
    sweeps,
    turns,
    vqfiles,
)
from vqcore.lab.identification import SIZE as VOICE_SIZE
from vqcore.lab.plane import MAX_CODEWORDS, SPREAD_POINTS
from vqcore.lab.pointreplay import PointFrame
from vqcore.lab.pointstudy import PointStudy
from vqcore.lab.pointsweeps import PointSettings, PointStep
from vqcore.lab.sharing import Use, can_share
from vqcore.lab.soundfiles import SoundFile
from vqcore.lab.soundrivals import SOUND_CODECS
from vqcore.lab.soundsharing import SoundUse
from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.speakers import line_up
from vqcore.lab.spectralstudy import SpectralStudy
from vqcore.lab.spectralsweeps import SPECTRAL_FAMILIES, SpectralSettings
from vqcore.lab.store import Pieces, Question, Sign, Store
from vqcore.lab.study import Study
from vqcore.lab.sweeps import Step
from vqcore.lab.uploads import Uploads
from vqcore.lab.vqfiles import VqFile
from vqcore.quantizers import ofpoints
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Option
from vqcore.refusals import PictureError, SoundError
from vqcore.show import (
    answers,
    bandpanels,
    collectionpanels,
    downloads,
    links,
    panels,
    plots,
    pointdownloads,
    pointpanels,
    provenance,
    reproduce,
    sounddownloads,
    soundpanels,
    spectralpanels,
    tables,
    wording,
)
from vqcore.show import exercises as asked
from vqcore.show.controls import RULES, choice, control, keep_valid, number, size_choice, unbound
from vqcore.show.links import Linked, Wanted
from vqcore.show.visit import PointsChosen, SoundChosen, Visit, let_load
from vqcore.show.wording import plain, sound_name
from vqcore.signals.blocks import BlockLayout, BlockSize, Colour
from vqcore.signals.frames import FRAMES_A_SECOND
from vqcore.signals.pictures import SAMPLES, Origin, Picture, sample_picture
from vqcore.signals.points import MAX_BYTES, Points, typed_points
from vqcore.signals.sounds import (
    RATES,
    Rate,
    Recording,
    Sound,
    read_recording,
    sample_recording,
    sound_of,
)
from vqcore.signals.sounds import SAMPLES as SOUND_SAMPLES
from vqcore.signals.sources import Origin as PointsOrigin
from vqcore.signals.sources import made as made_up
from vqcore.signals.sources import pixel_pairs
from vqcore.viewer import PAGE_STYLE, PARTS, hearing, hearingspectra, made, words_layer
from vqcore.words import LANGUAGES, kept, language, own_name, said, say, speak, why

STORE_BYTES = 2**31
STYLE_SECONDS, SIDEBAR_SECONDS = 0.15, 0.3  # to load what shows them, on a page that is opened
FIRST_RESULTS_SECONDS = 0.5
REDRAW_SECONDS = 5
PROGRESS_SECONDS = 0.1
PLANE_WIDTH = 464
VOICE_SIZES = [2**power for power in range(9)]
OFFER_WIDTH, SIZE_WIDTH = 190, 68
ANSWER_WIDTH = 240
GATHERING_SECONDS = 1
THUMBNAIL_WIDTH = 160
DOWNLOAD = ":material/download:"

visit = Visit(st.session_state, st.query_params, st.context)
COMPONENTS = {name: st.components.v2.component(f"vq_{name}", **it) for name, it in PARTS.items()}


# What is found out and made is kept, for all who look


@st.cache_resource(show_spinner=False)
def store() -> Store:
    return Store(STORE_BYTES)


def sample(name: str) -> Picture:
    return store().once("sample", (name,), lambda: sample_picture(name))


def sample_sound(name: str) -> Recording:
    return store().once("sound sample", (name,), lambda: sample_recording(name))


def sound_at(recording: Recording, name: str, rate: Rate) -> Sound:
    """Return a recording at a rate, under the name that it has here."""
    key = recording.digest, name, rate
    return store().once("sound", key, lambda: replace(sound_of(recording, rate), name=name))


def uploads() -> Uploads:
    """Open what is uploaded and still there."""
    taken = *SAMPLES, *SOUND_SAMPLES, say("sound.recorded")
    return visit.uploads(taken, store())


def present_rivals() -> list[rivals.Codec]:
    absent = store().once("absent rivals", (), rivals.missing_rivals)
    return [codec for codec in rivals.RIVALS if codec not in absent]


def is_whole(of: Study) -> bool:
    return FAMILIES[of.settings.family].WHOLE


def cut_of(it: Settings | BlockLayout) -> Cut:
    return it.block_size, it.colour


# What stands in many places


def small(*texts: str) -> None:
    for text in filter(None, texts):
        st.markdown(f":small[{text}]")


def row(**looks: Any) -> DeltaGenerator:
    """Return a place for controls side by side, which stand on one line."""
    return st.container(horizontal=True, vertical_alignment="bottom", **looks)


def choose_from(name: str, options: Sequence[Any], default: Any, **more: Any) -> Any:
    """Choose one of what is there now, at first the default, or none if that is None."""
    keep_valid(st.session_state, name, options, default)
    index = options.index(default) if default in options else None
    return st.selectbox(options=options, index=index, **control(name), **more)


def offer(*files: downloads.File, **looks: Any) -> None:
    """Offer files; to take one runs nothing anew, and makes it beside the page, if not yet made."""
    for label, name, data in files:
        made_or_makes = kept(data) if callable(data) else data
        st.download_button(label, made_or_makes, file_name=name, on_click="ignore", **looks)


# Sidebar: the language


def choose_language() -> None:
    """Choose the language, at first the browser's; the made-up one for tests is not offered."""
    if len(LANGUAGES) > 1 and language() in LANGUAGES:
        known = {"options": LANGUAGES, "default": language(), "format_func": own_name}
        st.segmented_control(on_change=visit.keep_choices, **unbound("lang") | known)


# Sidebar: what is looked at, and how it is quantized


def take_files() -> Uploads:
    """Take uploads, and answer those that cannot be opened, or need a size."""
    st.file_uploader(
        **unbound("files"),
        accept_multiple_files=True,
        on_change=lambda: visit.look_at_newest(uploads()),
        max_upload_size=MAX_BYTES // 1_000_000,
    )
    tell_gone()
    there = uploads()
    for answer in answers.to_refused(there.refused):
        st.error(answer)
    for file_id, raw_name in there.unsized.items():
        ask_size(file_id, raw_name)
    return there


def choose_picture(there: Uploads) -> tuple[str, Picture | VqFile, DeltaGenerator]:
    """Choose what is looked at; there is a place to answer uploads of codewords alone."""
    names = [*there.shown, *SAMPLES]
    name = choose_from("picture", names, SAMPLES[0], on_change=visit.forget_link)
    shown = there.shown[name] if name in there.shown else sample(name)
    small(*answers.to_codebooks(there.codebooks, shown))
    return name, shown, st.container()


def ask_size(file_id: str, name: str) -> None:
    """Ask for width and height of a raw file, which neither its name nor its length tells."""
    words = unbound("raw-size", name=plain(name)) | {"key": visit.key_of_size(file_id)}
    st.text_input(on_change=lambda: visit.look_at(uploads(), file_id), **words)


def tell_gone() -> None:
    """Let the page say which uploads are gone: it alone still knows their names.

    With that come the words of all the page's parts.
    """
    with st.container(gap=None):
        COMPONENTS["layer"](key="layer-words", data=words_layer())
        COMPONENTS["gone"](key="gone", data=visit.files_gone)


def tell_codewords(place: DeltaGenerator, cut: Cut) -> None:
    """Answer the upload of codewords alone, which are a codebook where they fit the settings."""
    with place:
        small(*answers.to_codewords(uploads(), cut))


def choose_settings(is_gray: bool) -> tuple[Settings, tuple[int, ...], DeltaGenerator]:
    """Choose how to quantize, and the codebook sizes; there is a place to explain the family."""
    whole = unless_whole()
    width = st.slider(**control("block") | whole)
    colour = choose_colour(is_gray)
    largest = st.select_slider(**control("largest"))
    family = choose_family("family", {name: it.OPTIONS for name, it in FAMILIES.items()})
    with st.expander(say("sidebar.how")):
        small(say(f"how.family.{family}"))
        block = st.empty()
    with st.expander(say("sidebar.more"), key="fold"):
        block_size = BlockSize(width, st.select_slider(**control("height") | whole) or width)
        options = choose_options(FAMILIES[family].OPTIONS)
        is_plain = family == Settings.family
        trainer = st.selectbox(disabled=not is_plain, **choice("trainer"))
        rules = (
            choose_rules_of((block_size, colour)) if is_plain and trainer == "textbook" else None
        )
        seed = choose_number("seed")
        rate_weight = st.select_slider(**control("rate") | whole)
        smoothing = st.toggle(**control("smooth") | whole)
        sizes = choose_sizes(largest)
    trainer = trainer if is_plain else Settings.trainer
    others = {"family": family, "options": options, "smoothing": smoothing, "rules": rules}
    return Settings(block_size, colour, trainer, seed, rate_weight, **others), sizes, block


def unless_whole() -> dict[str, Any]:
    """Return what disables a control that a family of whole pictures knows nothing of."""
    family = FAMILIES[st.session_state["family"]]
    return {"disabled": True, "help": say("sidebar.whole")} if family.WHOLE else {}


def choose_rules_of(cut: Cut) -> textbook.Rules:
    """Choose how to train by the book on blocks; uploaded codebooks can begin it."""
    fitting = uploads().cut_as(cut)
    return choose_rules(dimension_of(*cut), {name: it.codewords for name, it in fitting.items()})


def choose_rules(dimension: int, fitting: Mapping[str, Any]) -> textbook.Rules:
    """Choose how to train by the book; codewords that fit, by name, can begin it."""
    start, given = choose_start(dimension, fitting)
    chosen = {
        name: st.selectbox(**choice(name)) if name in links.CHOICES else choose_number(name)
        for name in RULES
        if name != "apart" or start == "splitting"
    }
    read = partial(textbook.read_weights, dimension=dimension)
    weights = type_in("weights", read, dimension=str(dimension))
    return textbook.Rules(start, given, **chosen, weights=weights or ())


def choose_start(
    dimension: int, fitting: Mapping[str, Any]
) -> tuple[Any, tuple[tuple[float, ...], ...]]:
    """Choose a start, and if it is codewords of one's own, those; if there are none, the first."""
    start = st.selectbox(**choice("begin"))
    given = choose_codewords(dimension, fitting) if start == "given" else ()
    return (start if start != "given" or given else textbook.STARTS[0]), given


def choose_codewords(dimension: int, fitting: Mapping[str, Any]) -> tuple[tuple[float, ...], ...]:
    """Choose codewords to begin with, uploaded or typed in; none if they are wrong."""
    sources = [*fitting, None]
    source = choose_from("given", sources, sources[0])
    if source:
        return textbook.rows_of(fitting[source])
    read = partial(textbook.read_codewords, dimension=dimension)
    typed = type_in("codewords", read, st.text_area, dimension=str(dimension))
    if typed == ():
        tell_in_fold(small, say("sidebar.codewords-none"), "none")
    return typed or ()


def type_in(
    name: str, read: Callable[[str], Any], field: Any = st.text_input, **fields: str
) -> Any:
    """Have something typed in; say what is wrong with it, and return None then."""
    text = field(**control(name, **fields))
    try:
        return read(text)
    except ValueError as error:
        tell_in_fold(st.error, say(f"sidebar.{name}-wrong", error=plain(str(error))), name)
        return None


def tell_in_fold(show: Callable[[str], object], text: str, key: str) -> None:
    """Tell something in a fold of the sidebar, and below it for as long as that is closed."""
    show(text)
    with st.sidebar.container(key=f"folded-{key}"):
        show(text)


def choose_number(name: str) -> Any:
    return st.number_input(**number(name, st.query_params))


def choose_family(name: str, options: Mapping[Any, Sequence[Option]]) -> Any:
    """Choose a family; its own settings begin as at first, whatever those of the last one were."""

    def begin_anew() -> None:
        chosen = options[st.session_state[name]]
        st.session_state.update({it.name: it.default for it in chosen})

    return st.selectbox(on_change=begin_anew, **choice(name))


def choose_options(options: Sequence[Option]) -> tuple[int, ...]:
    """Choose a family's own settings."""
    for it in options:
        keep_valid(st.session_state, it.name, it.values, it.default)
    return tuple(
        st.select_slider(options=it.values, value=it.default, **control(it.name)) for it in options
    )


def choose_colour(is_gray: bool) -> Colour:
    told = {"help": say("control.colour.help-gray")} if is_gray else {}
    colour = st.segmented_control(disabled=is_gray, **choice("colour") | told)
    return "gray" if is_gray else colour


def choose_sizes(largest: int) -> tuple[int, ...]:
    sizes = type_in("more", lambda text: sweeps.ladder_sizes(largest, sweeps.parse_sizes(text)))
    return sizes or sweeps.ladder_sizes(largest)


# Sidebar, of points


def choose_points(there: Uploads) -> PointsChosen:
    """Choose points: made up, pairs of a picture's pixels, typed in, or uploaded."""
    source = st.selectbox(**choice("source"))
    name, origin = say(f"source.{source}"), PointsOrigin(source)
    if source == "file":
        return choose_file(name, there.vectors)
    if source == "typed":
        return PointsChosen(name, type_in("numbers", typed_points, st.text_area), origin)
    if source == "pairs":
        names = [*there.pictures, *SAMPLES]
        picture = choose_from("picture", names, SAMPLES[0])
        of = there.pictures.get(picture) or sample(picture)
        name, key, make = wording.listed([name, picture]), (of.digest,), partial(pixel_pairs, of)
        return PointsChosen(name, store().once("pairs", key, make), origin)
    return make_points(source, name)


def choose_file(name: str, there: Mapping[str, Points]) -> PointsChosen:
    """Choose one of the uploads, if there is any."""
    if needed := missing_file(there):
        return PointsChosen(needed, None, file=visit.wanted)
    if not there:
        return PointsChosen(name, None)
    name = choose_from("file", [*there], next(iter(there)))
    return PointsChosen(name, there[name], file=Wanted.of(name, there[name]))


def make_points(source: Any, name: str) -> PointsChosen:
    """Choose how many points are made up, of how many numbers, and by which chance."""
    count, dimension = choose_number("count"), choose_number("dimension")
    correlation = choose_number("correlation") if source == "gauss-markov" else 0.0
    seed = choose_number("draw")
    key = source, count, dimension, seed, correlation
    make = partial(made_up, source, count, dimension, seed=seed, correlation=correlation)
    origin = PointsOrigin(source, seed, correlation)
    return PointsChosen(name, store().once("made up", key, make), origin)


def choose_point_settings(points: Points) -> tuple[PointSettings, tuple[int, ...]]:
    """Choose how to quantize points, and the codebook sizes."""
    largest = st.select_slider(**control("largest"))
    family = choose_family("point-family", ofpoints.OPTIONS)
    with st.expander(say("sidebar.more"), key="fold"):
        options = choose_options(ofpoints.OPTIONS[family])
        is_plain = family == PointSettings.family
        trainer = st.selectbox(disabled=not is_plain, **choice("trainer"))
        rules = None
        if is_plain and trainer == "textbook":
            rules = choose_rules(points.dimension, uploads().starts_of(points))
            tell_too_many(points, len(rules.given))
        seed, sizes = choose_number("seed"), choose_sizes(largest)
    trainer = trainer if is_plain else PointSettings.trainer
    return PointSettings(family, options, trainer, seed, rules), sizes


def tell_too_many(points: Points, codewords: int) -> None:
    """Say so if a start has more codewords than there are distinct vectors."""
    there = pointstudy.distinct(store(), points, codewords)
    if there < codewords:
        error = say("sidebar.codewords-many", codewords=codewords, n=there)
        tell_in_fold(st.error, say("sidebar.codewords-wrong", error=error), "codewords")


# Sidebar, of sounds


def choose_sound(there: Uploads) -> SoundChosen:
    """Choose a recording, an upload or a sample, and at which rate it is quantized; or a .vq."""
    with st.expander(say("sidebar.record")):
        st.audio_input(on_change=take_recording, **unbound("microphone"))
    if isinstance(refusal := recorded(), SoundError):
        st.error(str(why(refusal)))
    if needed := missing_file(there.sounds):
        return SoundChosen(needed, None, visit.wanted)
    every = sounds_there()
    name = choose_from("sound", [*every], next(iter(every)), on_change=visit.forget_link)
    chosen, file = every[name], Wanted()
    if name in there.sounds:
        file = Wanted.of(name, chosen)
    if isinstance(chosen, SoundFile):
        return SoundChosen(name, chosen, file)
    asked = st.segmented_control(**choice("sound-rate"))
    rate = next(it for it in RATES if str(it) == asked)
    return SoundChosen(name, sound_at(chosen, name, rate), file)


def take_recording() -> None:
    """Look at what was recorded, if there is something to hear."""
    visit.keep_recording()
    if isinstance(found := recorded(), Recording):
        visit.look_at_sound(found.name)


def recorded() -> Recording | SoundError | None:
    """Return what was recorded here, or why it is nothing to hear."""
    if not (taken := visit.recorded):
        return None
    try:
        return read_recording(taken, say("sound.recorded"))
    except SoundError as error:
        return error


def sounds_there() -> dict[str, Recording | SoundFile]:
    """Return by name what can be heard: what was recorded here, uploads and samples."""
    found = recorded()
    own = {found.name: found} if isinstance(found, Recording) else {}
    return own | uploads().sounds | {name: sample_sound(name) for name in SOUND_SAMPLES}


def recordings() -> dict[str, Recording]:
    return {name: it for name, it in sounds_there().items() if isinstance(it, Recording)}


def study_of_waveform(sound: Sound) -> SoundStudy:
    """Choose how to quantize a sound's samples, and the codebook sizes."""
    dimension = st.select_slider(**control("samples"))
    largest = st.select_slider(**control("largest"))
    own = {name: FAMILIES[name].OPTIONS for name in SOUND_FAMILIES}
    family = choose_family("sound-family", own)
    with st.expander(say("sidebar.more"), key="fold"):
        options = choose_options(own[family])
        is_plain = family == SoundSettings.family
        trainer = st.selectbox(disabled=not is_plain, **choice("trainer"))
        by_the_book = is_plain and trainer == "textbook"
        starts = uploads().sound_starts(sound.rate, dimension) if by_the_book else {}
        rules = choose_rules(dimension, starts) if by_the_book else None
        seed, sizes = choose_number("seed"), choose_sizes(largest)
    trainer = trainer if is_plain else SoundSettings.trainer
    settings = SoundSettings(dimension, sound.rate, family, options, trainer, seed, rules)
    return SoundStudy(sound, settings, sizes, store())


def study_of_spectra(sound: Sound) -> SpectralStudy:
    """Choose how to quantize a sound's spectra, and the codebook sizes."""
    largest = st.select_slider(**control("largest"))
    own = {name: ofpoints.OPTIONS[name] for name in SPECTRAL_FAMILIES}
    family = choose_family("spectral-family", own)
    is_weighted = st.toggle(**control("weighted"))
    with st.expander(say("sidebar.more"), key="fold"):
        options = choose_options(own[family])
        seed, sizes = choose_number("seed"), choose_sizes(largest)
    settings = SpectralSettings(sound.rate, family, options, is_weighted, seed)
    return SpectralStudy(sound, settings, sizes, store())


# Links: what the page was opened with


def missing_file(there: Mapping[str, Linked]) -> str | None:
    """Return the name of the file that a link needs, while nothing is uploaded; then compare."""
    wanted = visit.wanted
    if wanted.name and there and not wanted.among(there):
        st.sidebar.warning(say("sidebar.other-file", name=plain(wanted.name)))
    return None if there else wanted.name


def ask_for(name: str) -> None:
    """Ask for the file of a link; nothing else is shown under its name."""
    with st.container(key="title"):
        st.header(plain(name), anchor=False)
    st.info(say("title.missing", name=plain(name)))
    with st.container(key="instead"):
        st.button(say("button.sample"), on_click=visit.look_at_sample)


# Work, with signs of life


class ProgressPlace:
    """Where the page says what is being done, for how long; what was stopped can go on.

    Only the page knows that a hand has stopped the script, so it has both texts, and shows one.
    """

    def __init__(self, asked: Hashable) -> None:
        visit.wait_for(asked)
        with st.container(key="progress", gap=None):
            with st.container(key="working"):
                self._bar = st.empty()
            with st.container(key="stopped"):
                self._stopped = st.empty()
        with self._stopped.container(horizontal=True, vertical_alignment="center"):
            st.markdown(say("work.stopped"))
            st.button(say("button.go-on"), on_click=visit.stop_waiting)
        self.tell = turns.seldom(self._show, PROGRESS_SECONDS)

    def _show(self, sign: Sign) -> None:
        """Show a sign of life; streamlit can end the run here."""
        doing = wording.doing_in_words(sign)
        text = say("work.seconds", doing=doing, seconds=visit.seconds_waited)
        self._bar.progress(min(sign.share, 1.0), text)

    def end(self) -> None:
        visit.stop_waiting()
        self._bar.empty()
        self._stopped.empty()


def waited_for(question: Question) -> Any:
    """Answer at once, saying so if it takes long, unless other settings end it."""

    def let_end(_: Sign) -> None:
        st.session_state.get("size")  # here streamlit can end the run

    with st.spinner(wording.doing_in_words(Sign(0, question.doing, question.facts))):
        return turns.answered(store(), question, let_end)


# Layers: what the page needs to decode


Places = Mapping[made.Kind, DeltaGenerator]


def layer_places() -> Places:
    """Return places for layers; these are invisible elements."""
    kinds: tuple[made.Kind, ...] = ("pictures", "sizes", "figures")
    with st.container(gap=None):
        return {kind: st.container(gap=None) for kind in kinds}


def bring(layers: Iterable[made.Layer], places: Places) -> None:
    for layer in layers:
        with places[layer.kind]:
            COMPONENTS["layer"](key=f"layer-{layer.name}", data=layer.data)


# The viewer, and what it asks for


def show_facts(
    name: str, layout: BlockLayout, family: str, origin: Origin | None = None, clamped: str = ""
) -> None:
    """Show what is looked at, and why K goes no higher, if it could."""
    show_title(name, wording.facts_of(layout, origin, family), clamped)


def show_title(name: str, facts: Sequence[str], clamped: str) -> None:
    with row(key="title"):
        st.header(plain(name), anchor=False)
        st.markdown(" · ".join(facts))
    place = st.empty()  # always, or else what follows moves, and is there twice for a while
    if clamped:
        place.info(clamped)


def show_viewer(view: dict[str, Any]) -> None:
    """Show the layers that the page has of a picture; the page decodes."""
    asked = visit.asked_of_viewer(present_rivals())
    COMPONENTS["viewer"](key="viewer", data=view | asked, on_view_change=take_view)


def take_view() -> None:
    if visit.take_view(PANELS, present_rivals()):
        st.rerun()


@st.fragment(key="viewer")
def show_results(of: Study) -> None:
    """Show the viewer, and bring what it asks for: a rival's file, downloads.

    To ask for these reruns this alone.
    """
    books = uploads().fitting(of.picture, cut_of(of.settings))
    here = st.container(gap=None)
    with here:
        view = made.view_of(of, visit.size_in(of.plan), present_rivals(), books)
        show_viewer(view | {"block": st.session_state.block})  # a family may take another
        if step := visit.step_to_offer(of):
            offer_downloads(of, step)
        matches = made.match_layers(of, visit.wishes("matches"), present_rivals(), waited_for)
        uses = made.use_layers(of, books, visit.wishes("uses"), waited_for)
        bring(chain(matches, uses), {"asked": here})


# Downloads


def offer_downloads(of: Study, step: Step) -> None:
    """Offer what can be taken away, until a hand closes it."""
    curves = partial(panels.curves_of, of, visit.others_than(of), present_rivals())
    tries = st.session_state.get("tries", [])
    title = say("offers.title", size=str(step.codebook_size))

    @st.dialog(title, width="medium", on_dismiss=visit.stop_offering)
    def show_offers() -> None:
        for group, offers in downloads.offered(of, step, curves, tries).items():
            show_group(group, offers)
        with st.expander(say("offers.reproduce"), icon=":material/replay:"):
            show_reproduction(of, step)

    show_offers()


def show_group(group: str, offers: Sequence[downloads.Offer]) -> None:
    with st.container(gap="xsmall"):
        st.subheader(say(f"download.{group}.heading"), anchor=False)
        for each in offers:
            show_offer(each)


def show_offer(it: downloads.Offer) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(width=OFFER_WIDTH):
            offer(it.file, icon=f":material/{it.icon}:", type="tertiary")
        st.markdown(f":small[{it.size}]", width=SIZE_WIDTH, text_alignment="right")
        small(it.what)


def show_reproduction(of: Study, step: Step) -> None:
    """Show what gives the same .vq again, elsewhere."""
    source = provenance.provenance_of(of.picture, of.settings, step.codebook_size)
    show_ways(reproduce.ways(of.picture, source, visit.link_to_offer))


def show_ways(ways: Iterable[tuple[str, str, str | None]]) -> None:
    """Show lines that do something again, each with what is to be said of them first."""
    for words, lines, kind in ways:
        small(words)
        st.code(lines, kind, wrap_lines=True)


# Charts and tables, drawn as `show.panels` has them


def draw(*every: panels.Shown | None) -> None:
    """Draw what there is, one below the other, and charts that are together side by side."""
    for it in every:
        if isinstance(it, tuple):
            for place, chart in zip(st.columns(len(it)), it, strict=True):
                with place:
                    draw_one(chart)
        elif it:
            draw_one(it)


def draw_apart(key: str, *every: panels.Shown) -> None:
    """Draw what a click draws anew by itself."""
    st.fragment(draw, key=key)(*every)


def draw_one(it: panels.Chart | panels.Table | panels.Sheet) -> None:
    """Draw a chart or a table, with its title above and its caption below."""
    if it.title:
        st.subheader(it.title, anchor=False)
    if isinstance(it, panels.Chart):
        draw_chart(it)
    elif isinstance(it, panels.Table):
        draw_table(it)
    else:
        st.table(it.rows)
    small(it.caption)


def draw_chart(chart: panels.Chart) -> None:
    """Draw a chart; the page marks the K shown in one against K."""
    choosing = clicks(chart, "points") if chart.stands_for else {}
    config = plots.config()
    with st.container(gap=None):
        st.plotly_chart(chart.figure, key=chart.id, config=config, alt=chart.alt, **choosing)
        if chart.area:
            COMPONENTS["mark"](key=f"mark-{chart.id}", data=chart.area)


def clicks(shown: panels.Chart | panels.Table, mode: str) -> dict[str, Any]:
    """Return what lets a hand click on a chart or a table, to open what it clicks on."""

    def follow() -> None:
        if pick := shown.picked(st.session_state[shown.id].selection):
            st.rerun(visit.open(pick))

    return {"on_select": follow, "selection_mode": mode}


def draw_table(table: panels.Table) -> None:
    small(table.above)
    st.dataframe(
        tables.styled(table.columns, table.rows),
        hide_index=True,
        height="content",
        column_config={name: column_of(name, *it) for name, it in table.columns.items()},
        placeholder=tables.MISSING,
        alt=table.alt,
        key=table.id or None,
        **(clicks(table, "single-cell") if table.picks else {}),
    )


def column_of(name: str, heading: str, number_format: str | None) -> Any:
    if number_format is None:
        return st.column_config.TextColumn(heading)
    return st.column_config.NumberColumn(heading, help=tables.help_of(name))  # as `styled` says


# Panels under the viewer: each draws itself, and returns the work it still needs


def sizes_panel(of: Study) -> list[Pieces]:
    others = visit.others_than(of)
    draw_apart("sizes", panels.size_charts(of, others))
    draw_apart("figures", panels.points_table(of))
    return [study.sweeping([*others.pinned, *others.families])]


def rates_panel(of: Study) -> list[Pieces]:
    with row():
        codecs: list[rivals.Codec] = st.pills(**choice("beside", present_rivals()))
        offer_pin(of)
        st.segmented_control(**choice("families"))
        others = visit.others_than(of)
        if others.steps:
            choose_size("steps", of)
    show_rates(of, others, codecs)
    own = [study.sweeping(others.by_step_of(of)), study.sweeping(others.pinned)]
    every = study.sweeping([*others.over_sizes, *others.every_step])
    return [*own, study.encoding(of, codecs), every, *show_cosines(of, others)]


def show_cosines(of: Study, others: study.Others) -> list[Pieces]:
    """Show what directions are worth without a gain, and with one, where a family has gains."""
    if not others.families and of.settings.family != "gain-shape":
        return []
    st.subheader(say("cosine.title"), anchor=False)
    size = choose_size("cosines", of, of.plan.sizes[:7][-1])
    draw(panels.cosines_table(of, size))
    return [cosine.comparing(of, size)]


def offer_pin(of: Study) -> None:
    """Let curves stay while settings change."""
    pins = visit.pins
    st.button(
        say("button.pin.label"),
        on_click=lambda: pins.append(of.settings),
        disabled=of.settings in pins,
        help=say("button.pin.help"),
    )
    if pins:
        st.button(say("button.unpin"), on_click=pins.clear)


@st.fragment(key="rates")
def show_rates(of: Study, others: study.Others, codecs: Sequence[rivals.Codec]) -> None:
    with st.container(horizontal=True):
        likeness = st.segmented_control(**choice("likeness"))
        axis = st.segmented_control(**choice("axis"))
    curves = panels.curves_of(of, others, codecs)
    shown = panels.rate_curves(of, others, axis) if axis == "nominal" else curves
    draw(panels.rate_chart(of, shown, likeness, axis))
    small(*map(plain, panels.missing_codecs(of, present_rivals())))
    show_families(of, others)
    draw(panels.deltas_sheet(curves))
    by_step = study.known_by_step(others.every_step)
    show_target([of, *by_step, *others.pinned, *others.over_sizes])


def show_families(of: Study, others: study.Others) -> None:
    """Say what each family buys, and what it costs."""
    if not others.families:
        return
    st.subheader(say("rates.ideas"), anchor=False)
    size = choose_common_size(of)
    draw(panels.families_table(others, size))


def show_target(studies: Sequence[Study]) -> None:
    """Find the setting that meets a target, among those swept."""
    st.subheader(say("target.title"), anchor=False)
    with row():
        goal, value = st.selectbox(**choice("target")), choose_number("value")
        pick, sentence = panels.best_of(studies, goal, value)
        st.markdown(sentence)
        if pick:
            st.button(say("button.show"), on_click=lambda: st.rerun(visit.open(pick)))


def pictures_panel(of: Study) -> list[Pieces]:
    needed = compare_pictures(of)
    gathering = visit.gathering
    with st.expander(say("collection.title"), gathering is not None, key="collection"):
        show_collection(of, gathering)
    return needed


def compare_pictures(of: Study) -> list[Pieces]:
    """Show the uploads side by side, if there are several."""
    pictures = uploads().pictures.items()
    studies = [study.beside(of, name, picture) for name, picture in pictures]
    if len(studies) < 2:
        st.markdown(say("pictures.too-few"))
        return []
    draw(panels.pictures_chart(studies))
    size = choose_common_size(of)
    draw(panels.pictures_table(studies, size), panels.means_table(studies))
    return [study.sweeping(studies), *show_joint(of, studies, size)]


def show_joint(of: Study, studies: Sequence[Study], size: int) -> list[Pieces]:
    """Train one codebook on several pictures, if asked to, and show how each fares with it."""
    every = joint.companions(of, studies)
    if not every:
        small(say("pictures.joint-whole" if is_whole(of) else "pictures.joint-plain"))
        return []
    with row():
        if not st.toggle(**control("joint")):
            return []
        names = [it.name for it in every]
        chosen = st.pills(options=names, default=names, **unbound("inside"))
        inside = [it for it in every if it.name in chosen]
        offer(*downloads.joint_files(inside, size), icon=DOWNLOAD)
    if not inside:
        return []
    tries = st.session_state.tries = joint.known_tries(inside, every, size)
    draw(panels.tries_table(tries, size))
    return [joint.trying(inside, every, size)]


def show_collection(of: Study, gathering: Gathering | None) -> None:
    """Show the work on very many pictures, or what they come to, and ask for it."""
    if gathering and gathering.is_going_on:
        show_gathering(gathering)
        return
    small(say("collection.about"))
    if can_share(of.settings.family):
        ask_for_collection(of)
    else:
        small(say("pictures.joint-whole" if is_whole(of) else "collection.no-family"))
    if gathering:
        show_gathered(gathering)


def ask_for_collection(of: Study) -> None:
    """Ask for a folder of this machine, where one sits at it, or take what is uploaded."""
    source, folder = "uploads", ""
    with row():
        if visit.is_on_this_machine(st.get_option("server.address")):
            source = st.segmented_control(default="folder", **choice("collection-source"))
        if source == "folder":
            folder = st.text_input(**unbound("collection-folder"))
        sizes = of.settings.sizes_of(of.sizes)
        words = size_choice("collection-size", sizes, visit.size_in(of.plan))
        size = st.selectbox(persist_state="session", **words)
    passes = int(can_pass(of.settings) and st.toggle(**unbound("collection-pass")))
    if not st.button(say("button.gather")):
        return
    try:
        name, places, files = pictures_asked(source, folder)
    except (OSError, PictureError) as error:
        st.error(say("collection.cannot", reason=plain(str(why(error)))))
        return
    visit.gather(Gathering(Collection(name, places, size, of.settings, passes), files))
    st.rerun()


def pictures_asked(
    source: str, folder: str
) -> tuple[str, tuple[Place, ...], list[tuple[str, bytes]]]:
    """Return what pictures are called together, and where they lie, or their files."""
    if source == "folder":
        places = in_folder(folder)
        return Path(places[0].root).name, tuple(places), []
    if files := files_of(uploads().opened):
        return "", (), files
    raise PictureError(said("collection.upload-some"))


def show_gathering(gathering: Gathering) -> None:
    """Show how far the work on very many pictures is, time and again, and let it be stopped."""

    @st.fragment(key="gathering", run_every=GATHERING_SECONDS)
    def show_progress() -> None:
        if not gathering.is_going_on:
            st.rerun()
        st.progress(*collectionpanels.progress_of(gathering))
        st.button(say("button.cancel"), on_click=gathering.stop)

    show_progress()


def show_gathering_elsewhere(signal: str) -> None:
    """Show how far the work is where its own panel is not open, so that it goes on."""
    gathering, panel = visit.gathering, st.session_state["panel"]
    if gathering and (signal, panel) != ("picture", "pictures") and gathering.is_going_on:
        show_gathering(gathering)


def show_gathered(gathering: Gathering) -> None:
    """Show what very many pictures come to."""
    st.markdown(collectionpanels.summary(gathering))
    heading, refused = collectionpanels.refused(gathering)
    if refused:
        with st.expander(heading):
            st.markdown("\n".join(f"- {it}" for it in refused))
    book = visit.trained_on(gathering)
    if not gathering.seen or not book:
        return
    with row():
        offer(*collectionpanels.files(gathering, book), icon=DOWNLOAD)
    small(say("collection.there", name=plain(book.name)))
    draw(collectionpanels.distributions(gathering))
    st.subheader(say("collection.health"), anchor=False)
    st.markdown("\n".join(f"- {it}" for it in collectionpanels.health_sentences(gathering)))
    show_thumbnails(say("collection.best"), gathering.seen.best)
    show_thumbnails(say("collection.worst"), gathering.seen.worst)
    small(say("collection.shrunk"))


def show_thumbnails(heading: str, thumbnails: Sequence[Thumbnail]) -> None:
    """Show a few pictures beside what they are rebuilt to."""
    if not thumbnails:
        return
    st.subheader(heading, anchor=False)
    with st.container(horizontal=True):
        for it in thumbnails:
            with st.container(width=2 * THUMBNAIL_WIDTH + 8, gap="xsmall"):
                with st.container(horizontal=True, gap="xsmall"):
                    for png, alt in collectionpanels.sides_of(it):
                        st.image(png, width=THUMBNAIL_WIDTH, output_format="PNG", alt=alt)
                small(collectionpanels.told_of(it))


def keep_trained() -> None:
    """Keep the codebook of very many pictures, once there is one, as one of those at hand."""
    gathering = visit.gathering
    if gathering and gathering.found and not visit.trained_on(gathering):
        visit.keep_trained(collectionpanels.codebook_of(gathering, gathering.found))


def choose_size(name: str, of: Study, first: int | None = None) -> int:
    """Choose a K by a control of its own; with another picture it is the nearest there is."""
    if name in st.session_state:
        st.session_state[name] = visit.size_for(name, of.plan, first)
    words = size_choice(name, of.plan.sizes, first or visit.size_in(of.plan))
    size: int = st.selectbox(on_change=lambda: visit.keep_size_for(name), **words)
    return size


def choose_common_size(of: Study) -> int:
    """Choose a K for all studies, at first the one of the viewer."""
    sizes = of.settings.sizes_of(of.sizes)
    size: int = st.selectbox(**size_choice("each", sizes, visit.size_in(of.plan)))
    return size


def training_panel(of: Study) -> list[Pieces]:
    with st.container(gap=None):
        layers: Places = {"training": st.container(gap=None)}
        if not study.has_replay(of):
            small(say("training.no-replay"))
        elif not of.settings.rules:
            COMPONENTS["training"](key="training", data={"sweep": of.sweep_id})
    if of.settings.rules:
        show_book(of)
    else:
        draw(panels.rungs_table(of))
    replays = made.replaying(of, visit.size_in(of.plan), lambda new: bring(new, layers))
    if not of.settings.is_plain:
        of_vectors = say("training.of-vectors") if is_whole(of) else ""
        small(of_vectors, say("training.plain-only"))
        return [replays]
    return [replays, *show_trainers(of)]


def show_book(of: Study) -> None:
    """Show the iterations of a training by the book, as numbers to hand in."""
    st.subheader(say("page.training.iterations"), anchor=False)
    with row():
        size = choose_size("book", of)
        offer(*downloads.book_files(of, size), icon=DOWNLOAD)
    draw(panels.iterations_chart(study.known_book(of, size)), panels.book_table(of, size))


def show_trainers(of: Study) -> list[Pieces]:
    """Compare all trainers at a K, if asked to."""
    st.subheader(say("training.trainers"), anchor=False)
    with row():
        if not st.toggle(**control("compare")):
            return []
        size = choose_size("contest", of)
    draw(panels.trainers_chart(of, size))
    return [study.racing(of, contest.contestants(of.settings), size)]


def codebook_panel(of: Study) -> list[Pieces]:
    """Encode the picture with an uploaded codebook, beside its own of the same block size and K."""
    codebooks = {it.name: it for it in uploads().fitting(of.picture, cut_of(of.settings))}
    if not codebooks:
        st.markdown(say("codebook.upload-gray" if of.picture.is_gray else "codebook.upload"))
        return []
    with row():
        chosen = codebooks[choose_from("codebook", list(codebooks), next(iter(codebooks)))]
        st.button(say("button.show-on-b"), on_click=lambda: visit.ask_of_viewer(chosen.id))
    own = foreign.study_with_own(of, chosen.shared)
    use: Use = waited_for(foreign.use_of(of, chosen.shared))
    draw(panels.uses_sheet(chosen.name, use, own))
    offer(*downloads.use_files(chosen.name, use, own), type="tertiary")
    return [study.sweeping([own])]


def health_panel(of: Study) -> list[Pieces]:
    """Show the health of each size; which, the page itself knows from the viewer."""
    show_health(made.health_bytes(of), panels.health_charts(of), partial(panels.health_table, of))
    if not FAMILIES[of.settings.family].BY_BLOCK:
        small(say("health.by-block-only"))
        return [study.examining(of), *(show_bands(of) if is_whole(of) else [])]
    return [study.examining(of), study.holding_out(of), *show_lent(of)]


def show_health(
    data: bytes, charts: panels.Shown | None, table: Callable[[], panels.Table]
) -> None:
    """Show the health of the K shown, charts, and the figures of all sizes if asked for."""
    if not data:
        st.markdown(say("health.later"))
        return
    COMPONENTS["health"](key="health", data=data)
    draw(charts)
    if st.toggle(**control("healths")):
        draw(table())


def show_bands(of: Study) -> list[Pieces]:
    """Show where the bits of a file went, and what is in its bands."""
    st.subheader(say("bands.title"), anchor=False)
    size = st.selectbox(**size_choice("bands", of.plan.sizes, visit.size_in(of.plan)))
    if inside := bands.known_inside(of, size):
        st.markdown(bandpanels.finding(of, size, inside))
        draw(bandpanels.spending_chart(of, size, inside))
        with st.expander(say("bands.numbers")):
            draw(bandpanels.spending_table(of, size, inside))
        st.subheader(say("bands.mosaic"), anchor=False)
        mosaic = bandpanels.mosaic(of, size, inside)
        st.image(mosaic.png, output_format="PNG", alt=mosaic.alt)
        small(mosaic.caption)
    return [bands.looking_inside(of, size)]


def show_lent(of: Study) -> list[Pieces]:
    """Try the codebooks on another picture, if asked to."""
    with row():
        if not st.toggle(**control("try")):
            return []
        every = uploads().pictures | {name: sample(name) for name in SAMPLES}
        others = study.alike(of, every)
        name = choose_from("other", list(others), None)
    if not name:
        return []
    other = study.beside(of, name, others[name])
    draw(panels.transfers_table(of, other))
    return [study.lending(of, other)]


def plane_panel(of: Study) -> list[Pieces]:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=PLANE_WIDTH):
            show_plane(of.picture)
        with st.container(width=PLANE_WIDTH):
            if is_whole(of):
                small(say("projection.none"))
            else:
                show_projection(of)
    return []


@st.fragment(key="plane")
def show_plane(picture: Picture) -> None:
    """Show the quantizer of pixel pairs, and Lloyd's steps from where a hand put the codewords."""
    st.subheader(say("plane.title"), anchor=False)
    with row():
        words = control("size") | {"key": "pairs", "width": 200}
        size = st.slider(min_value=1, max_value=MAX_CODEWORDS, value=16, **words)
        start = st.segmented_control(**choice("start"))
    codewords = made.first_pairs(store(), picture, size, start)
    if len(codewords) < size:
        st.info(say("plane.clamped", n=len(codewords)))
    of = f"{picture.digest} {size} {start}"
    data = made.plane_bytes(store(), of, visit.edited(of, codewords), picture)
    COMPONENTS["plane"](key="plane", data=data, on_edit_change=visit.keep_edit)
    small(say("plane.caption"))


def show_projection(of: Study) -> None:
    """Show the blocks and the codewords along the blocks' principal axes."""
    st.subheader(say("projection.title", **of.layout.block_size._asdict()), anchor=False)
    COMPONENTS["projection"](key="projection", data=made.projection_bytes(of))
    small(say("projection.caption", dimension=of.layout.dimension))


def exercises_panel(of: Study) -> list[Pieces]:
    """Ask about the picture; answers are checked against its own figures."""
    small(say("exercise.about"))
    for it in exercises.exercises_on(of):
        st.fragment(show_exercise, key=f"exercise-{it.id}")(of, it)
    if exercises.is_prepared(of):
        return []
    small(say("exercise.later"))
    return [exercises.preparing(of)] if of.is_complete else []


def show_exercise(of: Study, it: exercises.Exercise) -> None:
    """Ask a question, and answer what is chosen."""
    st.markdown(f"**{asked.question_of(it)}**")
    if it.id == "rival" and (pair := exercises.pair_of(of)):
        with row():
            for pixels, told in zip(
                pair, (say("exercise.first"), say("exercise.second")), strict=True
            ):
                st.image(pixels, told, 2 * exercises.SIDE, output_format="PNG", alt=told)
    chosen = choose_answer(f"exercise-{it.id} {of.sweep_id}", it)
    if chosen is not None:
        st.markdown(asked.reply_to(it, it.choices[chosen]))


def choose_answer(key: str, it: exercises.Exercise) -> int | None:
    """Choose an answer, by its place among the choices."""
    return st.selectbox(
        asked.question_of(it),
        range(len(it.choices)),
        index=None,
        format_func=lambda place: asked.choice_in_words(it, it.choices[place]),
        key=key,
        persist_state="session",
        placeholder=say("exercise.choose"),
        label_visibility="collapsed",
        width=ANSWER_WIDTH,
    )


PANELS: dict[str, Callable[[Study], list[Pieces]]] = {
    "sizes": sizes_panel,
    "training": training_panel,
    "rates": rates_panel,
    "pictures": pictures_panel,
    "health": health_panel,
    "plane": plane_panel,
    "codebook": codebook_panel,
    "exercises": exercises_panel,
}


def show_panels(of: Study, place: DeltaGenerator) -> list[Pieces]:
    """Show the open panel, if there is anything yet, and return the work it still needs.

    The place is empty before, so that no panel of another picture stands there meanwhile.
    """
    st.session_state.tries = []  # as the open panel has them, for the report
    if not of.steps:
        return []
    with place.container():
        panel = st.segmented_control(**choice("panel", list(PANELS)))
        with place_of(panel):
            return PANELS[panel](of)


def place_of(panel: str) -> DeltaGenerator:
    """Return the place of the open panel; what another has left in its own goes at once."""
    with st.container(gap=None):
        places = {name: st.container() if name == panel else st.empty() for name in PANELS}
    return places[panel]


# Panels of points


def point_sizes_panel(of: PointStudy, step: PointStep) -> list[Pieces]:
    measure = st.segmented_control(**choice("measure"))
    draw_apart("sizes", pointpanels.size_charts(of, step.codebook_size, measure))
    draw_apart("figures", pointpanels.figures_table(of))
    return []


def point_training_panel(of: PointStudy, step: PointStep) -> list[Pieces]:
    table = pointpanels.training_table(of, step)
    draw(panels.iterations_chart(step.trained.book), table)
    small("" if table else pointpanels.why_no_rungs(of))
    replays = [pointstudy.replaying(of, step.codebook_size)] if show_steps(of, step) else []
    return [*replays, *show_point_trainers(of, step)]


def show_steps(of: PointStudy, step: PointStep) -> bool:
    """Show the codewords after an iteration, and tell whether there are any to show."""
    if not pointstudy.has_steps(of, step.codebook_size):
        return False
    st.subheader(say("page.training.iterations"), anchor=False)
    with st.container(gap=None):
        if frames := pointpanels.steps_there(of, step):
            st.fragment(show_step, key="steps")(of, frames)
    return True


def show_step(of: PointStudy, frames: Mapping[str, PointFrame]) -> None:
    """Show one of the iterations, chosen by hand; at first the last."""
    names = [*frames]
    keep_valid(st.session_state, "step", names, names[-1])
    name = names[0]
    if len(names) > 1:
        name = st.select_slider(options=names, value=names[-1], **unbound("step"))
    draw(*pointpanels.frame_shown(of, name, frames[name]))


def show_point_trainers(of: PointStudy, step: PointStep) -> list[Pieces]:
    """Compare all trainers at the K shown, if asked to."""
    if of.settings.family != "plain" or step.figures.mse == 0:
        return []
    st.subheader(say("training.trainers"), anchor=False)
    if not st.toggle(**control("compare")):
        return []
    draw(pointpanels.trainers_chart(of, step.codebook_size))
    return [pointstudy.racing(of, step.codebook_size)]


def codewords_panel(of: PointStudy, step: PointStep) -> list[Pieces]:
    draw(pointpanels.use_chart(step), *pointpanels.codewords_tables(of, step))
    return []


def point_rates_panel(of: PointStudy, step: PointStep) -> list[Pieces]:
    told = {"help": say("control.families.help-points")}
    is_all = st.segmented_control(**choice("families") | told) == "all"
    others = pointstudy.relatives(of) if is_all else []
    draw(pointpanels.rate_chart(of, others), pointpanels.scalars_table(of))
    return [pointstudy.measuring_scalars(of), *map(pointstudy.sweeping, others)]


def point_health_panel(of: PointStudy, step: PointStep) -> list[Pieces]:
    """Show the health of the K that is shown, and of all sizes if asked to."""
    st.markdown("\n".join(f"- {it}" for it in pointpanels.health_sentences(of, step.codebook_size)))
    draw_apart("healths", pointpanels.health_charts(of, step.codebook_size))
    if st.toggle(**control("healths")):
        draw(pointpanels.health_table(of))
    return [pointstudy.examining(of), pointstudy.holding_out(of)]


def gains_panel(of: PointStudy, step: PointStep) -> list[Pieces]:
    """Show what vectors gain over scalars, and what longer ones gain."""
    draw(pointpanels.advantages_table(of))
    small(*pointpanels.why_no_advantages(of))
    return [pointstudy.weighing(of), *show_cuts(of)]


def show_cuts(of: PointStudy) -> list[Pieces]:
    """Show what longer vectors gain, where there are numbers enough."""
    possible = advantage.possible_cuts(of.points)
    if not possible:
        return []
    bits = choose_from("bits", possible, possible[0])
    draw(pointpanels.dimensions_chart(of, bits))
    return [pointstudy.recutting(of, bits)]


def point_plane_panel(of: PointStudy, step: PointStep) -> list[Pieces]:
    if of.points.dimension != 2:
        small(say("points.plane-of-two"))
        return []
    with st.container(width=PLANE_WIDTH):
        show_plane_of_points(of.points)
    return []


@st.fragment(key="plane")
def show_plane_of_points(points: Points) -> None:
    """Show Lloyd's steps among points, from where a hand, or numbers typed in, put codewords."""
    above = row()
    read = partial(textbook.read_codewords, dimension=2)
    typed = type_in("plane-codewords", read, st.text_area) or ()
    with above:
        size, start = choose_first_codewords(len(typed))
    codewords = made.first_points(store(), points, size, start, typed)
    of = f"{points.digest} {size} {start} {typed}"
    data = made.points_plane_bytes(store(), of, visit.edited(of, codewords), points)
    COMPONENTS["plane"](key="plane", data=data, on_edit_change=visit.keep_edit)
    if points.count > SPREAD_POINTS:
        small(say("points.plane-sample", n=SPREAD_POINTS))


def choose_first_codewords(typed: int) -> tuple[int, Any]:
    """Choose how many codewords the plane begins with, and where; if some are typed in, those."""
    most = max(MAX_CODEWORDS, typed)
    words = control("size") | {"key": "pairs", "width": 200, "min_value": 1, "max_value": most}
    if not typed:
        return st.slider(value=16, **words), st.segmented_control(**choice("start"))
    st.session_state.pairs = typed
    st.slider(disabled=True, **words)
    told = {"key": "start-given", "format_func": lambda _: say("points.as-typed")}
    only = unbound("start") | told | {"options": ["given"], "default": "given"}
    return typed, st.segmented_control(disabled=True, **only)


def files_panel(of: PointStudy, step: PointStep) -> list[Pieces]:
    others = pointstudy.relatives(of) if st.session_state.get("families") == "all" else []
    for group, offers in pointdownloads.offered_of_points(of, step, others).items():
        show_group(group, offers)
    with st.expander(say("offers.reproduce")):
        show_ways(reproduce.point_ways(of.points, of.origin, of.settings, step.codebook_size))
    return []


POINT_PANELS: dict[str, Callable[[PointStudy, PointStep], list[Pieces]]] = {
    "sizes": point_sizes_panel,
    "training": point_training_panel,
    "codewords": codewords_panel,
    "rates": point_rates_panel,
    "gains": gains_panel,
    "health": point_health_panel,
    "plane": point_plane_panel,
    "files": files_panel,
}


# Panels of sounds


def sound_sizes_panel(of: SoundStudy) -> list[Pieces]:
    measure = st.segmented_control(**choice("sound-axis"))
    draw_apart("sizes", soundpanels.size_charts(of, measure))
    draw(soundpanels.figures_table(of))
    small(say("sound.about-snr"))
    return []


def sound_rates_panel(of: SoundStudy) -> list[Pieces]:
    measure = st.segmented_control(**choice("sound-axis"))
    told = {"help": say("control.families.help-sounds")}
    is_all = st.segmented_control(**choice("families") | told) == "all"
    others = soundstudy.relatives(of) if is_all else []
    draw(soundpanels.rate_chart(of, others, measure))
    small(say("sound.about-snr"))
    return [soundstudy.encoding(of, SOUND_CODECS), *map(climb.sweeping, others)]


def sound_training_panel(of: SoundStudy) -> list[Pieces]:
    size = of.plan[-1]
    if of.settings.rules:
        size = st.selectbox(**size_choice("sound-book", of.plan, visit.size_among(of.plan)))
    table = soundpanels.training_table(of, size)
    draw(table)
    if not table and of.is_complete:
        small(say("training.without-steps"))
    return []


def sounds_panel(of: SoundStudy) -> list[Pieces]:
    """Show every sound at one K, and one codebook for several of them if asked to."""
    rate, every = of.settings.rate, recordings()
    sounds = {name: sound_at(it, name, rate) for name, it in every.items()}
    with row():
        size = st.selectbox(**size_choice("each", of.plan, visit.size_among(of.plan)))
        told = {"help": say("control.joint.help-sounds")}
        is_joint = st.toggle(**control("joint") | told)
    studies = soundsharing.companions(of, sounds, size)
    draw(soundpanels.each_table(studies))
    more = show_joint_of_sounds(of, studies, size) if is_joint else []
    return [*map(climb.sweeping, studies), *more]


def show_joint_of_sounds(of: SoundStudy, every: Sequence[SoundStudy], size: int) -> list[Pieces]:
    """Train one codebook on several sounds, and show how each fares with it."""
    names = [it.sound.name for it in every]
    own = [name for name in names if name not in SOUND_SAMPLES]
    first = own or names  # anew, when another is uploaded
    pills = unbound("inside-sounds") | {"key": f"inside {first}", "default": first}
    chosen = st.pills(options=names, **pills)
    inside = [it for it in every if it.sound.name in chosen]
    if not inside:
        return []
    tries = soundsharing.known_tries(inside, every)
    draw(soundpanels.tries_table(tries, size))
    with row():
        offer(*soundpanels.joint_files(of, tries, size), icon=DOWNLOAD)
    return [soundsharing.trying(inside, every)]


def sound_codebook_panel(of: SoundStudy) -> list[Pieces]:
    """Encode the sound with the codebook of an uploaded .vq, beside its own of the same K."""
    files = uploads().sound_files
    if not files:
        st.markdown(say("codebook.upload-sound"))
        return []
    with row():
        name = choose_from("codebook", [*files], next(iter(files)))
        shared = lent_by(files[name].encoded)
        st.button(
            say("button.show-on-b"),
            on_click=lambda: visit.ask_of_hearing(name),
            disabled=shared.rate != of.settings.rate,
        )
    small(*soundpanels.other_cut(of, name, shared))
    use, own = use_of_file(of, files[name])
    draw(soundpanels.uses_sheet(name, use, own))
    offer(*soundpanels.use_files(name, use, own), type="tertiary")
    return [climb.sweeping(own)]


def use_of_file(of: SoundStudy, file: SoundFile) -> tuple[SoundUse, SoundStudy]:
    """Return the sound encoded with the codebook of a file, and its study with its own."""
    name, rate = of.sound.name, file.encoded.layout.rate
    own = soundsharing.study_with_own(of, sound_at(recordings()[name], name, rate), file)
    return waited_for(soundsharing.use_of(own, file)), own


def speakers_panel(of: SoundStudy) -> list[Pieces]:
    """Tell whose voice some sounds are, those that are not chosen as voices."""
    every = recordings()
    with row():
        voices = choose_voices(list(every), of.sound.name)
        size = st.selectbox(**size_choice("voice-size", VOICE_SIZES, VOICE_SIZE))
    named = {sound_name(name): it for name, it in every.items()}
    how = {"rate": of.sound.rate, "size": size, "seed": of.settings.seed, "store": store()}
    lined_up = line_up(named, [sound_name(name) for name in voices], **how)
    lacking = soundpanels.what_a_line_up_lacks(lined_up)
    st.markdown(lacking or say("speakers.about", size=size))
    draw(soundpanels.speakers_table(lined_up))
    small(*soundpanels.told_of_speakers(lined_up))
    return [] if lacking else [lined_up.listening()]


def choose_voices(names: Sequence[str], looked_at: str) -> list[str]:
    """Choose the sounds that are voices: at first all but the one that is looked at."""
    key = {"key": f"voices {looked_at} {names}"}
    others = [name for name in names if name != looked_at]
    chosen: list[str] = st.pills(options=names, default=others, **unbound("voices") | key)
    return chosen


def sound_health_panel(of: SoundStudy) -> list[Pieces]:
    """Show the health of each size; which, the page itself knows from what side B plays."""
    table = partial(soundpanels.health_table, of)
    data = hearing.health_bytes(of, soundpanels.health_sentences)
    show_health(data, soundpanels.health_charts(of), table)
    return [climb.examining(of), climb.holding_out(of), *show_borrowed(of)]


def show_borrowed(of: SoundStudy) -> list[Pieces]:
    """Encode the sound with another's codebooks, if asked to."""
    with row():
        if not st.toggle(**control("borrow")):
            return []
        others = {name: it for name, it in recordings().items() if name != of.sound.name}
        name = choose_from("lender", [*others], None)
    if not name:
        return []
    other = sound_at(others[name], name, of.settings.rate)
    draw(soundpanels.transfers_table(of, other))
    return [soundstudy.borrowing(of, other)]


def sound_files_panel(of: SoundStudy) -> list[Pieces]:
    size = st.selectbox(**size_choice("sound-size", of.plan, visit.size_among(of.plan)))
    if size not in of.steps:
        return []
    others = soundstudy.relatives(of) if st.session_state.get("families") == "all" else []
    for group, offers in sounddownloads.offered_of_sound(of, of.steps[size], others).items():
        show_group(group, offers)
    with st.expander(say("offers.reproduce")):
        show_ways(reproduce.sound_ways(of.sound, of.settings, size))
    return []


SOUND_PANELS: dict[str, Callable[[SoundStudy], list[Pieces]]] = {
    "sizes": sound_sizes_panel,
    "rates": sound_rates_panel,
    "training": sound_training_panel,
    "sounds": sounds_panel,
    "codebook": sound_codebook_panel,
    "speakers": speakers_panel,
    "health": sound_health_panel,
    "files": sound_files_panel,
}


# Panels of spectra


def spectral_sizes_panel(of: SpectralStudy) -> list[Pieces]:
    draw_apart("sizes", spectralpanels.size_charts(of))
    draw(spectralpanels.figures_table(of))
    small(say("spectra.about", order=of.spectra.frequencies.shape[1]))
    return [climb.holding_out(of)]


def envelopes_panel(of: SpectralStudy) -> list[Pieces]:
    st.fragment(show_envelopes, key="envelopes")(of)
    return []


def show_envelopes(of: SpectralStudy) -> None:
    """Show the envelopes of a frame at a K."""
    with row():
        size = st.selectbox(**size_choice("sound-size", of.plan, visit.size_among(of.plan)))
        place = choose_frame(of)
    if size in of.steps:
        draw(spectralpanels.envelopes_chart(of, size, place))


def choose_frame(of: SpectralStudy) -> int:
    """Choose a frame by its time, at first the loudest."""
    places = range(len(of.spectra.filters))
    loudest = spectralstudy.loudest_frame(of)
    keep_valid(st.session_state, "moment", places, loudest)
    words = unbound("moment") | {"format_func": lambda place: f"{place / FRAMES_A_SECOND:.2f}"}
    place: int = st.select_slider(options=places, value=loudest, **words)
    return place


def spectral_rates_panel(of: SpectralStudy) -> list[Pieces]:
    with row():
        frames = st.segmented_control(**choice("spectral-frames"))
        told = {"help": say("control.families.help-spectra")}
        is_all = st.segmented_control(**choice("families") | told) == "all"
    every = [of, *(spectralstudy.relatives(of) if is_all else [])]
    draw(spectralpanels.rate_chart(every, frames))
    small(say("spectra.about", order=of.spectra.frequencies.shape[1]))
    held_out = map(climb.holding_out, every) if frames == "others" else []
    return [*map(climb.sweeping, every), *held_out]


def spectral_health_panel(of: SpectralStudy) -> list[Pieces]:
    """Show the health of each size; which, the page itself knows from what side B plays."""
    table = partial(spectralpanels.health_table, of)
    data = hearing.health_bytes(of, spectralpanels.health_sentences)
    show_health(data, spectralpanels.health_charts(of), table)
    return [climb.examining(of), climb.holding_out(of)]


def spectral_files_panel(of: SpectralStudy) -> list[Pieces]:
    size = st.selectbox(**size_choice("sound-size", of.plan, visit.size_among(of.plan)))
    if size in of.steps:
        for group, offers in sounddownloads.offered_of_spectra(of, of.steps[size]).items():
            show_group(group, offers)
    return []


SPECTRAL_PANELS: dict[str, Callable[[SpectralStudy], list[Pieces]]] = {
    "sizes": spectral_sizes_panel,
    "envelopes": envelopes_panel,
    "rates": spectral_rates_panel,
    "health": spectral_health_panel,
    "files": spectral_files_panel,
}


class SoundKind(NamedTuple):
    """What of a sound is quantized: how to choose a study of it, its layers, and its panels.

    `clamped` says that K goes no higher than some number.
    """

    study: Callable[[Sound], Any]
    layers: Callable[[Any], Iterator[tuple[str, bytes]]]
    panel: str
    panels: Mapping[str, Callable[[Any], list[Pieces]]]
    clamped: Callable[[int], str]


SOUND_KINDS = {
    "waveform": SoundKind(
        study_of_waveform,
        hearing.sound_layers,
        "sound-panel",
        SOUND_PANELS,
        lambda n: say("points.clamped", n=n),
    ),
    "spectra": SoundKind(
        study_of_spectra,
        hearingspectra.spectra_layers,
        "spectral-panel",
        SPECTRAL_PANELS,
        lambda n: say("spectra.clamped", n=n),
    ),
}


# Pages


def lab(name: str, picture: Picture, below_files: DeltaGenerator) -> None:
    """Sweep a picture and show what is there so far, until all of it is."""
    with st.sidebar:
        settings, sizes, block = choose_settings(picture.is_gray)
        tell_codewords(below_files, cut_of(settings))
    of = Study(name, picture, settings, sizes, store())
    clamped = wording.why_no_more(of.settings, of.plan)
    show_facts(name, of.layout, settings.family, picture.origin, clamped)
    progress, layers = ProgressPlace((of.sweep_id, sizes)), layer_places()
    results = st.container()
    with st.container(key="below"):
        below = st.empty()
    bring(made.known_layers(of), layers)
    with results:
        show_results(of)
    told = made.as_uploaded(picture, of.layout)
    bring(made.original_layers(store(), picture, of.layout, told), layers)

    def show_rest() -> list[Pieces]:
        needed = show_panels(of, below)
        if of.steps:
            block.html(made.how_of(of, visit.size_in(of.plan)))
        bring(made.files_beside(store(), uploads(), of.original_id, of.layout, of.name), layers)
        return needed

    sweep(of, progress, layers, show_rest)


def sweep(
    of: Study, progress: ProgressPlace, layers: Places, show_rest: Callable[[], list[Pieces]]
) -> None:
    """Sweep, show the rest once there is a result, and do what that needs; all anew at times."""
    with closing(study.missing_steps(of)) as events:
        go_on = partial(
            turns.sweep_on,
            of,
            events,
            tell=progress.tell,
            show=lambda event: bring(made.new_layers(of, event), layers),
        )
        if not of.steps:
            go_on(FIRST_RESULTS_SECONDS)
        needed = show_rest()
        if not of.is_complete:
            go_on(REDRAW_SECONDS)
            st.rerun()
    if turns.work_on(needed, REDRAW_SECONDS, tell=progress.tell):
        st.rerun()
    progress.end()


def show_file(name: str, file: VqFile) -> None:
    """Show a .vq file as pictures are, beside its original if that is uploaded."""
    layout, size = file.encoded.layout, file.encoded.quantizer.codebook_size
    show_facts(name, layout, file.encoded.quantizer.family)
    progress, layers = ProgressPlace(file.digest), layer_places()
    bring(made.codebook_layers(store(), file.digest, {size: file.encoded}, whole=True), layers)
    pictures = uploads().pictures
    nearest = turns.answered(store(), vqfiles.original_of(file, pictures), progress.tell)
    original = pictures.get(nearest)
    with st.container():
        show_file_viewer(name, file, original)
    point: Any = sweeps.cost_of(file.encoded, file.size)
    if original:
        bring(made.beside_file(store(), uploads(), layout, nearest), layers)
        point = turns.answered(store(), vqfiles.point_of(file, original), progress.tell)
    bring(made.file_figures(file, point), layers)
    progress.end()


@st.fragment(key="viewer")
def show_file_viewer(name: str, file: VqFile, original: Picture | None) -> None:
    with st.container(gap=None):
        show_viewer(made.view_of_file(name, file, original))


def lab_of_points(chosen: PointsChosen) -> None:
    """Sweep points, and show what is there so far, until all of it is."""
    choices = visit.choices_beside(chosen.file, present_rivals())
    COMPONENTS["choices"](key="choices", data=choices, on_returned_change=take_returned)
    if chosen.points is None and chosen.file.name:
        ask_for(chosen.file.name)
        return
    if chosen.points is None:
        show_title(chosen.name, [], say("points.none"))
        return
    with st.sidebar:
        settings, sizes = choose_point_settings(chosen.points)
    of = PointStudy(chosen.points, settings, sizes, store(), chosen.name, chosen.origin)
    clamped = say("points.clamped", n=of.plan[-1]) if of.is_clamped else ""
    show_title(chosen.name, wording.facts_of_points(chosen.points), clamped)
    progress, place = ProgressPlace((of.swept, sizes)), st.container()
    if not of.steps:
        turns.work_on([pointstudy.sweeping(of)], FIRST_RESULTS_SECONDS, tell=progress.tell)
    with place:
        more = show_points(of)
    if turns.work_on([pointstudy.sweeping(of), *more], REDRAW_SECONDS, tell=progress.tell):
        st.rerun()
    progress.end()


def lab_of_sounds(chosen: SoundChosen) -> None:
    """Let a sound or a .vq of one be heard, or ask for it."""
    choices = visit.choices_beside(chosen.file, present_rivals())
    COMPONENTS["choices"](key="choices", data=choices, on_returned_change=take_returned)
    if chosen.sound is None:
        ask_for(chosen.name)
    elif isinstance(chosen.sound, SoundFile):
        show_sound_file(chosen.name, chosen.sound)
    else:
        lab_of_sound(chosen.sound)


def lab_of_sound(sound: Sound) -> None:
    """Sweep a sound, let what is there so far be heard, until all of it is."""
    with st.sidebar:
        kind = SOUND_KINDS[st.segmented_control(**choice("sound-kind"))]
        of = kind.study(sound)
    clamped = kind.clamped(of.plan[-1]) if of.is_clamped else ""
    show_title(wording.sound_name(sound.name), wording.facts_of_sound(sound), clamped)
    progress = ProgressPlace((of.swept, of.sizes))
    with st.container(gap=None):
        COMPONENTS["layer"](key="layer-sound", data=hearing.original_sound(of))
        lent, asked = visit.asked_of_hearing(uploads().sound_files)
        view = hearing.view_of_sound(of, st.session_state["size"])
        COMPONENTS["hearing"](key="hearing", data=view | asked)
        books = st.container(gap=None)
    panel = st.container()
    if not of.steps:
        turns.work_on([climb.sweeping(of)], FIRST_RESULTS_SECONDS, tell=progress.tell)
    with books:
        bring_sounds(kind.layers(of))
        if isinstance(of, SoundStudy):
            bring_sounds(used_layers(of, lent))
    with panel:
        more = kind.panels[st.segmented_control(**choice(kind.panel))](of)
    if turns.work_on([climb.sweeping(of), *more], REDRAW_SECONDS, tell=progress.tell):
        st.rerun()
    progress.end()


def bring_sounds(layers: Iterable[tuple[str, bytes]]) -> None:
    for name, data in layers:
        COMPONENTS["layer"](key=f"layer-{name}", data=data)


def used_layers(of: SoundStudy, name: str | None) -> Iterable[tuple[str, bytes]]:
    """Yield the sound with the codebook of a .vq file of that name, at the rate that is heard."""
    file = uploads().sound_files.get(name or "")
    if name and file and file.encoded.layout.rate == of.settings.rate:
        use, _ = use_of_file(of, file)
        yield "book-use", hearing.use_layer(use, of.sound.digest, name)


def show_sound_file(name: str, file: SoundFile) -> None:
    """Let a .vq file be heard as sounds are, beside its original if that is there."""
    show_title(name, wording.facts_of_sound_file(file), "")
    progress, every = ProgressPlace(file.digest), recordings()
    nearest = turns.answered(store(), soundfiles.original_of(file, every), progress.tell)
    original, figures = None, file.cost
    if nearest:
        original = sound_at(every[nearest], nearest, file.encoded.layout.rate)
        figures = turns.answered(store(), soundfiles.figures_of(file, original), progress.tell)
    with st.container(gap=None):
        bring_sounds(hearing.layers_of_file(store(), file, original, figures))
        COMPONENTS["hearing"](key="hearing", data=hearing.view_of_file(name, file, original))
    draw(soundpanels.file_table(figures))
    progress.end()


def take_returned() -> None:
    """Go back or forward to choices, on a page without a viewer to tell of them."""
    returned = st.session_state.choices["returned"]
    if visit.take_returned(returned, PANELS, present_rivals()):
        st.rerun()


def choose_point_size(sizes: Sequence[int]) -> int:
    """Choose the K that is shown: at first the one of the viewer, or the nearest there is."""
    if len(sizes) == 1:
        return sizes[0]
    st.session_state["point-size"] = visit.size_among(sizes)
    size: int = st.select_slider(
        options=sizes, on_change=visit.choose_point_size, **unbound("point-size")
    )
    return size


def show_points(of: PointStudy) -> list[Pieces]:
    """Show the points and the codewords of a K, and the open panel below."""
    step = of.steps[choose_point_size(list(of.steps))]
    draw(pointpanels.stage_chart(of, step))
    st.markdown(wording.figures_of_points(step.figures, of.points.dimension))
    small(*pointpanels.warnings_of(of, step.codebook_size))
    panel = st.segmented_control(**choice("point-panel"))
    return POINT_PANELS[panel](of, step)


def main() -> None:
    st.set_page_config("VQ Lab", page_icon="🔲", layout="wide")
    st.html(f"<style>{PAGE_STYLE}</style>")
    if is_opening := visit.is_opening:
        let_load(STYLE_SECONDS)
    speak(lambda: visit.language)
    address = {name: ",".join(st.query_params.get_all(name)) for name in st.query_params}
    visit.begin(address, PANELS, present_rivals())
    keep_trained()
    with st.sidebar:
        with row():
            st.title(say("sidebar.title"), anchor=False)
            choose_language()
        signal = st.segmented_control(**choice("signal"))
        there = take_files()
        if signal == "points":
            points = choose_points(there)
        elif signal == "sound":
            sound = choose_sound(there)
        else:
            name, chosen, below_files = choose_picture(there)
        show_gathering_elsewhere(signal)
    if is_opening:
        let_load(SIDEBAR_SECONDS)
    if signal == "points":
        lab_of_points(points)
    elif signal == "sound":
        lab_of_sounds(sound)
    elif needed := missing_file(there.shown):
        ask_for(needed)
    elif isinstance(chosen, VqFile):
        tell_codewords(below_files, cut_of(chosen.encoded.layout))
        show_file(name, chosen)
    else:
        lab(name, chosen, below_files)


if __name__ == "__main__":
    main()
