"""What this domain reads of the environment beside what all read: how long carts are kept, and its payment provider."""

from typing import Any

from chassis.environment import DEMO_MARK, Environment

PROVIDERS = ("sandbox", "stripe")
"""As in `commerce.payment.providers.registry`, which may not be imported while settings are made."""


def read(env: Environment) -> dict[str, Any]:
    """How long carts are kept, PAYMENT_PROVIDER and what belongs to each.

    SANDBOX_SECRET and STRIPE_WEBHOOK_SECRET sign the providers' webhooks: who knows one can say that an order is paid.
    SANDBOX_* are read by `commerce.payment.providers.sandbox` where it calls out, and only checked here.
    """
    env.url("SANDBOX_PUBLIC_URL")
    env.number("SANDBOX_CLIENT_TIMEOUT", 8, least=1, most=60)
    env.refuse_in_production(
        (env.text(name).startswith(DEMO_MARK), f"{name} is a demo secret: production needs its own.")
        for name in ("SANDBOX_API_KEY", "SANDBOX_SECRET")
    )
    provider = env.choice("PAYMENT_PROVIDER", PROVIDERS)
    return {
        "CART_DAYS_GUEST": env.number("CART_DAYS_GUEST", 30, least=1, most=3650),
        "CART_DAYS_CUSTOMER": env.number("CART_DAYS_CUSTOMER", 365, least=1, most=3650),
        "PAYMENT_PROVIDER": provider,
        **_stripe(env, chosen=provider == "stripe"),
    }


def _stripe(env: Environment, *, chosen: bool) -> dict[str, Any]:
    if chosen:
        env.need("STRIPE_PUBLIC_KEY", "the publishable key of Stripe, which begins with pk_")
        env.need("STRIPE_RETURN_URL", "the storefront's page to which 3-D Secure returns")
    return {
        "STRIPE_API_KEY": env.secret("STRIPE_API_KEY", needed="the secret key of Stripe" if chosen else ""),
        "STRIPE_WEBHOOK_SECRET": env.secret(
            "STRIPE_WEBHOOK_SECRET", needed="the signing secret of the webhook endpoint at Stripe" if chosen else ""
        ),
        "STRIPE_PUBLIC_KEY": env.text("STRIPE_PUBLIC_KEY"),
        "STRIPE_RETURN_URL": env.url("STRIPE_RETURN_URL"),
        "STRIPE_API_URL": env.url("STRIPE_API_URL", "https://api.stripe.com"),
        "STRIPE_CLIENT_TIMEOUT": env.number("STRIPE_CLIENT_TIMEOUT", 8, least=1, most=60),
    }
