"""Shapes of the customer and session endpoints."""

from typing import Any

from rest_framework import serializers

from identity.auth.credentials import LONGEST
from identity.customer.models import Address, Customer


class Strict(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelt one must not be dropped in silence."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if unknown := set(data) - {name for name, field in self.fields.items() if not field.read_only}:
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail("There is no such field.", code="unknown_field") for name in unknown}
            )
        return value


class Registration(Strict):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=LONGEST, trim_whitespace=False, write_only=True)
    name = serializers.CharField(max_length=200)


class Accepted(serializers.Serializer[Any]):
    status = serializers.CharField()


class Credentials(Strict):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=4096, trim_whitespace=False, write_only=True)


class RefreshRequest(Strict):
    refresh_token = serializers.CharField(max_length=200)


class Session(serializers.Serializer[Any]):
    access_token = serializers.CharField(help_text="send it as `Authorization: Bearer …`; lives 10 minutes")
    token_type = serializers.CharField(default="Bearer")
    expires_in = serializers.IntegerField(help_text="seconds")
    refresh_token = serializers.CharField(help_text="good for one refresh; keep the one that the refresh gives")
    customer = serializers.UUIDField()


class Profile(serializers.Serializer[Customer]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    locale = serializers.CharField()
    group = serializers.CharField(source="group_id")
    created_at = serializers.DateTimeField()


class ProfileEdit(Strict):
    name = serializers.CharField(max_length=200, required=False)
    locale = serializers.RegexField(r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$", max_length=12, required=False)


class AddressEdit(Strict):
    name = serializers.CharField(max_length=200)
    company = serializers.CharField(max_length=200, required=False, allow_blank=True)
    street = serializers.CharField(max_length=300, help_text="lines parted by a line break")
    city = serializers.CharField(max_length=120)
    postcode = serializers.CharField(max_length=20, required=False, allow_blank=True)
    region = serializers.CharField(max_length=120, required=False, allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2")
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    default_shipping = serializers.BooleanField(required=False)
    default_billing = serializers.BooleanField(required=False)


class AddressEntry(AddressEdit):
    id = serializers.UUIDField()

    def to_representation(self, instance: Address) -> dict[str, Any]:
        return {
            "id": str(instance.id),
            **{name: instance.postal.get(name, "") for name in ("name", "company", "street", "city")},
            **{name: instance.postal.get(name, "") for name in ("postcode", "region")},
            "country": instance.country,
            "phone": instance.postal.get("phone", ""),
            "default_shipping": instance.default_shipping,
            "default_billing": instance.default_billing,
        }


class AddressList(serializers.Serializer[Any]):
    items = AddressEntry(many=True)
