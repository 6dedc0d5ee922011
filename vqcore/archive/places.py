"""Where pictures lie: files, folders, patterns, lists and addresses, as one list in one order.

An address has a scheme, ``s3://bucket/photos``; fsspec reads and writes it, and its drivers are
installed apart. Whatever else is typed is a path on this machine.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob, has_magic
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Any
from uuid import uuid4

from vqcore.files import beside_name, write_whole
from vqcore.lab.batch import only_files
from vqcore.lab.sharing import check_fits, load_fitting
from vqcore.refusals import PictureError
from vqcore.signals.blocks import Colour
from vqcore.signals.pictures import MAX_BYTES, Picture, read_picture
from vqcore.signals.raw import Size
from vqcore.words import Said

SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
DRIVE = re.compile(r"^([a-z]):/", re.IGNORECASE)
LIST_SIGN = "@"
# What these hold is there whole or not at all; elsewhere a file is written beside, and renamed.
OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "memory"}

Unread = OSError | PictureError
"""Why a file is not read; the message, or the error's `filename`, names it."""


class PlaceError(Exception):
    """A place that all else depends on cannot be used, so that there is no going on."""


@dataclass(frozen=True)
class Place:
    """Where a file lies.

    Parameters
    ----------
    address : a path, or an address with a scheme
    name : its way from the folder that all asked for share, with "/" between
    root : the folder that was asked for, or that of the file
    """

    address: str
    name: str
    root: str


def is_remote(address: str) -> bool:
    """Say whether an address has a scheme.

    Examples
    --------
    >>> is_remote("s3://bucket/a.png"), is_remote("photos/a.png"), is_remote("C:/a.png")
    (True, False, False)
    """
    return bool(SCHEME.match(address))


# ------------------------------------------------------------------------------- what is asked for


def find_places(
    asked: Iterable[str], suffixes: Set[str], kind: str = "picture"
) -> tuple[list[Place], list[Unread]]:
    """Return the files that are asked for, each once, by name, and why others are not there.

    Parameters
    ----------
    asked : files, folders, patterns, addresses, and lists of these, one a line: ``@list.txt``
    suffixes : in lower case, of the files that a folder or a pattern stands for; folders in a
        folder are left alone, and so are files whose name begins with "._"
    kind : what such a file is

    Examples
    --------
    >>> places, errors = find_places(["b.png", "./a.png", "b.png"], {".png"})
    >>> [place.name for place in places]
    ['a.png', 'b.png']
    """
    found, errors = dict[str, tuple[str, str]](), list[Unread]()
    for each in _without_lists(asked, errors):
        try:
            root = _root(each)
            for file in _files(each, suffixes, kind):
                found.setdefault(_whole(file), (file, root))
        except (OSError, PictureError) as error:
            errors.append(error)
    return _named(found), errors


def _named(found: Mapping[str, tuple[str, str]]) -> list[Place]:
    """Return places, by name, of addresses and their roots by how they are from everywhere."""
    shared = _shared([*map(_whole, {root for _, root in found.values()})])
    places = (Place(it, _name(whole, shared), root) for whole, (it, root) in found.items())
    return sorted(places, key=lambda place: place.name)


def _without_lists(asked: Iterable[str], errors: list[Unread]) -> Iterator[str]:
    """Yield what is asked for, and instead of a list its lines."""
    for each in asked:
        if not each.startswith(LIST_SIGN):
            yield each
            continue
        try:
            text = os.fsdecode(read_bytes(each.removeprefix(LIST_SIGN)))
        except OSError as error:
            errors.append(error)
            continue
        yield from filter(None, map(str.strip, text.splitlines()))


def _files(asked: str, suffixes: Set[str], kind: str) -> list[str]:
    """Return the files that something asked for stands for; a file, there or not, is itself."""
    if is_remote(asked):
        paths = _listed(asked)
    elif _is_pattern(asked):
        paths = glob(asked, recursive=True)
    else:
        paths = [*map(str, Path(asked).iterdir())] if os.path.isdir(asked) else None
    if paths is None:
        return [asked if is_remote(asked) else os.path.normpath(asked)]
    if is_remote(asked):
        found = sorted(it for it in paths if _suffix(it) in suffixes)
    else:
        found = [str(path) for path in only_files(map(Path, paths), suffixes)]
    if not found:
        where = "of this name" if _is_pattern(asked) else "in this folder"
        raise PictureError(f"{asked}: There is no {kind} {where}.")
    return found


def _is_pattern(asked: str) -> bool:
    """Say whether something asked for has wildcards; what is there by that name has none."""
    return has_magic(asked) and not os.path.exists(asked)


def _suffix(address: str) -> str:
    return os.path.splitext(address)[1].lower()


def _root(asked: str) -> str:
    """Return the folder that something asked for is, or lies in."""
    if _is_pattern(asked):
        fixed = asked.split("/")
        asked = "/".join(fixed[: next(at for at, it in enumerate(fixed) if has_magic(it))])
        return asked or ("/" if fixed[0] == "" else ".")
    if is_remote(asked):
        scheme, _, path = _whole(asked).partition("://")
        return asked if _is_folder(asked) else f"{scheme}://{path.rpartition('/')[0]}"
    return asked if os.path.isdir(asked) else os.path.dirname(asked) or "."


def _whole(address: str) -> str:
    """Return an address as it is from everywhere on this machine, with "/" between."""
    if not is_remote(address):
        return Path(os.path.abspath(address)).as_posix()
    with _of_remote(address) as (system, path):
        return str(system.unstrip_protocol(path))


def _shared(roots: Sequence[str]) -> str:
    """Return the way that all roots begin with, up to a "/"; nothing where there is none.

    Examples
    --------
    >>> _shared(["/a/b", "/a/bc"]), _shared(["/a"]), _shared(["/a", "s3://b"])
    ('/a/', '/a/', '')
    """
    ways = zip(*(f"{root.rstrip('/')}/".split("/")[:-1] for root in roots), strict=False)
    same = takewhile(lambda parts: len(set(parts)) == 1, ways)
    return "".join(f"{parts[0]}/" for parts in same)


def _name(whole: str, shared: str) -> str:
    """Return a place's name: what its way has beyond the shared one, inside any folder.

    Examples
    --------
    >>> _name("/a/b/1.png", "/a/"), _name("s3://b/1.png", ""), _name("C:/b/1.png", "")
    ('b/1.png', 's3/b/1.png', 'C/b/1.png')
    """
    name = SCHEME.sub(r"\1/", whole.removeprefix(shared)).lstrip("/")
    return DRIVE.sub(r"\1/", name)


# ------------------------------------------------------------------------------ reading and writing


@contextmanager
def from_there(place: Place) -> Iterator[None]:
    """Raise PlaceError where a file cannot be read because the folder asked for is gone."""
    try:
        yield
    except OSError as error:
        if is_remote(place.address) or os.path.isdir(place.root):
            raise
        raise PlaceError(f"{place.root}: The folder of the pictures is gone.") from error


@contextmanager
def enough_memory(place: Place, told: Said | None = None) -> Iterator[None]:
    """Raise PictureError, of that address or as `told`, where a picture takes too much memory."""
    try:
        yield
    except MemoryError as error:
        message = f"{place.address}: There is not enough memory for it."
        raise PictureError(told or message) from error


def picture_at(place: Place, colour: Colour, raw_size: Size | None = None) -> Picture:
    """Read a picture, for a codebook in a colour mode; `raw_size` as in `read_picture`.

    Raises
    ------
    PlaceError
        If the folder that was asked for is gone, and not only the file.
    OSError
        If the file cannot be read.
    PictureError
        If it is no picture, or does not fit; the message begins with the address.
    """
    with from_there(place):
        if not is_remote(place.address):
            return load_fitting(Path(place.address), colour, raw_size)
        data = read_bytes(place.address, MAX_BYTES + 1)
    try:
        picture = read_picture(data, place.name.rpartition("/")[2], raw_size)
    except PictureError as error:
        raise PictureError(f"{place.address}: {error}") from error
    check_fits(picture, colour, place.address)
    return picture


def version_of(address: str) -> str:
    """Return what changes when a file does: its length, and when or how it came to be.

    Raises
    ------
    OSError
        If it is not there.
    """
    if not is_remote(address):
        status = os.stat(address)
        return f"{status.st_size} {status.st_mtime_ns}"
    with _of_remote(address) as (system, path):
        facts = system.info(path)
    since = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created")
    return f"{facts.get('size')} {next((facts[it] for it in since if it in facts), '')}"


def read_bytes(address: str, at_most: int = -1) -> bytes:
    """Read a file, or its first bytes.

    Raises
    ------
    OSError
        If it cannot be read; it names the address.
    """
    if not is_remote(address):
        with open(address, "rb") as file:
            return file.read(at_most)
    with _of_remote(address) as (system, path), system.open(path, "rb") as file:
        data: bytes = file.read(at_most)
        return data


def write_at(address: str, data: bytes, mark: str = "") -> None:
    """Write a file whole, or not at all; the folders that it is in are made.

    The mark is as in `write_whole`.

    Raises
    ------
    PlaceError
        If it cannot be written.
    """
    try:
        if not is_remote(address):
            Path(address).parent.mkdir(parents=True, exist_ok=True)
            write_whole(Path(address), data, mark)
            return
        with _of_remote(address) as (system, path):
            _write_remote(system, path, data, mark)
    except FileExistsError as error:
        raise PlaceError(f"{address}: {os.strerror(errno.ENOTDIR)}") from error
    except OSError as error:
        raise PlaceError(f"{address}: {error.strerror or error}") from error


def _write_remote(system: Any, path: str, data: bytes, mark: str) -> None:
    folder = path.rpartition("/")[0]
    system.makedirs(folder, exist_ok=True)
    if _protocols(system) & OBJECT_STORES:
        system.pipe_file(path, data)
        return
    beside = f"{folder}/{beside_name(mark)}{uuid4().hex}"
    try:
        system.pipe_file(beside, data)
        system.mv(beside, path)
    except BaseException:
        if system.exists(beside):
            system.rm_file(beside)
        raise


def new_mark() -> str:
    """Return a mark for files that are not yet whole, nobody else's."""
    return uuid4().hex[:8]


@contextmanager
def tidied(folder: str, mark: str) -> Iterator[None]:
    """Take what processes with a mark have left half-written in a folder of this machine away."""
    try:
        yield
    finally:
        if not is_remote(folder):
            for left in Path(folder).rglob(f"{beside_name(mark)}*"):
                left.unlink(missing_ok=True)


def join(folder: str, name: str) -> str:
    """Return the address of a file in a folder.

    Examples
    --------
    >>> join("s3://bucket/out/", "a.vq"), join("out", "b/a.vq")
    ('s3://bucket/out/a.vq', 'out/b/a.vq')
    """
    return f"{folder.rstrip('/')}/{name}" if is_remote(folder) else str(Path(folder) / name)


def _protocols(system: Any) -> set[str]:
    protocol = system.protocol
    return {protocol} if isinstance(protocol, str) else set(protocol)


def _listed(address: str) -> list[str] | None:
    """Return what a remote folder or pattern has, or None of a file."""
    with _of_remote(address) as (system, path):
        if has_magic(address):
            found = system.glob(path, detail=True).values()
        elif system.isdir(path):
            found = system.ls(path, detail=True)
        else:
            return None
        return [system.unstrip_protocol(it["name"]) for it in found if it["type"] == "file"]


def _is_folder(address: str) -> bool:
    with _of_remote(address) as (system, path):
        return bool(system.isdir(path))


@contextmanager
def _of_remote(address: str) -> Iterator[tuple[Any, str]]:
    """Give the file system of an address, and the path in it; errors are OSErrors that name it."""
    try:
        core = import_module("fsspec.core")
        yield core.url_to_fs(address)
    except ImportError as error:
        told = str(error) if "fsspec" not in str(error) else "fsspec is not installed"
        raise OSError(errno.ENOSYS, told, address) from error
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), address) from error
    except Exception as error:  # drivers raise what their own libraries do
        number = getattr(error, "errno", None) or errno.EIO
        raise OSError(number, getattr(error, "strerror", None) or str(error), address) from error
