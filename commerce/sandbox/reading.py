"""Reading what a caller sent: every fault of a body is collected and answered at once, none becomes a 500."""

import json
import math
import re
from typing import Any
from urllib.parse import urlsplit

from commerce.sandbox.amounts import EXPONENTS, BadAmount, parse
from commerce.sandbox.cards import Card, find
from commerce.sandbox.problems import Fault, Problem, problem

MOST_BYTES = 64 * 1024
REFERENCE = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
REFERENCE_FORM = "1 to 128 letters, digits or ._:/+=@-"
_ADDRESS = re.compile(r"https?://[\x21-\x7e]{1,2000}")


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body; an empty body is an empty object. Raises 400 json_malformed."""
    if not raw.strip():
        return {}
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        raise problem(400, code="json_malformed", detail="The body is not valid JSON in UTF-8.") from None
    if not isinstance(data, dict):
        raise problem(400, code="json_not_object", detail="The body must be a JSON object.")
    return data


class Body:
    """The fields of one JSON object. Read them, then ``finish``; a bad field reads as a stand-in."""

    def __init__(self, data: dict[str, Any], *, prefix: str = "") -> None:
        self._data = data
        self._prefix = prefix
        self._known: set[str] = set()
        self.faults: list[Fault] = []

    def fault(self, name: str, code: str, detail: str) -> None:
        """Note that a field is wrong."""
        self.faults.append(Fault(code=code, detail=detail, field=self._prefix + name))

    def value(self, name: str, *, required: bool = True) -> Any:
        """The raw value; None when it is absent or null, which is a fault if it is required."""
        self._known.add(name)
        value = self._data.get(name)
        if value is None and required:
            self.fault(name, "field_missing", "This field is required.")
        return value

    def reference(self, name: str = "reference", *, required: bool = True) -> str:
        """A reference; "" when it is absent or wrong."""
        value = self.value(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or not REFERENCE.fullmatch(value):
            self.fault(name, "reference_malformed", f"A reference is text of {REFERENCE_FORM}.")
            return ""
        return value

    def currency(self) -> str:
        """An ISO 4217 code; "" when it is absent or wrong."""
        value = self.value("currency")
        if value is None:
            return ""
        if not isinstance(value, str) or value not in EXPONENTS:
            self.fault("currency", "currency_unknown", "The currency must be an active ISO 4217 code such as EUR.")
            return ""
        return value

    def amount(self, *, currency: str, required: bool = True) -> int | None:
        """Minor units of ``amount``; None when it is absent or wrong, or the currency is not known."""
        value = self.value("amount", required=required)
        if value is None:
            return None
        try:
            return parse(value, currency=currency or "BHD")
        except BadAmount as error:
            self.fault("amount", error.code, str(error))
            return None

    def card(self) -> Card | None:
        """The test card; None when it is absent or none."""
        value = self.value("card")
        if value is None:
            return None
        card = find(value) if isinstance(value, str) else None
        if card is None:
            self.fault("card", "card_unknown", "This is no test card; GET /v1/cards lists them.")
        return card

    def flag(self, name: str, *, default: bool) -> bool:
        """A boolean."""
        value = self.value(name, required=False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(name, "not_boolean", "This field is true or false.")
            return default
        return value

    def choice(self, name: str, *, of: list[str]) -> str:
        """One of a few words; "" when it is absent or another."""
        value = self.value(name)
        if value is None:
            return ""
        if not isinstance(value, str) or value not in of:
            self.fault(name, "not_a_choice", f"This field is one of: {', '.join(of)}.")
            return ""
        return value

    def seconds(self, name: str = "seconds") -> float | None:
        """A number of seconds from 0 to 120; None when it is absent or wrong."""
        value = self.value(name, required=False)
        if value is None:
            return None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 <= value <= 120:
            self.fault(name, "seconds_malformed", "This field is a number of seconds from 0 to 120.")
            return None
        return float(value)

    def address(self, name: str) -> str | None:
        """An http or https address; None when it is absent or wrong."""
        value = self.value(name, required=False)
        if value is None:
            return None
        try:
            good = isinstance(value, str) and bool(_ADDRESS.fullmatch(value)) and bool(urlsplit(value).hostname)
        except ValueError:
            good = False
        if not good:
            self.fault(name, "address_malformed", "This field is an http or https address of ASCII characters.")
            return None
        return str(value)

    def finish(self) -> None:
        """Raise one 422 Problem with all faults, unknown fields among them."""
        for name in list(self._data.keys() - self._known)[:10]:
            self.fault(name[:64], "field_unknown", "There is no such field here.")
        if self.faults:
            raise Problem(status=422, faults=self.faults)
