"""manage.py strangle assess | extract | follow: look at a Magento shop, send its rows to the domains, keep up."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from strangler.address import BadAddress, parse_address
from strangler.assess import assess
from strangler.capture.follower import Follower
from strangler.edition import NotMagento
from strangler.extract import BATCH, ConcurrentExtraction, extract
from strangler.pace import Pace
from strangler.report import as_json, as_result, as_text, not_carried
from strangler.source import Source, SourceError
from strangler.tables import carried_tables


class Command(BaseCommand):
    """One verb per phase of leaving Magento."""

    help = "Leave Magento: assess a shop (read-only), extract its rows as events, follow its changes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        look = verbs.add_parser("assess", help="what the shop is, what will be carried, what is not understood")
        send = verbs.add_parser("extract", help="send every row that changed since the last run as an event")
        keep_up = verbs.add_parser("follow", help="send what the shop changes since it was extracted, until stopped")
        for verb in (look, send, keep_up):
            verb.add_argument(
                "--source",
                default=settings.MAGENTO_SOURCE,
                help="mysql://user:password@host:3306/database[?prefix=m2_]",
            )
        keep_up.add_argument(
            "--envelopes",
            default=settings.MAGENTO_ENVELOPES,
            help="Debezium's records: redis://host:6379/0?prefix=mage",
        )
        for verb in (send, keep_up):
            verb.add_argument(
                "--name", default=settings.MAGENTO_NAME, help="name of the source system, part of every migrated id"
            )
        look.add_argument("--json", metavar="FILE", help="also write all of it as JSON; - for standard output only")
        send.add_argument("--table", action="append", default=[], help="only this table; may be given more than once")
        send.add_argument("--again", action="store_true", help="send unchanged rows too")
        send.add_argument("--batch", type=int, default=BATCH, help="rows per transaction")
        self.add_verbs(verbs)

    def add_verbs(self, verbs: Any) -> None:
        """For those that need more than the strangler may read: `config` adds them."""

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["source"]:
            raise CommandError("Say which shop: --source mysql://…, or the variable MAGENTO_SOURCE.")
        try:
            if options["verb"] == "follow":
                self._follow(options)
                return
            with Source(options["source"]) as source:
                if options["verb"] == "assess":
                    self._assess(source, json_file=options["json"])
                else:
                    self._extract(source, options)
        except (BadAddress, SourceError, NotMagento, ConcurrentExtraction) as refused:
            raise CommandError(str(refused)) from refused

    def _assess(self, source: Source, *, json_file: str | None) -> None:
        found = assess(source, progress=lambda step: self.stderr.write(f"… {step}"))
        if json_file == "-":
            self.stdout.write(as_json(found))
            return
        if json_file:
            Path(json_file).write_text(as_json(found), encoding="utf-8")
        self.stdout.write(as_text(found))

    def _extract(self, source: Source, options: dict[str, Any]) -> None:
        unknown = sorted(set(options["table"]) - carried_tables().keys())
        if unknown:
            raise CommandError(f"Not carried: {', '.join(unknown)}. See `strangle assess` for what is.")
        found = assess(source)
        batch = max(options["batch"], 1)
        wanted = set(options["table"]) or carried_tables().keys()
        pace = Pace({table: shape.rows for table, shape in source.schema().items() if table in wanted}, batch=batch)
        done = extract(
            source, name=options["name"], tables=options["table"], again=options["again"], batch=batch,
            progress=lambda step: self.stderr.write(pace.line(step)),
        )  # fmt: skip
        self.stdout.write(as_result(done))
        self.stdout.write(not_carried(found))

    def _follow(self, options: dict[str, Any]) -> None:
        stop = threading.Event()
        address = parse_address(options["source"])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write(f"following {address.shown} as {options['name']}")
        Follower(address, name=options["name"], stop=stop, envelopes=options["envelopes"]).run()
