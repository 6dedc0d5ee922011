"""Run the command line: ``python -m vqcore``, or ``vqlab`` where it is installed."""

import signal
import sys
from pathlib import Path
from types import FrameType


def run() -> None:
    """Run it, and end in order where told to, as do the processes that sweep many pictures."""
    told: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        told.append(number)
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    called = Path(sys.argv[0]).stem
    try:
        # Here, because those processes load this file and need none of it.
        from vqcore.cli import main

        main(prog_name="vqlab" if called == "vqlab" else "python -m vqcore")
    except BaseException:  # numpy may make another error of ours
        if not told:
            raise
        if told[0] == signal.SIGINT:
            print("\n" * sys.stderr.isatty() + "Stopped.", file=sys.stderr)  # below a bar
        sys.exit(128 + told[0])


if __name__ == "__main__":
    run()
