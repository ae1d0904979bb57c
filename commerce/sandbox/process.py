"""Puts the provider together inside the serving process, and runs its clockwork."""

import logging
import os
import sqlite3
import threading
import time

from commerce.sandbox.api import Api
from commerce.sandbox.books import Books
from commerce.sandbox.ledger import Ledger
from commerce.sandbox.problems import Problem
from commerce.sandbox.settings import Settings
from commerce.sandbox.web import Application
from commerce.sandbox.webhooks import Webhooks

log = logging.getLogger("sandbox.process")
TICK_SECONDS = 0.1


def build() -> Application:
    """The WSGI application of this process, with its books open and its threads running."""
    settings = Settings.from_environment(os.environ)
    webhooks = Webhooks(settings)
    books = Books(settings.books, wake=webhooks.wake)
    webhooks.start(books)
    threading.Thread(target=_tick, args=(settings, books), name="clockwork", daemon=True).start()
    api = Api(settings=settings, books=books, webhooks=webhooks)
    return Application(api.routes(), api_key=settings.api_key)


def _tick(settings: Settings, books: Books) -> None:
    """Book late captures when they are due, and end with the parent, so that its kill -9 leaves no orphan."""
    ledger, parent = Ledger(settings=settings), os.environ.get("SANDBOX_PARENT")
    due = "SELECT 1 FROM late_captures WHERE due_at <= ? LIMIT 1"
    while True:
        if parent and str(os.getppid()) != parent:
            os._exit(1)
        try:
            if books.read().execute(due, (time.time(),)).fetchone():
                books.write(ledger.settle)
        except (Problem, sqlite3.Error):
            log.exception("Late captures could not be booked; they will be tried again")
        time.sleep(TICK_SECONDS)
