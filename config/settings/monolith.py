"""All six domains in one deployment."""

from importlib.util import find_spec

import config  # noqa: F401
from chassis.settings import build
from config.settings.base import ROWS
from contracts.routes import ROUTES

GATEWAY = "operations.gateway.middleware.GatewayMiddleware"
LEGACY = "strangler.routing.middleware.LegacyMiddleware"
DOORS = (GATEWAY, *([LEGACY] if find_spec("strangler") else []))

globals().update(build(ROWS, root_urlconf="config.urls", routes=ROUTES, apps=("config",), middleware=DOORS))
