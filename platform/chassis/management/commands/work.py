"""manage.py work DOMAIN: consume a domain's events on both lanes and run its jobs.

One parent loads Django and the domain once and forks its children: a consumer per lane, and the job runner.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chassis import domains
from chassis.children import Children
from chassis.messages import Lane
from chassis.worker import consume, load, run_jobs


class Command(BaseCommand):
    help = "Consume a domain's events and run its jobs until stopped."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("alias", help="the domain's database alias")
        parser.add_argument("--threads", type=int, default=8, help="jobs at a time")

    def handle(self, *, alias: str, threads: int, **options: Any) -> None:
        labels = [domain.label for domain in domains.installed() if domain.alias == alias]
        if not labels:
            raise CommandError(f"no domain with the alias {alias!r} is installed under {settings.SETTINGS_MODULE}")
        self.stdout.write(f"working for {', '.join(labels)}")
        load()
        Children(
            {
                f"{alias}.fast": partial(consume, labels, Lane.FAST),
                f"{alias}.bulk": partial(consume, labels, Lane.BULK),
                f"{alias}.jobs": partial(run_jobs, labels, threads=threads),
            }
        ).run()
