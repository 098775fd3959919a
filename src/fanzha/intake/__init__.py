"""Files as institutions export them into facts: which table, which column, which row, and what had to be put aside."""

from fanzha.intake.explaining import ColumnExplanation, Explanation, ReasonExplanation, SheetExplanation, explain_file
from fanzha.intake.filled_tables import read_filled_table
from fanzha.intake.mapping import ColumnMapping, load_mapping
from fanzha.intake.reading import read_file
from fanzha.intake.sources import Limits, SourceFile, discover, discover_in

__all__ = [
    "ColumnExplanation",
    "ColumnMapping",
    "Explanation",
    "Limits",
    "ReasonExplanation",
    "SheetExplanation",
    "SourceFile",
    "discover",
    "discover_in",
    "explain_file",
    "load_mapping",
    "read_file",
    "read_filled_table",
]
