"""manage.py events: what is spoken, who listens, what waits, what failed."""

import json
import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chassis import domains, vocabulary
from chassis.letters import Emptied, discard, retry
from chassis.messages import decode_message, masked
from chassis.observe import backlog
from chassis.observe.logs import mask_lines
from chassis.republishing import CannotRepublish, republish


class Command(BaseCommand):
    help = "Routes, schemas, letters, lag, and present state published again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=ArgumentParser)
        verbs.add_parser("list", help="event types with their subscribers")
        routes = verbs.add_parser("routes", help="who subscribes to what, from all installed domains")
        routes.add_argument("--write", action="store_true", help="into the contracts' routes.py")
        schemas = verbs.add_parser("schemas", help="what changed against the golden schemas")
        schemas.add_argument("--write", action="store_true", help="record additions; a break is refused")
        verbs.add_parser("lag", help="what waits, and for how long")
        letters = verbs.add_parser("letters", help="events that a handler could not apply")
        letters.add_argument("action", nargs="?", choices=("list", "show", "replay", "discard"), default="list")
        letters.add_argument("ids", nargs="*", type=UUID, help="letters; replay and discard need some or --all")
        letters.add_argument("--domain", help="label of the domain (default: all installed)")
        letters.add_argument("--all", action="store_true", help="all that are dead (replay, discard)")
        again = verbs.add_parser("republish", help="publish present state again, to rebuild one domain's copies")
        again.add_argument("type", help="event type, such as catalog.product_changed")
        again.add_argument("--to", required=True, help="label of the one domain meant")

    def handle(self, *, verb: str, **options: Any) -> None:
        getattr(self, f"_{verb}")(**options)

    def _list(self, **_: Any) -> None:
        routes: dict[str, tuple[str, ...]] = settings.EVENT_ROUTES  # type: ignore[misc]
        for kind in vocabulary.events():
            listeners = ", ".join(routes.get(kind.name, ())) or "nobody"
            self.stdout.write(f"{kind.name} v{kind.version} -> {listeners}")

    def _routes(self, *, write: bool, **_: Any) -> None:
        configured: dict[str, tuple[str, ...]] = settings.EVENT_ROUTES  # type: ignore[misc]
        here = {domain.label for domain in domains.installed()}
        away = {label for labels in configured.values() for label in labels} - here
        table = vocabulary.routes()
        if not write:
            for type_, labels in table.items():
                self.stdout.write(f"{type_} -> {', '.join(labels)}")
            return
        if away:
            raise CommandError(f"not installed here: {', '.join(sorted(away))}; write routes where all domains are")
        path = vocabulary.folder() / "routes.py"
        path.write_text(vocabulary.routes_source(table))
        self.stdout.write(f"{len(table)} routes written to {path}")

    def _schemas(self, *, write: bool, **_: Any) -> None:
        broken, changed = [], 0
        golden = vocabulary.golden_folder()
        for kind in vocabulary.events():
            path, new = golden / vocabulary.golden_name(kind), vocabulary.schema(kind)
            old = json.loads(path.read_text()) if path.exists() else None
            if old == new:
                continue
            broken += [f"{kind.name} v{kind.version}: {why}" for why in (vocabulary.breaking(old, new) if old else ())]
            changed += 1
            self.stdout.write(f"{'changed' if old else 'new'}: {kind.name} v{kind.version}")
            if write and not broken:
                golden.mkdir(exist_ok=True)
                path.write_text(json.dumps(new, indent=2, ensure_ascii=False) + "\n")
        if broken:
            raise CommandError("these are no additions; make a new version:\n  " + "\n  ".join(broken))
        if changed and not write:
            sys.exit(1)

    def _lag(self, **_: Any) -> None:
        waiting = False
        for domain in domains.installed():
            for name, (_meaning, keys, read) in backlog.KINDS.items():
                for values, found in read(domain.label).items():
                    waiting = True
                    labels = ",".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))
                    self.stdout.write(
                        f"{domain.label:13} {name.removeprefix('sixfold_'):15} {labels:32} "
                        f"{found.count:8} waiting, oldest {found.oldest:.1f} s"
                    )
        if not waiting:
            self.stdout.write("nothing waits")

    def _letters(self, *, action: str, ids: list[UUID], domain: str | None, **options: Any) -> None:
        try:
            chosen = [domains.get(domain)] if domain else domains.installed()
        except domains.UnknownDomain as error:
            raise CommandError(str(error)) from None
        if action != "list" and not ids and not (options["all"] and action != "show"):
            raise CommandError(f"{action} needs ids{'' if action == 'show' else ' or --all'}")
        seen: set[UUID] = set()
        for one in chosen:
            letters = one.tables.letter._default_manager.using(one.alias)
            wanted = letters.filter(id__in=ids) if ids else letters.filter(state__in=_states(action))
            for letter in wanted.order_by("first_failed_at"):
                seen.add(letter.id)
                getattr(self, f"_letter_{action}")(one.label, letter)
        if missing := set(ids) - seen:
            raise CommandError(f"no such letter: {', '.join(map(str, sorted(missing)))}")
        if not seen:
            self.stdout.write("no letters")

    def _letter_list(self, label: str, letter: Any) -> None:
        self.stdout.write(
            f"{letter.id} {label:13} {letter.state:9} {letter.type} in {letter.handler}, "
            f"{letter.attempts} attempts: {mask_lines(letter.reason).partition(chr(10))[0][:120]}"
        )

    def _letter_show(self, label: str, letter: Any) -> None:
        self._letter_list(label, letter)
        body = masked(decode_message(letter.message))  # personal data stays out of terminals and their logs
        self.stdout.write(json.dumps(body, indent=2, ensure_ascii=False))
        self.stdout.write(mask_lines(letter.traceback))

    def _letter_replay(self, label: str, letter: Any) -> None:
        try:
            outcome = "replayed" if retry(label, letter.id) else "failed again or ended before"
        except Emptied as refusal:
            outcome = f"not replayed: {refusal}"
        self.stdout.write(f"{letter.id} {outcome}")

    def _letter_discard(self, label: str, letter: Any) -> None:
        discard(label, letter.id)
        self.stdout.write(f"{letter.id} discarded")

    def _republish(self, *, type: str, to: str, **_: Any) -> None:
        routes: dict[str, tuple[str, ...]] = settings.EVENT_ROUTES  # type: ignore[misc]
        try:
            count = republish(type, to=to, routes=routes)
        except CannotRepublish as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{count} {type} published again for {to}")


def _states(action: str) -> list[str]:
    return ["retrying", "waiting", "dead"] if action == "list" else ["dead"]
