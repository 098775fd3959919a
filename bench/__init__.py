"""Measurements side by side with other engines; run from a checkout by `fanzha bench NAME`."""
