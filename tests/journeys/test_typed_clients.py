"""One suite for every query Protocol, run against the provider, through JSON, and over HTTP: all answer alike.

And what they have in common: a time limit, what is answered when nobody does, and when asking is refused.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connections
from django.urls import path

from catalog.provides import CatalogDialectProvider
from catalog.provides import Pricing as PricingProvider
from chassis import clients
from chassis.clients_http import HttpProvider
from chassis.context import handling
from chassis.errors import DomainError
from chassis.outside import CallInHandler, CallInsideTransaction
from chassis.unit_of_work import unit_of_work
from chassis.web.queries import queries
from contracts.catalog import Pricing, QuoteRequestLine
from contracts.dialect import CatalogDialect, DialectQuestion, MadeOf, StockDialect
from contracts.logistics import Availability, ShippingRates, SkuAvailability
from contracts.postpurchase import TenderAsked, Tenders
from logistics.provides import AvailabilityProvider, ShippingRatesProvider, StockDialectProvider
from postpurchase.credit.commands import IssueGiftCard, issue_gift_card
from postpurchase.provides import TendersProvider
from tests import seed

pytestmark = pytest.mark.django_db(
    databases=["commerce", "catalog", "logistics", "postpurchase", "identity", "platform"], transaction=True
)

PROVIDERS: dict[type, tuple[Any, str]] = {
    Pricing: (PricingProvider(), "catalog"),
    Availability: (AvailabilityProvider(), "logistics"),
    ShippingRates: (ShippingRatesProvider(), "logistics"),
    Tenders: (TendersProvider(), "postpurchase"),
    CatalogDialect: (CatalogDialectProvider(), "catalog"),
    StockDialect: (StockDialectProvider(), "logistics"),
}
urlpatterns = [path("", lambda request: None), queries({kind: provider for kind, (provider, _) in PROVIDERS.items()})]
TOKEN = "a-service-token"


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Nothing: the test looks at the answers."""


@pytest.fixture
def served(settings: Any) -> Iterator[str]:
    """The queries on a real socket."""
    settings.ROOT_URLCONF, settings.SERVICE_TOKEN = __name__, TOKEN

    def application(environ: Any, start: Any) -> Any:
        try:
            return WSGIHandler()(environ, start)
        finally:
            connections.close_all()

    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def bound() -> Iterator[None]:
    """Whatever a test binds is bound no longer after it."""
    before = dict(clients._bindings)
    yield
    clients._bindings.clear()
    clients._bindings.update(before)


@pytest.fixture(params=["provider", "json", "http"])
def way(request: pytest.FixtureRequest, served: str) -> str:
    """Bind every Protocol in one of the ways that a composition may choose."""
    for kind, (provider, alias) in PROVIDERS.items():
        if request.param == "provider":
            clients.bind(kind, provider, alias=alias)
        elif request.param == "json":
            clients.bind(kind, clients.JsonProvider(kind, provider), alias=alias)
        else:
            clients.bind(kind, HttpProvider(kind, served, timeout=20, token=TOKEN))
    return str(request.param)


@pytest.fixture
def goods() -> None:
    seed.main(["MUG=5", "TENT=0"])


def line(sku: str, quantity: str = "2") -> QuoteRequestLine:
    return QuoteRequestLine(key=f"k-{sku}", sku=sku, quantity=Decimal(quantity))


def ask_price(*lines: QuoteRequestLine, channel: str = "home") -> Any:
    return clients.client(Pricing).quote(
        channel=channel, view="en", country="DE", customer_group="general", lines=lines, shipping=Decimal("5.00")
    )


def test_prices_come_with_their_types_and_every_digit(goods: None, way: str) -> None:
    quote = ask_price(line("MUG"), line("NONE"))
    assert [(one.key, one.problem) for one in quote.lines] == [("k-MUG", ""), ("k-NONE", "unknown_sku")]
    assert (quote.subtotal, quote.shipping, quote.total) == (Decimal("40.00"), Decimal("5.00"), Decimal("45.00"))
    assert isinstance(quote.lines[0].unit_price, Decimal) and quote.expires_at.tzinfo is not None
    assert isinstance(quote.lines, tuple) and quote.lines[1].product is None


def test_availability_is_told_in_the_order_asked(goods: None, way: str) -> None:
    found = clients.client(Availability).of(channel="home", skus=("TENT", "MUG", "NONE"))
    assert [(one.sku, one.available, one.in_stock) for one in found] == [
        ("TENT", Decimal(0), False),
        ("MUG", Decimal(5), True),
        ("NONE", Decimal(0), False),
    ]
    assert all(type(one) is SkuAvailability for one in found)


def test_shipping_options_come_with_price_and_currency(goods: None, way: str) -> None:
    (option,) = clients.client(ShippingRates).options(channel="home", country="AT", goods_total=Decimal("20.00"))
    assert (option.code, option.price, option.currency) == ("parcel", Decimal("5.00"), "EUR")
    assert clients.client(ShippingRates).options(channel="home", country="US", goods_total=Decimal("1")) == ()


def test_what_tenders_can_pay_comes_with_its_account_and_never_with_its_code(way: str) -> None:
    card, code = issue_gift_card(IssueGiftCard(amount=Decimal("20.00"), currency="EUR"))
    asked = (TenderAsked(tender="gift_card", code=code.lower()), TenderAsked(tender="points"))
    look = clients.client(Tenders).look
    gift, points = look(channel="home", currency="EUR", customer=None, tenders=asked)
    assert (gift.account, gift.label, gift.available, gift.problem) == (card.id, str(card), Decimal("20.00"), "")
    assert (points.account, points.available, points.problem) == (None, Decimal(0), "not_offered")


def test_what_cannot_be_told_in_magentos_dialect_says_so(way: str) -> None:
    dialect = clients.client(CatalogDialect)
    asked = DialectQuestion(source="magento", store="", path=("products", "MUG"), made_of=MadeOf(sku="x", enabled=True))
    answer = dialect.read(question=asked)
    assert (answer.status, answer.why) == (0, "no default store")
    assert dialect.made_of(source="magento", sku="MUG") is None
    assert dialect.old_address(source="magento", store="", path="mug.html") is None
    asked = DialectQuestion(source="magento", store="all", path=("stockItems", "MUG"))
    assert clients.client(StockDialect).read(question=asked).status == 404


def test_a_refusal_arrives_as_the_refusal_that_it_was(goods: None, way: str) -> None:
    with pytest.raises(DomainError, match="There is no channel moon") as refused:
        ask_price(line("MUG"), channel="moon")
    assert (refused.value.code, refused.value.status) == ("unknown_channel", 404)


def test_asking_is_refused_while_an_event_is_handled_and_inside_a_unit_of_work(goods: None, way: str) -> None:
    held = clients.client(Availability)
    with handling(), pytest.raises(CallInHandler):
        held.of(channel="home", skus=("MUG",))
    with unit_of_work("commerce"), pytest.raises(CallInsideTransaction):
        held.of(channel="home", skus=("MUG",))
    assert held.of(channel="home", skus=("MUG",))


@pytest.fixture
def stuck() -> Iterator[None]:
    """Somebody holds the tables that prices and stock are read from, and does not let go."""
    with closing(psycopg.connect(_url("catalog"))) as one, closing(psycopg.connect(_url("logistics"))) as two:
        one.execute("LOCK TABLE catalog_channel, catalog_product IN ACCESS EXCLUSIVE MODE")
        two.execute("LOCK TABLE logistics_availability, logistics_channel IN ACCESS EXCLUSIVE MODE")
        yield


def _url(alias: str) -> str:
    import os

    return os.environ[f"DATABASE_URL_{alias.upper()}"]


def test_a_provider_in_this_process_that_takes_too_long_is_stopped_by_its_database(goods: None, stuck: None) -> None:
    for kind, (provider, alias) in PROVIDERS.items():
        clients.bind(kind, provider, alias=alias, timeout=0.2)
    with pytest.raises(clients.Unavailable) as stopped:
        ask_price(line("MUG"))
    assert isinstance(stopped.value.__cause__, OperationalError) and "statement timeout" in str(stopped.value.__cause__)
    assert clients.client(Availability).of(channel="home", skus=("MUG",)) == (), "unknown, and not sold out"


def test_the_time_limit_ends_with_the_call(goods: None, way: str) -> None:
    clients.client(Availability).of(channel="home", skus=("MUG",))
    with connections["logistics"].cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.fixture(params=["silent", "closed"])
def nobody(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address where connections are taken and never answered, or where nothing listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        if request.param == "closed":
            listening.close()
        yield f"http://127.0.0.1:{port}"


def test_a_service_that_does_not_answer_is_unavailable_or_its_fallback(nobody: str) -> None:
    for kind in PROVIDERS:
        clients.bind(kind, HttpProvider(kind, nobody, timeout=0.2, token=TOKEN))
    with pytest.raises(clients.Unavailable):
        ask_price(line("MUG"))
    with pytest.raises(clients.Unavailable):
        clients.client(ShippingRates).options(channel="home", country="DE", goods_total=Decimal(1))
    assert clients.client(Availability).of(channel="home", skus=("MUG",)) == ()


def test_a_wrong_token_is_no_answer(served: str) -> None:
    clients.bind(ShippingRates, HttpProvider(ShippingRates, served, timeout=20, token="another"))
    with pytest.raises(clients.Unavailable):
        clients.client(ShippingRates).options(channel="home", country="DE", goods_total=Decimal(1))
