"""Published bulletins into figures: what is counted, how much, when, against what, and where it is said."""

from fanzha.intake.bulletins.reading import DOCUMENT_BYTES_MAX, read_bulletin, read_text

__all__ = ["DOCUMENT_BYTES_MAX", "read_bulletin", "read_text"]
