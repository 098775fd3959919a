"""Proves that what is stored is what was done: the audit's chain, every record, every sum, every measure, every file.

Where to begin: `verify_home` walks everything and gives a `Proof`; each other file checks one part.
"""
