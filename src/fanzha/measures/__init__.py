"""Measures on money and lines: what the law lets an officer do, for how long, with whose approval; and the way back."""
