"""`manage.py strangle`, with the verb that reads all domains: parity."""

import random
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from config.parity import results
from config.parity.comparing import Entity, Outcome, compare
from config.parity.entities import BY_NAME, ENTITIES
from config.parity.files import as_csv, as_json, as_text
from config.parity.rounds import go_round
from config.parity.sides import Sides, both
from strangler.address import BadAddress
from strangler.edition import NotMagento
from strangler.management.commands.strangle import Command as Engine
from strangler.parity import Comparison
from strangler.source import SourceError

UNEXPLAINED, UNTOLD = 1, 2


class Command(Engine):
    """The strangler's own verbs, and parity. Exit status 1: something has no reason; 2: it cannot be told."""

    def add_verbs(self, verbs: Any) -> None:
        super().add_verbs(verbs)
        look: ArgumentParser = verbs.add_parser("parity", help="hold every field of both shops against each other")
        look.add_argument(
            "--source", default=settings.MAGENTO_SOURCE, help="mysql://user:password@host:3306/database[?prefix=m2_]"
        )
        look.add_argument(
            "--name", default=settings.MAGENTO_NAME, help="name of the source system, as given to extract"
        )
        look.add_argument("--entity", default="", metavar="LIST", help=f"only these of {', '.join(BY_NAME)}")
        look.add_argument("--sample", type=int, metavar="N", help="N records of each entity, taken at random")
        look.add_argument("--patience", type=float, default=5, metavar="SECONDS",
                          help="what differs is looked at again after so long: it may be on its way (5)")  # fmt: skip
        look.add_argument("--json", metavar="FILE", help="also write all of it as JSON")
        look.add_argument("--csv", metavar="FILE", help="also write the differences as CSV")
        look.add_argument("--continuous", action="store_true", help="go on for ever, a slice of each entity at a time")
        look.add_argument("--every", type=float, default=60, metavar="SECONDS", help="between two slices (60)")
        look.add_argument("--slice", type=int, default=500, metavar="N", help="records of an entity in a slice (500)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] != "parity":
            super().handle(*args, **options)
            return
        entities = _chosen(options)
        try:
            with both(options["source"], name=options["name"]) as sides:
                if options["continuous"]:
                    go_round(sides, entities, every=options["every"], size=options["slice"],
                             patience=options["patience"], say=self.stderr.write)  # fmt: skip
                outcomes = self._compare(sides, entities, options)
        except (BadAddress, SourceError, NotMagento, ImproperlyConfigured, psycopg.Error, pymysql.Error) as error:
            raise CommandError(str(error), returncode=UNTOLD) from error
        self._tell(outcomes, options)

    def _compare(self, sides: Sides, entities: list[Entity], options: dict[str, Any]) -> list[Outcome]:
        sample = options["sample"]
        comparison = results.begin(sides.name, mode=Comparison.SAMPLE if sample else Comparison.COMPLETE)
        outcomes = []
        for entity in entities:
            keys = entity.keys(sides)
            chosen = random.sample(keys, min(sample, len(keys))) if sample else keys
            self.stderr.write(f"… {entity.name}: {len(chosen):,} of {len(keys):,}")
            outcome = compare(sides, entity, chosen, patience=options["patience"], complete=not sample)
            results.keep(comparison, outcome, domain=entity.domain)
            outcomes.append(outcome)
        results.end(comparison)
        return outcomes

    def _tell(self, outcomes: list[Outcome], options: dict[str, Any]) -> None:
        for name, written in (("json", as_json), ("csv", as_csv)):
            if options[name]:
                # People are in them.
                Path(options[name]).touch(mode=0o600)
                Path(options[name]).write_text(written(outcomes), encoding="utf-8")
        self.stdout.write(as_text(outcomes))
        if unexplained := sum(outcome.unexplained for outcome in outcomes):
            raise CommandError(f"{unexplained:,} differences have no reason.", returncode=UNEXPLAINED)


def _chosen(options: dict[str, Any]) -> list[Entity]:
    names = [name.strip() for name in options["entity"].split(",") if name.strip()]
    if unknown := sorted(set(names) - BY_NAME.keys()):
        raise CommandError(f"Not compared: {', '.join(unknown)}. There are {', '.join(BY_NAME)}.", returncode=UNTOLD)
    if any(options[name] is not None and options[name] < least
           for name, least in (("sample", 1), ("patience", 0), ("every", 0), ("slice", 1))):  # fmt: skip
        raise CommandError("--sample and --slice are numbers from 1, --patience and --every from 0.", returncode=UNTOLD)
    return [entity for entity in ENTITIES if not names or entity.name in names]
