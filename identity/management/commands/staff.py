"""`manage.py staff create`: the first staff account, before anybody can open the admin."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chassis.errors import DomainError
from identity.user.commands import CreateStaff, create_staff
from identity.user.roles import ROLES


class Command(BaseCommand):
    help = "Make a staff account. The password is asked for, or read from STAFF_PASSWORD or a pipe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        create = parser.add_subparsers(dest="action", required=True).add_parser("create")
        create.add_argument("email")
        create.add_argument("--name", default="")
        create.add_argument("--role", action="append", dest="roles", help=f"repeatable: {', '.join(ROLES)}")

    def handle(self, *args: Any, **options: Any) -> None:
        command = CreateStaff(
            email=options["email"],
            name=options["name"],
            password=_password(),
            roles=options["roles"] or ["viewer"],
        )
        try:
            made = create_staff(command)
        except DomainError as refusal:
            raise CommandError(f"{refusal.title} {refusal.detail}".strip()) from None
        self.stdout.write(f"Staff account {made} for {options['email']}.")


def _password() -> str:
    # Never an argument: those stand in the process list and the shell's history.
    if "STAFF_PASSWORD" in os.environ:
        return os.environ["STAFF_PASSWORD"]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password: ")
