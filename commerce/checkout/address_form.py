"""A postal address in a form of staff's."""

from collections.abc import Mapping
from typing import Any

from django import forms

from commerce.checkout.addresses import WrongAddress, checked

ADDRESS = {"name": 200, "company": 200, "street": 300, "postcode": 20, "city": 200, "region": 200, "phone": 40}
NEEDED = ("name", "street")


class AddressForm(forms.Form):
    """What an address needs beside a name and a street is its country's matter."""

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors or not given.get("country"):
            return given
        if missing := [name for name in NEEDED if not given[name]]:
            for name in missing:
                self.add_error(name, "An address needs it.")
            return given
        try:
            return {**given, **checked({name: given[name] for name in (*ADDRESS, "country")})}
        except WrongAddress as error:
            for part, sentence in error.parts.items():
                self.add_error(part, sentence)
        return given


def address_fields(now: Mapping[str, str], *, required: bool = True) -> dict[str, forms.Field]:
    """Its parts, filled with what it is now; where it is not `required` no country means no address."""
    fields: dict[str, forms.Field] = {
        name: forms.CharField(max_length=most, required=required and name in NEEDED, initial=now.get(name, ""))
        for name, most in ADDRESS.items()
    }
    fields["country"] = forms.RegexField(
        "^[A-Z]{2}$", initial=now.get("country", ""), help_text="ISO 3166-1 alpha-2", required=required
    )
    return fields
