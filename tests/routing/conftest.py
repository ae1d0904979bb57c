"""The old shop, what the domains answer in its dialect, and flags, for the tests of routing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chassis import clients, clock
from contracts.dialect import CatalogDialect, DialectAnswer, DialectQuestion, MadeOf, OldAddress, StockDialect
from strangler.capture.models import Stream
from strangler.routing.commands import TurnFlag, turn_flag
from strangler.routing.shadow import SHADOW
from strangler.routing.standing import WATCH
from tests.routing.old_shop import OldShop, old_shop

TOKEN = "a-token-of-an-integration-0123456789"


@dataclass
class Domains:
    """What catalog and logistics answer: set by the test."""

    products: dict[str, Any] = field(default_factory=dict)
    stock: dict[str, Any] = field(default_factory=dict)
    addresses: dict[str, OldAddress] = field(default_factory=dict)
    broken: bool = False
    asked: list[DialectQuestion] = field(default_factory=list)

    def read(self, *, question: DialectQuestion) -> DialectAnswer:
        if self.broken:
            raise clients.NotAnswered("broken by the test")
        if not question.path:
            return DialectAnswer(status=0)
        self.asked.append(question)
        found = (self.stock if question.path[0] in ("stockItems", "stockStatuses", "inventory") else self.products).get(
            "/".join(question.path)
        )
        if found is None:
            return DialectAnswer(status=0, why="the test has none")
        if isinstance(found, Exception):
            raise found
        import json

        return DialectAnswer(status=200, body=json.dumps(found))

    def made_of(self, *, source: str, sku: str) -> MadeOf | None:
        return MadeOf(sku=sku, enabled=True)

    def old_address(self, *, source: str, store: str, path: str) -> OldAddress | None:
        if self.broken:
            raise clients.NotAnswered("broken by the test")
        return self.addresses.get(path.strip("/"))


@pytest.fixture
def shop(settings: Any) -> Iterator[OldShop]:
    """The old shop, known to us and followed without lag."""
    with old_shop() as found:
        settings.LEGACY_URL = found.url
        settings.LEGACY_API_TOKENS = [TOKEN]
        settings.LEGACY_TIMEOUT = 2
        WATCH.closed.clear()
        yield found
        while not SHADOW.waiting.empty():
            SHADOW.waiting.get_nowait()


@pytest.fixture
def domains() -> Iterator[Domains]:
    """Catalog and logistics as the test has them."""
    kept = dict(clients._bindings)
    found = Domains()
    clients.bind(CatalogDialect, found)
    clients.bind(StockDialect, found)
    yield found
    clients._bindings.clear()
    clients._bindings.update(kept)


@pytest.fixture
def followed(db: None) -> Callable[[float], None]:
    """Says how many seconds ago all was known."""

    def behind(seconds: float) -> None:
        now = clock.now()
        Stream.objects.update_or_create(
            source="magento", defaults={"begun_at": now, "current_until": now - timedelta(seconds=seconds)}
        )

    return behind


def turn(name: str, mode: str, percentage: int = 100) -> None:
    """Decide a flag, whatever parity says."""
    turn_flag(TurnFlag(name=name, mode=mode, percentage=percentage, anyway=True))


def get(path: str, *, token: str | None = TOKEN, client: Client | None = None, **headers: Any) -> Any:
    """An answer at our address."""
    sent = {"Authorization": f"Bearer {token}", **headers} if token else headers
    return (client or Client()).get(path, headers=sent)


def body(answer: Any) -> bytes:
    """An answer's body, however it came."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
