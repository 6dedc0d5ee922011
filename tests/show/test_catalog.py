"""Tests of the catalog: what code asks for is there, and what is there, code asks for."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from vqcore.codebooks.training import TRAINERS
from vqcore.quantizers.replay import Stage
from vqcore.show.links import CHOICES
from vqcore.show.tables import FORMATS
from vqcore.signals.blocks import COLOURS
from vqcore.viewer.payload import PAGE_ROOMS
from vqcore.words import catalog

ROOT = Path(__file__).parents[2]
ENDINGS = {".js", ".html"}
FILES = [ROOT / "app.py", *sorted((ROOT / "vqcore").rglob("*.py"))]
PAGE_FILES = sorted(it for it in (ROOT / "vqcore" / "viewer").iterdir() if it.suffix in ENDINGS)
TEXTS = catalog("en")
PAGE_ID = re.compile(rf"""["`]((?:{"|".join(PAGE_ROOMS)})\.[^"`]+)["`](?:, \{{([^{{}}]*)\}}\))?""")
"""An id in quotes, and the fields after it, if they can be read."""
FORMS = (".one", ".other")
[PANELS] = [
    ast.literal_eval(ast.List(it.value.keys))
    for it in ast.parse(FILES[0].read_text(encoding="utf-8")).body
    if isinstance(it, ast.AnnAssign) and ast.unparse(it.target) == "PANELS"
]
OFFERED = {**CHOICES, "panel": PANELS}
CHOSEN = [f"{name}.{it}" for name, ids in OFFERED.items() if name != "beside" for it in ids]
"""What controls offer, by `app.choice`; codecs are not in the catalog."""


@dataclass(frozen=True)
class Asked:
    """A call for a text.

    Parameters
    ----------
    place : file and line
    pattern : the id, with a star for what only the running program knows
    fields : names of what it is filled with; None if that cannot be read
    """

    place: str
    pattern: str
    fields: frozenset[str] | None

    @property
    def ids(self) -> list[str]:
        """Return the ids in the catalog that are meant, of a plural both forms."""
        return [name for name in TEXTS if fnmatchcase(plain(name), self.pattern)]


def plain(name: str) -> str:
    """Return an id without its plural form."""
    return next((name.removesuffix(it) for it in FORMS if name.endswith(it)), name)


def patterns(node: ast.expr, scope: ast.AST) -> Iterator[str]:
    """Yield the ids that an expression can come to."""
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        pattern = "".join(it.value if isinstance(it, ast.Constant) else "*" for it in node.values)
        yield from CHOSEN if pattern == "*.*" else [pattern]
    elif isinstance(node, ast.IfExp):
        yield from chain(patterns(node.body, scope), patterns(node.orelse, scope))
    elif isinstance(node, ast.Name):
        yield from chain.from_iterable(patterns(it, scope) for it in assigned(node.id, scope))
    else:
        raise AssertionError(f"no id can be read from {ast.unparse(node)}")


def assigned(name: str, scope: ast.AST) -> list[ast.expr]:
    """Return what a name stands for in a function."""
    values = [
        it.value
        for it in ast.walk(scope)
        if isinstance(it, ast.Assign) and ast.unparse(it.targets[0]) == name
    ]
    assert values, f"nothing is assigned to {name}"
    return values


def asked(path: Path) -> Iterator[Asked]:
    """Yield what a file asks the catalog for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: set[ast.Call] = set()
    for scope in (*(it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef)), tree):
        for call in ast.walk(scope):
            if isinstance(call, ast.Call) and call not in seen and is_asking(call):
                seen.add(call)
                names = [keyword.arg for keyword in call.keywords]
                fields = None if None in names else frozenset(filter(None, names))
                for pattern in patterns(call.args[0], scope):
                    assert ast.unparse(call.func) != "said" or "*" not in pattern
                    yield Asked(f"{path.name}:{call.lineno}", pattern, fields)


def asked_on_the_page(path: Path) -> Iterator[Asked]:
    """Yield what a script or the HTML of a part of the page asks for: all that look like an id."""
    source = path.read_text(encoding="utf-8")
    for found in PAGE_ID.finditer(source):
        pattern = re.sub(r"\$\{[^}]+\}", "*", found[1])
        given = re.sub(r"\([^()]*\)", "", found[2] or "...").strip()
        names = re.findall(r"(?:^|, )(\w+)(?=:|,|$)", given)
        fields = None if "..." in given else frozenset(names)
        line = source.count("\n", 0, found.start()) + 1
        yield Asked(f"{path.name}:{line}", pattern, fields)


def is_asking(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("say", "said", "has")


@cache
def all_asked() -> list[Asked]:
    return [
        *chain.from_iterable(asked(path) for path in FILES if path.parent.name != "words"),
        *chain.from_iterable(asked_on_the_page(path) for path in PAGE_FILES),
    ]


def fields_of(text: str) -> set[str]:
    """Return the names of the fields of a text: near for "{near[0]}"."""
    names = (name for _, name, _, _ in Formatter().parse(text) if name is not None)
    return {name.partition("[")[0] for name in names}


def test_fields_and_ids_are_read() -> None:
    assert fields_of("{n} of {near[0]} and {psnr_db:.2f} dB") == {"n", "near", "psnr_db"}
    [call] = ast.parse("say(f'count.{it}' if it else 'figure.k')").body
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert [*patterns(call.value.args[0], call)] == ["count.*", "figure.k"]
    assert Asked("", "count.*", None).ids[:2] == ["count.block.one", "count.block.other"]
    assert len(all_asked()) > 80


def test_what_code_asks_for_is_there() -> None:
    assert not [it for it in all_asked() if it.pattern.startswith("*") or not it.ids]


def test_a_text_has_the_fields_that_code_gives() -> None:
    """A plural form need not say its number; of several texts, one at least has the fields."""
    assert not [it for it in all_asked() if it.fields is not None and not has_fields(it, it.fields)]


def has_fields(it: Asked, fields: frozenset[str]) -> bool:
    if any(name.endswith(FORMS) for name in it.ids) and "n" not in fields:
        return False
    every = [fields_of(TEXTS[name]) for name in it.ids]
    is_one = fields - {"n"} in [each - {"n"} for each in every]
    return is_one and ("*" in it.pattern or all(each <= fields for each in every))


def test_what_is_there_code_asks_for() -> None:
    of_words = {"language.name", "language.tag", "between.names"}  # which `words` itself asks for
    assert TEXTS.keys() == {name for it in all_asked() for name in it.ids} | of_words


@pytest.mark.parametrize(
    ("room", "ids"),
    [
        ("colour", {*COLOURS, *(f"inside.{it}" for it in COLOURS)}),
        ("trainer", {*TRAINERS}),
        ("stage", set(get_args(Stage))),
    ],
)
def test_a_room_has_the_ids_of_what_it_names(room: str, ids: set[str]) -> None:
    assert {name.removeprefix(f"{room}.") for name in TEXTS if name.startswith(f"{room}.")} == ids


def test_each_column_has_a_heading_and_each_heading_a_column() -> None:
    there = {name.removeprefix("column.") for name in TEXTS if name.startswith("column.")}
    assert {name for name in there if "." not in name} == {*chain(*FORMATS.values())}


def test_plural_forms_have_the_same_fields() -> None:
    for name in TEXTS:
        if name.endswith(".one"):
            other = f"{plain(name)}.other"
            assert fields_of(TEXTS[name]) | {"n"} == fields_of(TEXTS[other]) | {"n"}


def test_what_is_typed_can_be_told_to_be_wrong() -> None:
    typed = re.findall(r'type_in\(\s*"([^"]+)"', FILES[0].read_text(encoding="utf-8"))
    assert {"numbers", "codewords"} < {*typed}
    assert not [name for name in typed if f"sidebar.{name}-wrong" not in TEXTS]
