"""One database, one label; every missing variable is named in one error."""

from chassis.standalone import settings_of
from contracts.routes import ROUTES

globals().update(settings_of(("logistics", "logistics", "logistics"), routes=ROUTES))
