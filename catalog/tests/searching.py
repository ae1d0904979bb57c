"""Searches without a pause beside whatever a test does."""

import threading

from django.db import connections

from catalog.search import queries
from catalog.search.engine import Engine, Question


class Searching:
    """A thread that searches and keeps what went wrong: an error, or fewer products than there have been all along."""

    def __init__(self, *, least: int, text: str = "knife") -> None:
        self.question = Question(view="en", channel="eu", locale="en-GB", text=text, facets=("color",))
        self.least, self.done, self.failed = least, 0, list[str]()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Searching":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        def total(engine: Engine) -> int:
            return engine.search(self.question).total

        while not self._stop.is_set():
            try:
                found = queries.answer("en", total, locale="en-GB")
                if found < self.least:
                    self.failed.append(f"{found} products")
            except Exception as failure:
                self.failed.append(repr(failure))
            self.done += 1
        connections["catalog"].close()
