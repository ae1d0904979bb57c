"""The settings of the provider, read once from the environment; every mistake is reported, not the first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class Misconfigured(Exception):
    """The environment does not make a working provider; ``sentences`` has one line per mistake."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the provider was told. All ``…_seconds`` are seconds."""

    books: Path
    host: str = "127.0.0.1"
    port: int = 8090
    api_key: str = ""
    webhook_url: str = ""
    secret: str = ""
    public_url: str = ""
    timeout_seconds: float = 30.0
    late_seconds: float = 5.0
    disorder_seconds: float = 2.0
    retry_seconds: float = 1.0
    retry_limit: int = 15

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read SANDBOX_* from ``environment``; raises Misconfigured with a sentence for each mistake."""
        wrong: list[str] = []

        def text(name: str, default: str = "") -> str:
            return environment.get(f"SANDBOX_{name}", "").strip() or default

        def number(name: str, default: float, *, least: float, most: float) -> float:
            given = text(name, str(default))
            try:
                value = float(given)
            except ValueError:
                value = math.nan
            if not least <= value <= most:
                wrong.append(f"SANDBOX_{name} must be a number from {least:g} to {most:g}, not {given!r}.")
                return default
            return value

        def url(name: str) -> str:
            value = text(name)
            try:
                parts = urlsplit(value)
                good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
            except ValueError:
                good = False
            if value and not good:
                wrong.append(f"SANDBOX_{name} must be an http or https address, not {value!r}.")
            return value

        settings = cls(
            books=Path(text("BOOKS", "sandbox.sqlite3")).absolute(),
            host=text("HOST", "127.0.0.1"),
            port=int(number("PORT", 8090, least=1, most=65535)),
            api_key=text("API_KEY"),
            webhook_url=url("WEBHOOK_URL"),
            secret=text("SECRET"),
            public_url=url("PUBLIC_URL").rstrip("/"),
            timeout_seconds=number("TIMEOUT_SECONDS", 30, least=0, most=600),
            late_seconds=number("LATE_SECONDS", 5, least=0, most=86400),
            disorder_seconds=number("DISORDER_SECONDS", 2, least=0, most=86400),
            retry_seconds=number("RETRY_SECONDS", 1, least=0.01, most=300),
            retry_limit=int(number("RETRY_LIMIT", 15, least=1, most=1000)),
        )
        if settings.webhook_url and not settings.secret:
            wrong.append("SANDBOX_SECRET must be set when SANDBOX_WEBHOOK_URL is: webhooks are never sent unsigned.")
        if wrong:
            raise Misconfigured(wrong)
        return settings

    @property
    def address(self) -> str:
        """Where a browser finds the service, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"
