"""Run the command line: ``python -m vqcore``."""

import signal
import sys

if __name__ == "__main__":
    # Here, because the processes that sweep many pictures load this file and need none of it.
    from vqcore.cli import main

    # An orderly end, so that those processes end as well.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    main(prog_name="python -m vqcore")
