"""Variables of the environment, read with a remembering eye: what is wrong is said at once, a sentence each.

A domain that reads variables of its own has a module `environment` with `check(env)`; the settings call it, so that
its mistakes stand in the same list. Such a module is imported while settings are made: it must not touch them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from chassis.database import database_settings

DEMO_MARK = "demo-"
"""How secrets begin that a local stack made for itself."""
SHORTEST_SECRET = 32
T = TypeVar("T")


class Environment:
    """Reads variables and remembers what is wrong. An empty variable counts as not set."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.wrong: list[str] = []
        self.production = self.choice("SIXFOLD_ENV", ("local", "production")) == "production"

    def text(self, name: str, default: str = "") -> str:
        """A variable's text."""
        return self.values.get(name, "") or default

    def need(self, name: str, meaning: str) -> str:
        """A variable that must be there; `meaning` completes the sentence that says what it is."""
        value = self.text(name)
        if not value:
            self.wrong.append(f"{name} is not set: it must be {meaning}.")
        return value

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number between `least` and `most`."""
        given = self.text(name, str(default))
        value = int(given) if given.isascii() and given.isdigit() else least - 1
        if not least <= value <= most:
            self.wrong.append(f"{name} is wrong: it must be a whole number from {least} to {most}, not {given!r}.")
            return default
        return value

    def ratio(self, name: str, default: float) -> float:
        """A number from 0 to 1."""
        given = self.text(name, str(default))
        try:
            value = float(given)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            self.wrong.append(f"{name} is wrong: it must be a number from 0 to 1, not {given!r}.")
            return default
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A switch: 1 or 0."""
        return self.choice(name, ("1", "0") if default else ("0", "1")) == "1"

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        """One of `options`, the first if not set."""
        given = self.text(name, options[0])
        if given not in options:
            self.wrong.append(f"{name} is wrong: it must be {' or '.join(options)}, not {given!r}.")
            return options[0]
        return given

    def names(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list."""
        return [part for part in map(str.strip, self.text(name, default).split(",")) if part]

    def url(self, name: str, default: str = "", *, schemes: tuple[str, ...] = ("http", "https")) -> str:
        """An address with a host. It is not repeated in the sentence: it may hold a password."""
        given = self.text(name, default)
        if given and not _is_url(given, schemes):
            ways = " or ".join(f"{scheme}://" for scheme in schemes)
            self.wrong.append(f"{name} is wrong: it must be an address that starts with {ways}.")
            return default
        return given

    def secret(self, name: str, *, needed: str = "") -> str:
        """A secret; production takes none that is short or made for a demo. `needed` as in `need`."""
        value = self.need(name, needed) if needed else self.text(name)
        if self.production and value and (value.startswith(DEMO_MARK) or len(value) < SHORTEST_SECRET):
            self.wrong.append(
                f"{name} is a demo secret or shorter than {SHORTEST_SECRET} characters: production needs its own."
            )
        return value

    def database(self, alias: str, *, pool_size: int) -> dict[str, Any]:
        """The database of an alias from DATABASE_URL_<ALIAS>."""
        name = f"DATABASE_URL_{alias.upper()}"
        url = self.need(name, f"the PostgreSQL URL of the {alias} database")
        if not url:
            return {}
        made = self.try_to(lambda: database_settings(url, pool_size=pool_size), name=name) or {}
        if made and not made.get("NAME"):
            self.wrong.append(f"{name} is wrong: it names no database, as postgresql://user:password@host/name does.")
        return made

    def try_to(self, read: Callable[[], T], *, name: str = "") -> T | None:
        """What `read` answers; None, and its sentence remembered, when it raises what says that a value is wrong."""
        try:
            return read()
        except (ImproperlyConfigured, ValueError) as error:
            sentence = str(error).rstrip(".") + "."
            self.wrong.append(f"{name} is wrong: {sentence}" if name else sentence)
            return None

    def refuse_in_production(self, sentences: Iterable[tuple[bool, str]]) -> None:
        """Remember the sentences whose condition holds, in production only."""
        if self.production:
            self.wrong += [sentence for holds, sentence in sentences if holds]

    def check(self) -> None:
        """Raise one error that names everything that is wrong."""
        if self.wrong:
            lines = "\n".join(f"  - {line}" for line in self.wrong)
            raise ImproperlyConfigured(f"The settings are incomplete or wrong:\n{lines}")


def _is_url(given: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(given)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
