"""Passwords and tokens: made hard to guess, and kept only as what they can be checked against."""

from __future__ import annotations

from typing import Protocol


class SecretHasher(Protocol):
    """Hashes what people choose slowly; tokens, which nobody can guess, need no slow hash."""

    def hash(self, password: str) -> str:
        """What is kept of a password, its method in front."""

    def matches(self, hashed: str, password: str) -> bool:
        """Whether it is the password; takes as long for a wrong one as for the right one."""

    def new_token(self) -> str:
        """A token of 256 random bits, in signs that need no quoting."""
