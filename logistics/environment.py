"""What this domain reads of the environment beside what all read: where its carrier is."""

from typing import Any

from chassis.environment import DEMO_MARK, Environment


def read(env: Environment) -> dict[str, Any]:
    """Check CARRIER_*, which `logistics.carriers.over_http` reads where it calls out.

    CARRIER_SECRET signs the carrier's webhooks: whoever knows it can say that a parcel was delivered.
    """
    env.url("CARRIER_URL")
    env.number("CARRIER_CLIENT_TIMEOUT", 8, least=1, most=60)
    env.refuse_in_production(
        (env.text(name).startswith(DEMO_MARK), f"{name} is a demo secret: production needs its own.")
        for name in ("CARRIER_API_KEY", "CARRIER_SECRET")
    )
    return {}
