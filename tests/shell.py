"""The command line in a process of its own, forked from one that has loaded the package before."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
# Each line asks for a run by its words, folder, encoding and two files, and is answered by a line.
FORKING = """
import json, os, runpy, sys
import vqcore.cli
for line in sys.stdin:
    words, folder, encoding, out, err = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    os.chdir(folder)
    for number, file in enumerate([os.devnull, out, err]):
        os.dup2(os.open(file, os.O_RDWR), number)
    sys.stdout = open(1, "w", encoding=encoding, closefd=False)
    sys.stderr = open(2, "w", encoding=encoding, closefd=False, errors="backslashreplace")
    sys.argv = ["vqcore", *words]
    runpy.run_module("vqcore", run_name="__main__", alter_sys=True)
    break
"""

Ended = tuple[int, str, str]


def in_a_shell(*arguments: object, encoding: str = "utf-8") -> Ended:
    """Return exit status, standard output and standard error of ``python -m vqcore``."""
    words = [str(argument) for argument in arguments]
    if not hasattr(os, "fork"):
        return in_a_new_shell(*words, encoding=encoding)
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("out", "err")]
        for file in files:
            file.touch()
        status = _forked(words, os.getcwd(), encoding, *map(str, files))
        return status, *(file.read_bytes().decode(encoding) for file in files)


def _forked(*asked: object) -> int:
    forking = _forking()
    print(json.dumps(asked), file=forking.stdin, flush=True)
    return int(forking.stdout.readline())


@cache
def _forking() -> subprocess.Popen[str]:
    """Return a process that forks until its standard input ends, as it does with this one."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", FORKING], cwd=ROOT, text=True, **pipes)


def in_a_new_shell(*arguments: object, encoding: str = "utf-8", **options: object) -> Ended:
    """Do the same in a process that has loaded nothing."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    ended = subprocess.run(
        [sys.executable, "-m", "vqcore", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding=encoding,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": encoding},
        timeout=120,
        **options,
    )
    return ended.returncode, ended.stdout, ended.stderr
