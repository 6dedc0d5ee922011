"""What a hand has asked for, from run to run, beside what the controls hold themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Hashable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from time import monotonic, sleep
from typing import Any, Literal, NamedTuple, Protocol

from vqcore.archive.gathering import Gathering, trained_id
from vqcore.lab.soundfiles import SoundFile
from vqcore.lab.store import Store
from vqcore.lab.study import Others, Study, at_others, relatives, with_steps
from vqcore.lab.sweeps import Plan, Step, nearest_size
from vqcore.lab.uploads import Upload, Uploads, open_uploads, unused_name
from vqcore.show.controls import CALLED, FIRST_BLOCK_SIZE, State, values_of
from vqcore.show.links import (
    DEFAULTS,
    Wanted,
    choices_of,
    in_the_address,
    newest,
    opened_with,
    wanted_file,
)
from vqcore.signals.points import Points
from vqcore.signals.sounds import Sound
from vqcore.signals.sources import UPLOADED, Origin
from vqcore.words import DEFAULT, LANGUAGES, TEST, best_for

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
MOST_TRAINED = 8


class Pick(NamedTuple):
    """What can be opened in the viewer: a K, and of which study if not of the one shown."""

    size: int
    of: Study | None = None


class PointsChosen(NamedTuple):
    """Points under their name, if there are any yet, and where they come from.

    `file` is the one that a link to them needs.
    """

    name: str
    points: Points | None
    origin: Origin = UPLOADED
    file: Wanted = Wanted()


class SoundChosen(NamedTuple):
    """A sound under its name, or a .vq file of one, if there is any yet, and the file it needs."""

    name: str
    sound: Sound | SoundFile | None
    file: Wanted = Wanted()


class Browser(Protocol):
    """What a page is looked at with: of several at once, the one that asks."""

    @property
    def locale(self) -> str | None: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def ip_address(self) -> str | None: ...


def let_load(seconds: float) -> None:
    """Send nothing more for a little, so that a page shows what it has.

    While more comes, streamlit's page puts off all whose code it has yet to load.
    """
    sleep(seconds)


class Visit:
    """What one who looks has asked for.

    Parameters
    ----------
    state : of the session, which also holds what the controls do, by their keys
    address : the parameters of the page's
    browser
    """

    def __init__(self, state: State, address: Mapping[str, str], browser: Browser) -> None:
        self._state, self._address, self._browser = state, address, browser

    @property
    def language(self) -> str:
        """The language that is asked for, or else that of the browser."""
        return self._chosen_language or self._own_language

    @property
    def _own_language(self) -> str:
        return best_for(self._browser.locale)

    @property
    def _chosen_language(self) -> str | None:
        chosen: str | None = self._state.get("lang") or self._address.get("lang")
        return chosen if chosen in (*LANGUAGES, TEST) else None

    @property
    def _language_in_the_address(self) -> str | None:
        """The language that a link names: any but English read in an English browser."""
        is_usual = self._chosen_language == self._own_language == DEFAULT
        return None if is_usual else self._chosen_language

    def keep_choices(self) -> None:
        """Keep the choices of controls, which call them otherwise in another language."""
        kept = {name: self._state[name] for name in CALLED if name in self._state}
        self._state.update(kept)

    # The link with which the page was opened, and uploads

    @property
    def is_opening(self) -> bool:
        """Tell whether the page is opened now, and nothing has begun."""
        return "link" not in self._state

    def begin(
        self, address: Mapping[str, str], panels: Container[str], codecs: Sequence[str]
    ) -> None:
        """Take, when the page is opened, the choices of its address, and the file it needs."""
        if self.is_opening:
            self._state.update(opened_with(address, panels, codecs))
            wanted_file(self._state, self._address)

    @property
    def wanted(self) -> Wanted:
        """The file that the link needs, for the signal that is looked at now."""
        wanted = wanted_file(self._state, self._address)
        return wanted if wanted.signal == self._signal else Wanted()

    def forget_link(self) -> None:
        self._state["link"] = Wanted()

    def look_at_sample(self) -> None:
        """Look at what needs no file."""
        self.forget_link()
        if self._signal == "points":
            self._state["source"] = DEFAULTS["source"]

    @property
    def _signal(self) -> str:
        signal: str = self._state.get("signal", DEFAULTS["signal"])
        return signal

    @property
    def _files(self) -> list[Any]:
        """The uploaded files; a server started anew knows of some but has them no more."""
        return [file for file in self._state.get("files", []) if isinstance(file, BytesIO)]

    @property
    def recorded(self) -> bytes:
        """The file of what was recorded here, or nothing."""
        recording: bytes = self._state.get("recording", b"")
        return recording

    def keep_recording(self) -> None:
        """Keep what is recorded now: the control forgets it once it is out of sight."""
        taken = self._state["microphone"]
        self._state["recording"] = taken.getvalue() if taken else b""

    def look_at_sound(self, name: str) -> None:
        self.forget_link()
        self._state["sound"] = name

    @property
    def files_gone(self) -> dict[str, Any]:
        """The names of the files that are there, by id, and the ids of those that are gone."""
        names = {file.file_id: file.name for file in self._files}
        known = [file.file_id for file in self._state.get("files", [])]
        return {"names": names, "gone": [it for it in known if it not in names]}

    def key_of_size(self, file_id: str) -> str:
        """Return the key of the field where a raw file's size is typed."""
        return f"raw-size {file_id}"

    def uploads(self, taken: Collection[str], store: Store) -> Uploads:
        """Open what is uploaded and still there, as `open_uploads` does."""
        ids = [file.file_id for file in self._files]
        typed = {it: self._state.get(self.key_of_size(it), "") for it in ids}
        return open_uploads(self._files, taken, store, typed, self.trained)

    def look_at_newest(self, there: Uploads) -> None:
        """Look at what was uploaded last, or at what a link waited for; not if one went away."""
        kinds: dict[str, Collection[str]]
        points = there.vectors if self._state.get("signal") == "points" else there.points
        kinds = {"": there.shown, " points": points, " sounds": there.sounds}
        more = {}
        for kind, files in kinds.items():
            more[kind] = len(files) > self._state.get(f"uploaded{kind}", 0)
            self._state[f"uploaded{kind}"] = len(files)
        if more[""]:
            self._state.update(signal="picture", picture=newest(there.shown, self.wanted))
        elif more[" points"]:
            file = newest(points, self.wanted)
            self._state.update(signal="points", source="file", file=file)
        elif more[" sounds"]:
            self._state.update(signal="sound", sound=newest(there.sounds, self.wanted))

    def look_at(self, there: Uploads, file_id: str) -> None:
        """Look at an upload, if it is a picture now."""
        self._state["uploaded"] = len(there.shown)
        for it in there.opened:
            if it.id == file_id:
                self._state["picture"] = it.name

    # Very many pictures

    def is_on_this_machine(self, server_address: str | None) -> bool:
        """Say whether who looks sits at the machine of the server.

        The page was asked for under a name of this machine itself, by itself, and no other server
        has passed that on. What the address of the page says beside has no part in it.

        Parameters
        ----------
        server_address : where the server listens; where it is not this machine alone, the browser's
            own has to be
        """
        headers = self._browser.headers
        host = headers.get("Host", "").lower()
        name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
        is_near = server_address in THIS_MACHINE or self._browser.ip_address is None
        is_passed_on = any(it in headers for it in PASSED_ON)
        return name.strip("[]") in THIS_MACHINE and is_near and not is_passed_on

    @property
    def gathering(self) -> Gathering | None:
        """What is done with very many pictures, or was last."""
        gathering: Gathering | None = self._state.get("gathering")
        return gathering

    def gather(self, gathering: Gathering) -> None:
        """Stop what is done with very many pictures, for something else."""
        if self.gathering:
            self.gathering.stop()
        self._state["gathering"] = gathering

    @property
    def trained(self) -> list[Upload]:
        """The codebooks that were trained here on very many pictures, the last few."""
        trained: list[Upload] = self._state.setdefault("trained", [])
        return trained

    def trained_on(self, gathering: Gathering) -> Upload | None:
        """Return the codebook that some work has come to, if it is kept."""
        shared = gathering.found.shared if gathering.found else None
        books = (it for it in self.trained if it.id == (shared and trained_id(shared)))
        return next(books, None)

    def keep_trained(self, book: Upload) -> None:
        """Keep a codebook, numbered if another has its name, and let go of the first of many."""
        name = unused_name(book.name, {it.name for it in self.trained})
        self._state["trained"] = [*self.trained, replace(book, name=name)][-MOST_TRAINED:]

    # K, and other settings

    def choose_size(self, size: int) -> None:
        """Choose a K from elsewhere than the viewer."""
        self._state["size"] = size
        self.ask_of_viewer(None)

    def size_in(self, plan: Plan) -> int:
        """Return the K that was last chosen outside the viewer, or the nearest there is."""
        return nearest_size(self._state["size"], plan.sizes)

    def size_among(self, sizes: Sequence[int]) -> int:
        """Return the K that was last chosen, or the nearest there is."""
        return nearest_size(self._state["size"], sizes)

    def size_for(self, control: str, plan: Plan, first: int | None = None) -> int:
        """Return the K that a hand chose by a control of its own, or the nearest there is.

        Until then it is that of the address, or the one to begin with, or that of the viewer.
        """
        address = self._address.get(control, "")
        asked = int(address) if re.fullmatch("[1-9][0-9]{0,3}", address) else None
        kept: int | None = self._state.setdefault(f"{control} by hand", asked)
        return nearest_size(kept or first or self._state["size"], plan.sizes)

    def keep_size_for(self, control: str) -> None:
        """Keep the K that a hand has chosen by a control of its own."""
        self._state[f"{control} by hand"] = self._state[control]

    def choose_point_size(self) -> None:
        """Choose the K of points that their slider has come to."""
        self.choose_size(self._state["point-size"])

    def open(self, pick: Pick) -> Literal["viewer", "app"]:
        """Choose a K, the sidebar's controls set to its settings; return what shows it then."""
        self.choose_size(pick.size)
        if self._signal == "points":
            return "app"
        if pick.of is None:
            return "viewer"
        self._state.update(values_of(pick.of.settings, pick.of.picture.is_gray))
        return "app"

    @property
    def pins(self) -> list[Any]:
        """The settings whose curves stay."""
        pins: list[Any] = self._state.setdefault("pins", [])
        return pins

    def others_than(self, of: Study) -> Others:
        """Return the studies whose curves are asked for beside one's own."""
        families = [*relatives(of).values()] if self._state.get("families") == "all" else []
        pinned, size = at_others(of, self.pins), self.size_for("steps", of.plan)
        return Others(pinned, families, with_steps([of, *pinned, *families], size))

    # What the viewer shows, and wishes for

    def ask_of_viewer(self, codebook_id: str | None) -> None:
        """Let the viewer show anew what was chosen elsewhere: with a codebook, or the size."""
        self._state["use"] = codebook_id
        self._state["asked"] = self._state.get("asked", 0) + 1

    def ask_of_hearing(self, file: str) -> None:
        """Let side B have the sound with the codebook of a .vq file, by its name."""
        self._state["lent"] = file
        self._state["asked"] = self._state.get("asked", 0) + 1

    def asked_of_hearing(self, files: Mapping[str, SoundFile]) -> tuple[str | None, dict[str, Any]]:
        """Return whose codebook side B was asked to have, if that is there, and what it is told."""
        lent = self._state.get("lent")
        name = lent if lent in files else None
        return name, {"use": name is not None, "asked": self._state.get("asked", 0)}

    def asked_of_viewer(self, codecs: Sequence[str]) -> dict[str, Any]:
        """Return what the viewer is to show, and what it writes into the address of choices."""
        return {
            "asked": self._state.get("asked", 0),
            "use": self._state.get("use"),
            "choices": self.choices(codecs),
            "firstBlock": FIRST_BLOCK_SIZE,
        }

    def choices(self, codecs: Sequence[str]) -> dict[str, str | None]:
        """Return what the address says of choices."""
        return in_the_address(self._state, codecs) | {"lang": self._language_in_the_address}

    def choices_beside(self, file: Wanted, codecs: Sequence[str]) -> dict[str, str | None]:
        """Return what the address says on a page without a viewer, of what needs a file or none."""
        return {**self.choices(codecs), "needs": file.name, "digest": file.digest}

    def take_view(self, panels: Container[str], codecs: Sequence[str]) -> bool:
        """Keep what the viewer needs, and tell whether a hand went back or forward to choices."""
        view = self._state["viewer"]["view"]
        self._state.update({name: view[name] for name in ("matches", "uses", "offer")})
        return self.take_returned(view["returned"], panels, codecs)

    def take_returned(
        self, returned: Mapping[str, Any] | None, panels: Container[str], codecs: Sequence[str]
    ) -> bool:
        """Take the choices that a hand went back or forward to, and tell whether it has."""
        if not returned or returned == self._state.get("returned"):
            return False
        self._state["returned"] = returned
        self._state.update(choices_of(returned["choices"], panels, codecs))
        return True

    def wishes(self, name: str) -> list[Any]:
        """Return the "matches", rivals' files, or the "uses" of codebooks that the viewer needs."""
        wishes: list[Any] = self._state.get(name, [])
        return wishes

    # How long a hand has waited

    def wait_for(self, asked: Hashable) -> None:
        """Count the seconds from when something was first asked for."""
        if self._state.get("asked_for", [None])[0] != asked:
            self._state["asked_for"] = asked, monotonic()

    @property
    def seconds_waited(self) -> float:
        seconds: float = monotonic() - self._state["asked_for"][1]
        return seconds

    def stop_waiting(self) -> None:
        """Count anew when something is asked for again."""
        self._state.pop("asked_for", None)

    # Downloads

    def step_to_offer(self, of: Study) -> Step | None:
        """Return the step whose downloads a hand has asked for, if it has not closed them."""
        wanted = self._state.get("offer")
        if wanted is None or wanted == self._state.get("closed"):
            return None
        return of.steps.get(wanted["size"])

    @property
    def link_to_offer(self) -> str:
        """The address of what the downloads are of."""
        link: str = self._state["offer"].get("link", "")
        return link

    def stop_offering(self) -> None:
        self._state["closed"] = self._state["offer"]

    # The plane

    def keep_edit(self) -> None:
        """Keep what a hand did: what the component itself holds goes when another panel opens."""
        self._state["edit"] = self._state["plane"]["edit"]

    def edited(self, of: str, codewords: list[list[float]]) -> list[list[float]]:
        """Return the codewords as a hand has moved them, if those of this plane, else as given."""
        edit = self._state.get("edit") or {}
        return (edit["codewords"] if edit.get("of") == of else None) or codewords
