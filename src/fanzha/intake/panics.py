"""Readers written in Rust may panic on broken input; a panic is no Exception and would end the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fanzha.core.errors import BadInput


@contextmanager
def turning_panics_into(refusal: BadInput) -> Iterator[None]:
    """Raise the refusal where a reader panics inside the block; every other exception passes."""
    try:
        yield
    except BaseException as error:
        # Each Rust library brings its own PanicException, derived from BaseException and not importable by name.
        if type(error).__name__ != "PanicException":
            raise
        raise refusal from None
