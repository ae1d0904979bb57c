"""Names: the old shop keeps them in parts, here a person has one, written as they write it."""

from chassis.mirrors import Row

PARTS = {"prefix": "prefix", "firstname": "first_name", "middlename": "middle_name", "lastname": "last_name",
         "suffix": "suffix"}  # fmt: skip


def full_name(row: Row) -> str:
    """All parts in the order in which Magento itself puts them, without the blanks around them."""
    return " ".join(part for column in PARTS if (part := (row.get(column) or "").strip()))


def name_parts(row: Row) -> dict[str, str]:
    """The parts that there are, by the name that a part has here."""
    return {name: part for column, name in PARTS.items() if (part := (row.get(column) or "").strip())}
