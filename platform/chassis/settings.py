"""Django settings from a list of domains: the monolith names all, a standalone service names one.

Every missing or wrong variable is collected and reported in one error, a clear sentence each.
"""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from chassis.database import database_settings
from chassis.observe import logs

Row = tuple[str, str, str]
"""(package, label, alias) of a domain."""

DEMO_MARK = "demo-"


class Environment:
    """Reads variables and remembers what is wrong, so that all of it can be said at once."""

    def __init__(self, values: "os._Environ[str] | dict[str, str]") -> None:
        self.values = values
        self.wrong: list[str] = []

    def need(self, name: str, meaning: str) -> str:
        """A variable that must be there; `meaning` completes the sentence that says what it is."""
        value = self.values.get(name, "")
        if not value:
            self.wrong.append(f"{name} is not set: it must be {meaning}.")
        return value

    def database(self, alias: str, *, pool_size: int) -> dict[str, Any]:
        """The database of an alias from DATABASE_URL_<ALIAS>."""
        name = f"DATABASE_URL_{alias.upper()}"
        url = self.need(name, f"the PostgreSQL URL of the {alias} database")
        if not url:
            return {}
        try:
            return database_settings(url, pool_size=pool_size)
        except (ImproperlyConfigured, ValueError) as error:
            self.wrong.append(f"{name} is wrong: {error}.")
            return {}

    def check(self) -> None:
        """Raise one error that names everything that is wrong."""
        if self.wrong:
            lines = "\n".join(f"  - {line}" for line in self.wrong)
            raise ImproperlyConfigured(f"The settings are incomplete:\n{lines}")


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
    debug = os.environ.get("DEBUG", "") == "1"
    production = os.environ.get("SIXFOLD_ENV", "local") == "production"
    aliases = dict.fromkeys(alias for _, _, alias in rows)
    databases: dict[str, Any] = {"default": {}}
    pool_size = int(os.environ.get("DATABASE_POOL", "6"))
    for alias in aliases:
        databases[alias] = env.database(alias, pool_size=pool_size)
    secret = env.need("SECRET_KEY", "a long random string")
    env.need("SIXFOLD_PERSONAL_KEYS", "the keys of encrypted personal fields, as kid:base64,…")
    broker = env.need("BROKER_URL", "a redis:// or amqp:// URL")
    if broker and not broker.startswith(("redis://", "rediss://", "amqp://", "amqps://")):
        env.wrong.append("BROKER_URL is wrong: it must start with redis://, rediss://, amqp:// or amqps://.")
    hosts = [h for h in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",") if h]
    if production:
        _check_production(env, secret=secret, debug=debug, hosts=hosts)
    env.check()
    return {
        "SECRET_KEY": secret,
        "DEBUG": debug,
        "ALLOWED_HOSTS": hosts,
        "PRODUCTION": production,
        "INSTALLED_APPS": [
            "chassis",
            *apps,
            "unfold.apps.BasicAppConfig",  # its templates come before the admin's
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "rest_framework",
            "drf_spectacular",
            "drf_spectacular_sidecar",
            *(package for package, _, _ in rows),
            "django.contrib.admin",  # last: it imports the domains' admin.py, which need the domains registered
        ],
        "MIGRATION_MODULES": {"auth": None, "contenttypes": None, "admin": None, "sessions": None},
        "DATABASES": databases,
        "DATABASE_ROUTERS": ["chassis.database.DomainRouter"],
        "DOMAIN_ALIASES": {label: alias for _, label, alias in rows},
        "EVENT_ROUTES": routes,
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "ROOT_URLCONF": root_urlconf,
        "MIDDLEWARE": [
            "chassis.web.middleware.CorrelationMiddleware",
            "chassis.web.middleware.SecurityHeadersMiddleware",
            "chassis.web.problem.ProblemMiddleware",
            "chassis.web.middleware.LimitsMiddleware",
            *middleware,
            "django.middleware.common.CommonMiddleware",
            "chassis.admin.middleware.StaffSessionMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LANGUAGE_CODE": "en",
        "USE_I18N": True,
        "STATIC_URL": "/static/",
        "MEDIA_URL": "/media/",
        "MEDIA_ROOT": os.environ.get("MEDIA_ROOT", str(state_folder() / "media")),
        "STATE_FOLDER": state_folder(),
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": production,
        "CSRF_COOKIE_SECURE": production,
        "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
        "LOGGING": logs.configuration(
            level=os.environ.get("LOG_LEVEL", "INFO"), json_lines=os.environ.get("LOG_FORMAT", "json") == "json"
        ),
        "PLACE_ORDER_WAITERS": max(1, int(os.environ.get("WEB_THREADS", "8")) // 2),
        "BROKER_URL": broker,
        "CACHE_URL": os.environ.get("CACHE_URL", ""),
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 1_000_000,
        "APPEND_SLASH": False,
        "SILENCED_SYSTEM_CHECKS": ["models.W042", "admin.E410"],
        "STAFF_SIGN_IN_URL": os.environ.get("STAFF_SIGN_IN_URL", "/staff/sign-in/"),
        "STAFF_RENEW_URL": os.environ.get("STAFF_RENEW_URL", "/staff/renew/"),
        "STAFF_SIGN_OUT_URL": os.environ.get("STAFF_SIGN_OUT_URL", "/staff/sign-out/"),
        "STAFF_COOKIE_DOMAIN": os.environ.get("STAFF_COOKIE_DOMAIN") or None,
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        "REST_FRAMEWORK": {
            "DEFAULT_AUTHENTICATION_CLASSES": ["chassis.access.authentication.TokenAuthentication"],
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "DEFAULT_PARSER_CLASSES": ["chassis.web.parsers.StrictJSONParser"],
            "DEFAULT_PAGINATION_CLASS": "chassis.web.pages.CursorPages",
            "DEFAULT_SCHEMA_CLASS": "chassis.web.schema.DocumentedRefusals",
            "EXCEPTION_HANDLER": "chassis.web.problem.exception_handler",
            "UNAUTHENTICATED_USER": None,
            "COERCE_DECIMAL_TO_STRING": True,
        },
        "SPECTACULAR_SETTINGS": {
            "TITLE": "Sixfold",
            "VERSION": "1",
            "OAS_VERSION": "3.1.0",
            "SERVE_INCLUDE_SCHEMA": False,
            "SWAGGER_UI_DIST": "SIDECAR",
            "REDOC_DIST": "SIDECAR",
            "COMPONENT_SPLIT_REQUEST": True,
        },
        "AUTH_USER_MODEL": "auth.User",
    }


def state_folder() -> Path:
    """Where a local installation keeps its state; nothing in it is ever committed."""
    return Path(os.environ.get("SIXFOLD_STATE", Path.cwd() / ".state"))


def _check_production(env: Environment, *, secret: str, debug: bool, hosts: list[str]) -> None:
    if secret.startswith(DEMO_MARK) or len(secret) < 32:
        env.wrong.append("SECRET_KEY is a demo secret or shorter than 32 characters: production needs its own.")
    if debug:
        env.wrong.append("DEBUG is on: production refuses it.")
    if "*" in hosts or "ALLOWED_HOSTS" not in env.values:
        env.wrong.append("ALLOWED_HOSTS is open or not set: production needs the names it serves.")
    if env.values.get("SIXFOLD_PERSONAL_KEYS", "").startswith(DEMO_MARK):
        env.wrong.append("SIXFOLD_PERSONAL_KEYS are demo keys: production needs its own.")
