"""Transfers in time order: account identity, coverage, the interval index, scans and subgraph extraction.

Pure: arrays in, arrays out. Files belong to `engines/local`.
"""
