"""Proof on data that others made: each module maps one data set to facts, runs the product on it and prints what it measured.

Needs the data beside the checkout (it is not part of it); see docs/validation.md for what each figure means.
"""
