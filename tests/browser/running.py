"""The app on a free port, and an installed browser: for the tests, the benchmark, the pictures."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHELL = "chromium-headless-shell"  # draws as Chromium does, without a window to keep
NAMES = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Whoever visits has seen the tour, but for who says to be new here.
NOT_NEW = """
if (location.hostname === "localhost" && !new URLSearchParams(location.search).has("new")) {
  localStorage.setItem("vq-lab-tour", "1");
}
"""
READY = "[data-testid=stApp][data-test-script-state=notRunning]"


def installed_browser(*sooner):
    return next(filter(None, map(shutil.which, [*sooner, *NAMES])), None)


@contextmanager
def running_app(port=None):
    """Run the app as the README says, on a port or a free one, and give it."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    options += ["--server.fileWatcherType", "none"]  # else each run looks where each module lies
    with subprocess.Popen(command + options, cwd=ROOT, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://localhost:{port}/_stcore/health", server)
            yield port
        finally:
            server.terminate()
            server.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def wait_for(address, server, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert server.poll() is None, "the server stopped"
        try:
            urllib.request.urlopen(address)
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")
