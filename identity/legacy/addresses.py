"""An entry of an address book."""

from collections.abc import Iterator
from typing import Any

from babel import Locale

from chassis.ids import migrated_id
from chassis.mirrors import Row, Rows
from identity.customer.importing import ImportedAddress, external
from identity.legacy.dates import moment
from identity.legacy.names import full_name, name_parts
from identity.legacy.values import Attributes

TERRITORIES = frozenset(code for code in Locale("en").territories if len(code) == 2 and code not in {"XX", "ZZ", "EU"})
_VAT_CHECK = ("vat_is_valid", "vat_request_date", "vat_request_id", "vat_request_success")
Note = tuple[str, str]


def make_address(
    source: str, row: Row, values: Rows, attributes: Attributes, *, customer: Row
) -> tuple[ImportedAddress, list[Note]]:
    """The entry and what was noticed of it, as (code, detail); `customer` is the row that names the defaults."""
    id_ = str(row["entity_id"])
    notes = list(_notes(row))
    details: dict[str, Any] = name_parts(row)
    details |= {name: row[column] for column, name in (("fax", "fax"), ("vat_id", "tax_number")) if row[column]}
    own = {}
    for code, value, problem in attributes.values(values, table="customer_address_entity"):
        if problem:
            notes.append(("value_not_understood", f"address {id_}, {code}: {problem}"))
        if value is not None:
            own[code] = value
    address = ImportedAddress(
        id=migrated_id(source, "customer_address", id_),
        external_id=external(source, "customer_address", id_),
        postal={
            "name": full_name(row),
            "street": (row["street"] or "").strip(),
            "city": (row["city"] or "").strip(),
            "postcode": (row["postcode"] or "").strip(),
            "region": (row["region"] or "").strip(),
            "company": (row["company"] or "").strip(),
            "phone": (row["telephone"] or "").strip(),
        },
        country=(row["country_id"] or "").strip()[:2],
        details=details | ({"attributes": own} if own else {}),
        default_shipping=customer["default_shipping"] == id_,
        default_billing=customer["default_billing"] == id_,
        created_at=moment(row["created_at"]),
    )
    return address, notes


def _notes(row: Row) -> Iterator[Note]:
    name = f"address {row['entity_id']}"
    if (row["country_id"] or "") not in TERRITORIES:
        yield "no_such_country", f"{name}: {row['country_id'] or 'none'}"
    if row["region_id"] not in (None, "0") and not row["region"]:
        yield "region_by_number", f"{name}: region {row['region_id']} has no name"
    if missing := [column for column in ("street", "city", "postcode") if not (row[column] or "").strip()]:
        yield "address_incomplete", f"{name} has no {', no '.join(missing)}"
    if row["is_active"] == "0":
        yield "address_inactive", f"{name} is carried all the same"
    if any(row[column] not in (None, "", "0") for column in _VAT_CHECK):
        yield "tax_number_check", f"{name}: that its tax number was checked stays behind"
