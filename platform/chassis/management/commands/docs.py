"""manage.py docs: write the pages that are made from the code; with --check, say which are out of date."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from chassis.asyncapi import asyncapi, catalogue


class Command(BaseCommand):
    help = "Write docs/asyncapi.yaml and docs/events.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", type=Path, default=Path("docs"), help="the folder (default: docs)")
        parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a page is out of date")

    def handle(self, *, into: Path, check: bool, **options: Any) -> None:
        routes: dict[str, tuple[str, ...]] = settings.EVENT_ROUTES  # type: ignore[misc]
        stale = []
        for name, text in (("asyncapi.yaml", asyncapi(routes)), ("events.md", catalogue(routes))):
            path = into / name
            if path.exists() and path.read_text() == text:
                continue
            stale.append(name)
            if not check:
                into.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                self.stdout.write(f"{path} written")
        if check and stale:
            self.stderr.write(f"out of date: {', '.join(stale)}; run `make docs`")
            sys.exit(1)
