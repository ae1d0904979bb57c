"""The payment providers that there are, by the name that payments keep.

For new ones the channel's way to pay by card chooses, and PAYMENT_PROVIDER where it does not.
"""

from django.conf import settings

from commerce.payment.providers.interface import Provider
from commerce.payment.providers.sandbox import Sandbox
from commerce.payment.providers.stripe import Stripe

PROVIDERS: dict[str, Provider] = {"sandbox": Sandbox(), "stripe": Stripe()}


def provider_of(name: str) -> Provider:
    """The provider that holds a payment, also when another was chosen since."""
    return PROVIDERS[name]


def chosen() -> str:
    """The provider of new payments where their channel names none."""
    return str(settings.PAYMENT_PROVIDER)


def usable(name: str) -> bool:
    """Whether new payments may be given to a provider: it is set up here."""
    return name == chosen() or (name in PROVIDERS and PROVIDERS[name].ready)
