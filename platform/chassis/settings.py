"""Django settings from a list of domains: the monolith names all, a standalone service names one.

Every missing or wrong variable is collected and reported in one error, a clear sentence each. docs/operating.md
lists the variables.
"""

import os
from collections import Counter
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chassis import keyring, media, transport
from chassis.environment import DEMO_MARK, Environment
from chassis.fixed_settings import AFTER_DOMAINS, AFTER_GATEWAY, BEFORE_DOMAINS, BEFORE_GATEWAY, FIXED
from chassis.observe import logs

Row = tuple[str, str, str]
"""(package, label, alias) of a domain."""


def build(
    rows: list[Row],
    *,
    root_urlconf: str,
    routes: dict[str, tuple[str, ...]],
    apps: tuple[str, ...] = (),
    middleware: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Settings for these domains; raises ImproperlyConfigured naming every missing variable."""
    env = Environment(os.environ)
    debug = env.flag("DEBUG")
    databases = _databases(env, aliases=[alias for _, _, alias in rows])
    secret = env.secret("SECRET_KEY", needed="a long random string")
    _personal_keys(env)
    broker = env.need("BROKER_URL", "a redis:// or amqp:// URL")
    if broker and not broker.startswith(("redis://", "rediss://", "amqp://", "amqps://")):
        env.wrong.append("BROKER_URL is wrong: it must start with redis://, rediss://, amqp:// or amqps://.")
    env.refuse_in_production(
        [
            (debug, "DEBUG is on: production refuses it."),
            (
                bool(env.text("SIXFOLD_FAILPOINTS")),
                "SIXFOLD_FAILPOINTS is set: it is for tests, production refuses it.",
            ),
        ]
    )
    read = {
        **transport.settings(env),
        **media.settings(env, folder=str(state_folder() / "media")),
        **_observed(env),
        "RETENTION": _retention(env),
        "CACHE_URL": env.url("CACHE_URL", schemes=("redis", "rediss")),
        "PLACE_ORDER_WAITERS": max(1, env.number("WEB_THREADS", 8, least=1, most=1000) // 2),
        "SERVICE_TOKEN": env.secret("SERVICE_TOKEN"),
        "TOKEN_KEYS_URL": env.url("TOKEN_KEYS_URL"),
        "STAFF_COOKIE_DOMAIN": env.text("STAFF_COOKIE_DOMAIN") or None,
        "STAFF_SIGN_IN_URL": env.text("STAFF_SIGN_IN_URL", "/staff/sign-in/"),
        "STAFF_RENEW_URL": env.text("STAFF_RENEW_URL", "/staff/renew/"),
        "STAFF_SIGN_OUT_URL": env.text("STAFF_SIGN_OUT_URL", "/staff/sign-out/"),
        **_of_domains(env, [package for package, _, _ in rows]),
    }
    env.check()
    return {
        **FIXED,
        "SECRET_KEY": secret,
        "DEBUG": debug,
        "PRODUCTION": env.production,
        "INSTALLED_APPS": ["chassis", *apps, *BEFORE_DOMAINS, *(package for package, _, _ in rows), *AFTER_DOMAINS],
        "DATABASES": databases,
        "DOMAIN_ALIASES": {label: alias for _, label, alias in rows},
        "EVENT_ROUTES": routes,
        "ROOT_URLCONF": root_urlconf,
        "MIDDLEWARE": [*BEFORE_GATEWAY, *middleware, *AFTER_GATEWAY],
        "STATE_FOLDER": state_folder(),
        "BROKER_URL": broker,
        **read,
    }


def state_folder() -> Path:
    """Where a local installation keeps its state; nothing in it is ever committed."""
    return Path(os.environ.get("SIXFOLD_STATE", Path.cwd() / ".state"))


def _databases(env: Environment, *, aliases: list[str]) -> dict[str, Any]:
    pool_size = env.number("DATABASE_POOL", 6, least=0, most=1000)
    found: dict[str, Any] = {"default": {}}
    for alias in dict.fromkeys(aliases):
        found[alias] = env.database(alias, pool_size=pool_size)
    places = {alias: (made.get("HOST"), made.get("PORT"), made.get("NAME")) for alias, made in found.items() if made}
    shared = {place for place, times in Counter(places.values()).items() if times > 1}
    if shared:
        names = " and ".join(f"DATABASE_URL_{alias.upper()}" for alias, place in places.items() if place in shared)
        env.wrong.append(f"{names} name the same database: every domain needs one of its own.")
    return found


def _personal_keys(env: Environment) -> None:
    ring = env.need(keyring.VARIABLE, "the keys of encrypted personal fields, as kid:base64,…")
    if ring:
        env.try_to(lambda: keyring.parse(ring))
    env.refuse_in_production(
        [
            (
                any(entry.strip().startswith(DEMO_MARK) for entry in ring.split(",")),
                f"{keyring.VARIABLE} holds demo keys: production needs its own.",
            )
        ]
    )


def _observed(env: Environment) -> dict[str, Any]:
    level = env.choice("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL"))
    return {
        "TRACES_EXPORTER": env.choice("OTEL_TRACES_EXPORTER", ("none", "otlp", "console")),
        "TRACES_RATIO": env.ratio("OTEL_TRACES_SAMPLER_ARG", 1.0),
        "LOGGING": logs.configuration(level=level, json_lines=env.choice("LOG_FORMAT", ("json", "plain")) == "json"),
        "METRICS_TOKEN": env.secret("METRICS_TOKEN"),
    }


def _retention(env: Environment) -> dict[str, timedelta]:
    """How long what is done with is kept: see `chassis.retention`."""
    days = {
        "outbox": env.number("RETAIN_OUTBOX_DAYS", 7, least=1, most=100_000),
        "personal": env.number("RETAIN_PERSONAL_DAYS", 30, least=1, most=100_000),
        "inbox": env.number("RETAIN_INBOX_DAYS", 90, least=1, most=100_000),
    }
    if days["inbox"] <= max(days["outbox"], days["personal"]):
        env.wrong.append("RETAIN_INBOX_DAYS is wrong: it must be more than the other two, or a replay may act twice.")
    return {name: timedelta(days=count) for name, count in days.items()}


def _of_domains(env: Environment, packages: list[str]) -> dict[str, Any]:
    """What domains read for themselves: `read(env)` of the module `environment` of those that have one."""
    found: dict[str, Any] = {}
    for package in packages:
        if find_spec(f"{package}.environment") is not None:
            found |= import_module(f"{package}.environment").read(env)
    return found
