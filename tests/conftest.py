"""What every test shares: how Hypothesis searches."""

from __future__ import annotations

from hypothesis import settings

# No deadline: the first call of a kernel compiles it. A failure prints how to repeat it.
settings.register_profile("fanzha", deadline=None, print_blob=True)
settings.load_profile("fanzha")
