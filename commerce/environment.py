"""What this domain reads of the environment beside what all read: where its payment provider is."""

from typing import Any

from chassis.environment import DEMO_MARK, Environment


def read(env: Environment) -> dict[str, Any]:
    """Check SANDBOX_*, which `commerce.payment.sandbox` reads where it calls out; no Django settings are made of it.

    SANDBOX_SECRET signs the provider's webhooks: whoever knows it can say that an order is paid.
    """
    env.url("SANDBOX_PUBLIC_URL")
    env.number("SANDBOX_CLIENT_TIMEOUT", 8, least=1, most=60)
    env.refuse_in_production(
        (env.text(name).startswith(DEMO_MARK), f"{name} is a demo secret: production needs its own.")
        for name in ("SANDBOX_API_KEY", "SANDBOX_SECRET")
    )
    return {}
