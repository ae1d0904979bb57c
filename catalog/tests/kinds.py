"""Products of the kinds that are put together, for tests."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.catalog.availability import keep_availability
from catalog.commands import (
    ChoiceInput,
    FileInput,
    GiftCardInput,
    MemberInput,
    ProductOptionInput,
    SaveProduct,
    save_product,
)
from catalog.tests import shop
from chassis import clock
from chassis.ids import new_id
from chassis.messages import Message
from chassis.subscriptions import Received
from chassis.unit_of_work import unit_of_work
from contracts.logistics import AvailabilityChanged
from contracts.shared import Choice


def bundle(sku: str = "SET", *, dynamic: bool = True, **more: Any) -> UUID:
    """A knife (K1 at 10 or K2 at 30) with, if wanted, two boards (B1 at 5)."""
    shop.simple("K1", "Small knife", price="10")
    shop.simple("K2", "Large knife", price="30")
    shop.simple("B1", "Board", price="5", tax_class="reduced")
    knives = tuple(ChoiceInput(code=sku.lower(), component=sku, is_default=sku == "K1") for sku in ("K1", "K2"))
    boards = ChoiceInput(code="board", component="B1", quantity=Decimal(2), quantity_changes=True)
    wanted: dict[str, Any] = {
        "sku": sku,
        "kind": "bundle",
        "texts": {"": {"name": "Set"}},
        "channels": ("eu",),
        "dynamic_price": dynamic,
        "options": (
            ProductOptionInput(code="knife", labels={"": "Knife", "view:de": "Messer"}, choices=knives),
            ProductOptionInput(code="boards", labels={"": "Boards"}, required=False, choices=(boards,)),
        ),
    }
    return save_product(SaveProduct(**{**wanted, **more}))


def engraved(sku: str = "E1", **more: Any) -> UUID:
    """A knife at 20 with an engraving for 5 and a box for 10 percent."""
    box = ChoiceInput(code="box", labels={"": "Gift box"}, percent=Decimal(10))
    options = (
        ProductOptionInput(
            code="engraving",
            kind="text",
            labels={"": "Engraving"},
            required=False,
            max_length=12,
            prices={"eu": Decimal(5)},
        ),
        ProductOptionInput(code="wrap", labels={"": "Wrapping"}, required=False, choices=(box,)),
    )
    return shop.simple(sku, "Engraved knife", price="20", **{"options": options, **more})


def grouped(sku: str = "GRP", *skus: str) -> UUID:
    """A page of two knives that are bought singly."""
    shop.simple("G1", "Bread knife", price="12")
    shop.simple("G2", "Paring knife", price="7")
    return save_product(
        SaveProduct(
            sku=sku,
            kind="grouped",
            texts={"": {"name": "Knives together"}},
            channels=("eu",),
            members=(MemberInput(sku="G1"), MemberInput(sku="G2", quantity=Decimal(2))),
        )
    )


def downloadable(sku: str = "PDF", **more: Any) -> UUID:
    """A book as a file that may be fetched twice in ten days, with a free chapter."""
    files = (
        FileInput(code="book", path="private/book.pdf", labels={"": "The book"}, most_downloads=2, days=10),
        FileInput(code="taste", path="private/taste.pdf", labels={"": "A chapter"}, is_sample=True),
    )
    return shop.simple(sku, "Knife book", kind="downloadable", **{"files": files, **more})


def gift_card(sku: str = "GIFT") -> UUID:
    """A gift card of 25, 50 or anything from 10 to 200."""
    card = GiftCardInput(
        amounts={"eu": (Decimal(25), Decimal(50))}, least={"eu": Decimal(10)}, most={"eu": Decimal(200)}
    )
    return shop.simple(sku, "Gift card", kind="gift_card", prices=(), gift_card=card)


def choices(**answers: str) -> tuple[Choice, ...]:
    """Answers by option."""
    return tuple(Choice(option=option, value=value) for option, value in answers.items())


def stocked(**counts: int) -> None:
    """What logistics tells of SKUs now."""
    batch = []
    for sku, count in counts.items():
        message = Message(
            id=new_id(),
            type="logistics.availability_changed",
            version=1,
            occurred_at=clock.now(),
            aggregate_type="stock",
            aggregate_id=sku,
            aggregate_version=int(clock.now().timestamp() * 1_000_000),
        )
        event = AvailabilityChanged(channel="eu", sku=sku, available=Decimal(count), in_stock=count > 0)
        batch.append(Received(event=event, message=message))
    with unit_of_work("catalog"):
        keep_availability(batch)
