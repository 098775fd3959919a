"""`python -m fanzha` is the same as `fanzha`."""

from fanzha.cli.main import run

run()
