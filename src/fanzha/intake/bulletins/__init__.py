"""Published bulletins into figures: what is counted, how much, when, against what, and where it is said."""

from fanzha.intake.bulletins.reading import read_bulletin, read_text

__all__ = ["read_bulletin", "read_text"]
