"""Node, which runs the page's scripts without a page: an installed one, or that of playwright."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[1] / "vqcore" / "viewer"
OLDEST = 20
# Each line asks for a function by its module and name, with arguments, and is answered by a line.
ANSWERING = """
import { createInterface } from "node:readline";
const plain = (key, value) => (ArrayBuffer.isView(value) ? [...value] : value);
for await (const line of createInterface({ input: process.stdin })) {
  const [module, name, given] = JSON.parse(line);
  console.log(JSON.stringify((await import(module))[name](...given), plain));
}
"""


def node() -> str:
    """Return the path of a node that is new enough, else skip."""
    for path in filter(None, (shutil.which("node"), _playwrights())):
        version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
        if int(re.findall(r"\d+", version.stdout)[0]) >= OLDEST:
            return path
    reason = f"no node of version {OLDEST} or newer is installed, nor playwright"
    if os.environ.get("VQ_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _playwrights() -> str | None:
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        return None
    path = Path(compute_driver_executable()[0])
    return str(path) if path.exists() else None


@contextmanager
def calling(name: str) -> Iterator[Callable[..., Any]]:
    """Give a function that calls one of a script, by its name and with arguments of JSON."""
    command = [node(), "--input-type=module", "--eval", ANSWERING]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:

        def call(function: str, *given: object) -> Any:
            line = json.dumps([(SCRIPTS / name).as_uri(), function, given])
            print(line, file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield call
        process.stdin.close()
