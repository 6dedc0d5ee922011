"""Run the command line: ``python -m vqcore``."""

from vqcore.cli import main

if __name__ == "__main__":
    main(prog_name="python -m vqcore")
