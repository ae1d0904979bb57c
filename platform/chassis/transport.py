"""Settings of what lies between a browser and this process: hosts, proxies, HTTPS, cookies."""

from typing import Any

from chassis.environment import Environment

A_YEAR = 31_536_000
WITHIN_THE_CLUSTER = (r"^healthz$", r"^readyz$", r"^metrics$", r"^internal/")
"""Asked by probes, scrapers and other domains' services, which come without TLS and from no browser."""


def settings(env: Environment) -> dict[str, Any]:
    """Hosts and proxies by variable; production means HTTPS only, unless HTTPS_REDIRECT=0 leaves that to a proxy.

    TRUSTED_PROXIES is how many proxies stand in front and may be believed about the caller's address
    (X-Forwarded-For) and scheme (X-Forwarded-Proto). Raises nothing: mistakes are remembered by `env`.
    """
    hosts = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1")
    env.refuse_in_production(
        [
            (not env.text("ALLOWED_HOSTS"), "ALLOWED_HOSTS is not set: production needs the names it serves."),
            (
                any("*" in host or host == "." for host in hosts),
                "ALLOWED_HOSTS is open: production needs the names it serves, without a *.",
            ),
        ]
    )
    proxies = env.number("TRUSTED_PROXIES", 0, least=0, most=9)
    return {
        "ALLOWED_HOSTS": hosts,
        "TRUSTED_PROXIES": proxies,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if proxies else None,
        "SECURE_SSL_REDIRECT": env.flag("HTTPS_REDIRECT", default=env.production),
        "SECURE_REDIRECT_EXEMPT": list(WITHIN_THE_CLUSTER),
        "SECURE_HSTS_SECONDS": env.number("HSTS_SECONDS", A_YEAR if env.production else 0, least=0, most=2 * A_YEAR),
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": env.flag("HSTS_SUBDOMAINS"),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": env.production,
        "CSRF_COOKIE_SECURE": env.production,
    }
