"""The payment providers that there are, by the name that payments keep; PAYMENT_PROVIDER chooses for new ones."""

from django.conf import settings

from commerce.payment.providers.interface import Provider
from commerce.payment.providers.sandbox import Sandbox
from commerce.payment.providers.stripe import Stripe

PROVIDERS: dict[str, Provider] = {"sandbox": Sandbox(), "stripe": Stripe()}


def provider_of(name: str) -> Provider:
    """The provider that holds a payment, also when another was chosen since."""
    return PROVIDERS[name]


def chosen() -> str:
    """The provider of new payments."""
    return str(settings.PAYMENT_PROVIDER)
