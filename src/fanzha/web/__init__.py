"""The console in a browser: for officers, for partners' desks, for everybody who asks or reports; and the JSON API.

A page asks one use case and shows what it gives; a form is one deed (`deeds/`) and carries it out. Pages work without
script; script adds keys, live lists and the moving picture.
"""

from fanzha.web.app import make_app
from fanzha.web.console import Console, DemoLogin

__all__ = ["Console", "DemoLogin", "make_app"]
