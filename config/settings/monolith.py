"""All six domains in one deployment."""

import config  # noqa: F401
from chassis.settings import build
from config.settings.base import ROWS
from contracts.routes import ROUTES

GATEWAY = "operations.gateway.middleware.GatewayMiddleware"

globals().update(build(ROWS, root_urlconf="config.urls", routes=ROUTES, apps=("config",), middleware=(GATEWAY,)))
