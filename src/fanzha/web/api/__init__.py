"""The JSON API: the same records, masks and deeds as the console, for programs; every error is a problem document."""

from fanzha.web.api.api_router import api_config, api_router
from fanzha.web.api.problems import lost

__all__ = ["api_config", "api_router", "lost"]
