"""The web process."""

import config  # noqa: F401
from chassis.entry import application as made

application = made("config.settings.monolith")
