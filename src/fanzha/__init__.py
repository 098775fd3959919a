"""Fanzha 反诈: the operations platform of an anti-fraud desk."""

__version__ = "0.1.0"
