"""What every test shares: how Hypothesis searches, where compiled kernels are kept."""

from __future__ import annotations

import os

from hypothesis import settings

from fanzha.config import point_kernel_cache

point_kernel_cache(os.environ)

# No deadline: the first call of a kernel compiles it. A failure prints how to repeat it.
settings.register_profile("fanzha", deadline=None, print_blob=True)
settings.load_profile("fanzha")
