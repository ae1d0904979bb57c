"""What this domain reads of the environment beside what all read: the gateway's rules and the way out for mail."""

from typing import Any

from chassis.environment import Environment


def read(env: Environment) -> dict[str, Any]:
    """Check RATE_LIMITS, CORS_ORIGINS, CACHE_PURGE_…, EMAIL_URL and EMAIL_FROM, which are read where they are used."""
    # Here and not above: while settings are made, nothing may be imported that might ask for one.
    from operations.gateway import cors, purging, rates
    from operations.notification import mailer

    env.try_to(lambda: rates.parse(env.text("RATE_LIMITS")))
    env.try_to(lambda: cors.parse(env.text("CORS_ORIGINS")))
    env.try_to(lambda: purging.caches(env.text("CACHE_PURGE_URL")))
    env.secret("CACHE_PURGE_TOKEN")
    url = env.text("EMAIL_URL")
    if url:
        env.try_to(lambda: mailer.backend(url))
    env.refuse_in_production(
        [
            (not url, "EMAIL_URL is not set: production must name its mail server, as smtp+tls://…."),
            (not env.text("EMAIL_FROM"), "EMAIL_FROM is not set: production must name the sender of its mails."),
        ]
    )
    return {}
