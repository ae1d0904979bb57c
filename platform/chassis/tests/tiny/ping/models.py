"""Ping has no models beside its messaging tables."""

from chassis.tests.tiny.ping.messaging import *  # noqa: F403
