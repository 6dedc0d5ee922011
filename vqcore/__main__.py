"""Run the command line: ``python -m vqcore``, or ``vqlab`` where it is installed."""

import signal
import sys
from pathlib import Path


def run() -> None:
    # Here, because the processes that sweep many pictures load this file and need none of it.
    from vqcore.cli import main

    # An orderly end, so that those processes end as well.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    called = Path(sys.argv[0]).stem
    main(prog_name="vqlab" if called == "vqlab" else "python -m vqcore")


if __name__ == "__main__":
    run()
