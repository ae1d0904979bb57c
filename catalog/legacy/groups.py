"""Customer groups by Magento's id. Identity owns them; here is only what their codes are: made of their names alike."""

import re
import unicodedata

from catalog.legacy.tables import MIRROR
from chassis.mirrors import Found

GUEST_GROUP = "0"
_LEFT = re.compile(r"[^a-z0-9]+")


def group_codes(source: str) -> dict[str, str]:
    """Codes of the groups by id, without that of who is not signed in. Of two alike the later has a number."""
    found: dict[str, str] = {}
    rows = MIRROR.rows_of(source, "customer_group")
    for id_ in sorted(rows, key=int):
        row = rows[id_].one("customer_group")
        if row is None or id_ == GUEST_GROUP:
            continue
        name = (row["customer_group_code"] or "").strip() or f"Group {id_}"
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        base = _LEFT.sub("-", plain).strip("-") or "group"
        taken = set(found.values())
        found[id_] = next(code for code in (base, *(f"{base}-{n}" for n in range(2, 999))) if code not in taken)
    return found


def make_groups(source: str, owners: list[str]) -> None:
    """Which groups there are has changed: rules name them, and tier prices wait for them."""
    MIRROR.replace_findings(source, "customer_group", owners, [
        Found(owner=owner, code="of_guests", whole=True) for owner in owners if owner == GUEST_GROUP
    ])  # fmt: skip
    for kind in ("tax_rule", "sales_rule", "catalog_rule"):
        MIRROR.touch_all(source, kind)
    MIRROR.touch_found(source, "product", ["unknown_customer_group"])
