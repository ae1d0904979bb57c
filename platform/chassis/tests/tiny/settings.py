"""Settings of the tiny deployment: ping on commerce's role, pong on logistics'."""

from chassis.settings import build

ROWS = [("chassis.tests.tiny.ping", "ping", "commerce"), ("chassis.tests.tiny.pong", "pong", "logistics")]

globals().update(build(ROWS, root_urlconf="chassis.tests.tiny.urls", routes={"ping.struck": ("pong",)}))
