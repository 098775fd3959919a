"""Drills: a scripted case from its reports to the money's return, with simulated banks and a clock turned by hand."""
