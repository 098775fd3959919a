"""Implementations of the ports that keep things; `memory` is the reference that contract tests compare with."""
