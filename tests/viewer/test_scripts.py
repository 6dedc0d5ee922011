"""Tests of the page's scripts: by node, and how they are put together."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from node import SCRIPTS, node

from vqcore.viewer import PARTS
from vqcore.viewer.payload import PAGE_ROOMS
from vqcore.viewer.scripts import bundled
from vqcore.words import texts

HERE = Path(__file__).parents[1] / "scripts"
EACH_TEST = pytest.mark.parametrize("test", sorted(HERE.glob("*.test.mjs")), ids=lambda it: it.name)
LOAD = "for (const it of process.argv.slice(1)) await import(it);"


def run(*arguments: str | Path, text: str = "") -> str:
    """Run node, which must not complain, and return what it prints."""
    settings = os.environ | {"VQ_WORDS": json.dumps(texts(*PAGE_ROOMS))}
    pipes = {"input": text, "capture_output": True, "text": True}
    ended = subprocess.run([node(), *arguments], env=settings, **pipes)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_each_script_is_a_module_that_loads_without_a_page() -> None:
    scripts = [path.as_uri() for path in sorted(SCRIPTS.glob("*.js"))]
    assert run("--input-type=module", "--eval", LOAD, *scripts) == ""


@EACH_TEST
def test_by_node(test: Path) -> None:
    """Each file is a program of node's test runner."""
    told = run("--test-reporter=tap", test)
    assert int(re.findall(r"^# pass (\d+)$", told, re.MULTILINE)[0]) > 1


@pytest.mark.parametrize("name", PARTS)
def test_each_component_is_one_function(name: str, tmp_path: Path) -> None:
    file = tmp_path / "component.mjs"
    file.write_text(PARTS[name]["js"], encoding="utf-8")
    script = f"console.log(typeof (await import({file.as_uri()!r})).default);"
    assert run("--input-type=module", "--eval", script) == "function\n"
    assert not re.search(r"^import\b", PARTS[name]["js"], re.MULTILINE)


# Putting together


def put_together(**modules: str) -> str:
    return bundled("first", modules.__getitem__)


def printed(**modules: str) -> list[str]:
    return run("--input-type=module", text=put_together(**modules)).split()


def test_a_module_gets_what_it_imports() -> None:
    assert printed(
        first='import { twice } from "./other.js";\n\nconsole.log(twice(4));\n',
        other="export function twice(number) {\n  return 2 * number;\n}\n",
    ) == ["8"]


def test_names_that_are_not_exported_are_a_modules_own() -> None:
    assert printed(
        first='import { a } from "./a.js";\nimport { b } from "./b.js";\n\nconst OWN = 3;\n'
        "console.log(a(), b(), OWN);\n",
        a="const OWN = 1;\nexport const a = () => OWN;\n",
        b="const OWN = 2;\nexport const b = () => OWN;\n",
    ) == ["1", "2", "3"]


def test_a_module_that_several_import_is_there_once() -> None:
    shared = "console.log('once');\nexport class Shared {}\n"
    imports = 'import { Shared } from "./shared.js";\n'
    first = (
        'import {\n  one,\n  two,\n} from "./both.js";\n' + imports + "console.log(one === two);\n"
    )
    both = imports + "export const one = Shared;\nexport const two = Shared;\n"
    assert printed(first=first, both=both, shared=shared) == ["once", "true"]


@pytest.mark.parametrize(
    ("modules", "reason"),
    [
        ({"first": 'import { a } from "./first.js";\n'}, "first imports first: a circle"),
        (
            {
                "first": 'import { a } from "./a.js";\n',
                "a": 'import { b } from "./b.js";\nexport const a = 1;\n',
                "b": 'import { a } from "./a.js";\nexport const b = 1;\n',
            },
            "first imports a imports b imports a: a circle",
        ),
        (
            {
                "first": 'import { a, b } from "./a.js";\n',
                "a": "export const a = 1;\nconst b = 2;\n",
            },
            "first.js imports b, which a.js does not export",
        ),
        ({"first": 'import * as a from "./a.js";\n'}, "cannot be put together"),
        ({"first": 'import a from "./a.js";\n'}, "cannot be put together"),
        (
            {"first": 'import { a as b } from "./a.js";\n', "a": "export const a = 1;\n"},
            "cannot be",
        ),
        ({"first": "const a = 1;\nexport { a };\n"}, "cannot be put together"),
        ({"first": "export let a = 1;\n"}, "cannot be put together"),
    ],
    ids=["itself", "circle", "not exported", "all", "default", "renamed", "list", "let"],
)
def test_what_cannot_be_put_together_is_refused(modules: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        put_together(**modules)


def test_only_the_first_module_has_a_default() -> None:
    modules = {"a": "export const a = 1;\nexport default a;\n"}
    with pytest.raises(ValueError, match="cannot be put together"):
        put_together(first='import { a } from "./a.js";\nexport default a;\n', **modules)
