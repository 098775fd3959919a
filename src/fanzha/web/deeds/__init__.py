"""Deeds: what somebody can do to a record, each a row of a table: its words, its fields, the use case that it calls.

One row gives a form on a page, its reason where it is not allowed, and a verb of the API.
"""
