"""The platform database's own processes: operations, and the strangler as long as it is there.

Both live in one database and share a worker. Only the composition root may name both, so these settings are here and
not in `operations.standalone`, which knows of no strangler.
"""

from importlib.util import find_spec

import config  # noqa: F401
from chassis.settings import build
from config.settings.base import ROWS
from contracts.routes import ROUTES

OWN = [row for row in ROWS if row[2] == "platform" and find_spec(row[0]) is not None]

globals().update(build(OWN, root_urlconf="operations.standalone.urls", routes=ROUTES))
