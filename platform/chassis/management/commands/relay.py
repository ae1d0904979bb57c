"""manage.py relay: send the events of the installed domains (or of some) until stopped."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from chassis import celery, domains
from chassis.relay import Relay


class Command(BaseCommand):
    help = "Send events from the outboxes to their subscribers until stopped."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("labels", nargs="*", help="domains (default: all installed)")

    def handle(self, *, labels: list[str], **options: Any) -> None:
        celery.configure()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        routes: dict[str, tuple[str, ...]] = settings.EVENT_ROUTES  # type: ignore[misc]
        labels = labels or [domain.label for domain in domains.installed()]
        threads = [
            threading.Thread(target=Relay(label, routes).run, args=(stop,), name=f"relay-{label}") for label in labels
        ]
        for thread in threads:
            thread.start()
        self.stdout.write(f"relaying {', '.join(labels)}")
        stop.wait()
        for thread in threads:
            thread.join(timeout=5)
