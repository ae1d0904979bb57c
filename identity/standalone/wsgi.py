"""The web process of this service."""

from chassis.entry import application as made

application = made("identity.standalone.settings")
