"""Run the command line: ``python -m vqcore``."""

import signal
import sys

from vqcore.cli import main

if __name__ == "__main__":
    # An orderly end, so that the processes that sweep many pictures end as well.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    main(prog_name="python -m vqcore")
