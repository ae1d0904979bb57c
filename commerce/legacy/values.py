"""Values as Magento's columns hold them."""

from datetime import UTC, datetime
from decimal import Decimal

from chassis.mirrors import Row
from chassis.money import amount_text

ZERO = Decimal(0)


def number(row: Row | None, column: str) -> Decimal:
    """An amount or a quantity; what is NULL, or a column that this shop lacks, is none."""
    return Decimal((row or {}).get(column) or 0)


def summed(rows: list[Row], column: str) -> Decimal:
    """The sum of a column."""
    return sum((number(row, column) for row in rows), ZERO)


def moment(row: Row, column: str = "created_at") -> datetime | None:
    """A TIMESTAMP says that it is UTC, a DATETIME is UTC without saying so: Magento writes nothing else."""
    text = row.get(column) or ""
    if not text or text.startswith("0000"):
        return None
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def text(row: Row | None, column: str) -> str:
    """A text without the blanks around it; nothing is an empty one."""
    return ((row or {}).get(column) or "").strip()


def wire(amount: Decimal, currency: str) -> str:
    """An amount inside a JSON column."""
    return amount_text(amount, currency)


def by_id(row: Row) -> int:
    """Sorts rows by the id that they were given there."""
    return int(row.get("entity_id") or row.get("item_id") or 0)
