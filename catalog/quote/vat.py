"""Whose VAT number frees a delivery from tax. Numbers are checked for form and check digits; nobody is asked."""

from dataclasses import dataclass

from stdnum import get_cc_module

from catalog.pricing.areas import Place
from catalog.pricing.models import TaxPolicy

# Greece writes EL before its numbers and GR everywhere else.
_COUNTRIES = {"EL": "GR"}


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Whether no tax is due, and why or why not; no note without a number."""

    granted: bool
    note: str = ""


def exemption(number: str, *, rule: str, home: Place, destination: Place) -> Exemption:
    """What a customer's VAT number changes under a channel's rule."""
    if not number.strip():
        return Exemption(granted=False)
    country = country_of(number)
    if country is None:
        return Exemption(granted=False, note="the VAT number is not well-formed: tax is due")
    if rule == TaxPolicy.EVERYBODY:
        return Exemption(granted=True, note=f"no tax is due with a VAT number ({country})")
    if rule == TaxPolicy.ABROAD and country != home.country and destination.country not in ("", home.country):
        return Exemption(granted=True, note=f"no tax is due from {home.country} with a VAT number of {country}")
    return Exemption(granted=False, note="the VAT number frees from no tax here")


def country_of(number: str) -> str | None:
    """The country of a well-formed VAT number with its prefix (DE136695976); None for anything else."""
    compact = "".join(number.split()).upper()
    country = _COUNTRIES.get(compact[:2], compact[:2])
    if len(compact) > 20 or not (country.isascii() and country.isalpha()):
        return None
    module = get_cc_module(country, "vat")
    return country if module and module.is_valid(compact) else None
