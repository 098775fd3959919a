"""One file per use case: load, check, decide, save, report."""
