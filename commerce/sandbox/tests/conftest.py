"""One provider for most tests (short time-outs, a receiver for its webhooks), and a maker for those that kill it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from commerce.sandbox.tests.harness import Provider, Receiver

SHORT = {
    "SANDBOX_TIMEOUT_SECONDS": "1",
    "SANDBOX_LATE_SECONDS": "0.5",
    "SANDBOX_DISORDER_SECONDS": "0.5",
    "SANDBOX_RETRY_SECONDS": "0.2",
}


@pytest.fixture(scope="package")
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()


@pytest.fixture(scope="package")
def provider(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Provider]:
    books = tmp_path_factory.mktemp("provider") / "books.sqlite3"
    webhook = {"SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{receiver.port}/hooks?shop=1"}
    running = Provider(books=books, environment=SHORT | webhook).start()
    yield running
    running.stop()


@pytest.fixture
def api(provider: Provider) -> Iterator[httpx.Client]:
    with provider.client() as client:
        yield client
        client.delete("/v1/script")


@pytest.fixture
def make_provider(tmp_path: Path) -> Iterator[Callable[..., Provider]]:
    made: list[Provider] = []

    def make(**environment: str) -> Provider:
        made.append(Provider(books=tmp_path / "books.sqlite3", environment=SHORT | environment))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None:
            one.stop()
