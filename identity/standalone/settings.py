"""One database, one label; every missing variable is named in one error."""

from chassis.standalone import settings_of
from contracts.routes import ROUTES

globals().update(settings_of(("identity", "identity", "identity"), routes=ROUTES))
