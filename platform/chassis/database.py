"""One database per domain: settings from URLs, and a router that refuses to guess.

`DATABASES["default"]` is empty on purpose: a query that names no domain is an error. Framework apps
(auth, contenttypes, admin, sessions) are used for their code only and own no tables anywhere.
"""

from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.db import models

CODE_ONLY_LABELS = frozenset({"auth", "contenttypes", "admin", "sessions", "messages"})


class UnroutableModel(RuntimeError):
    """A model of a label that belongs to no domain, or of one that owns no tables."""


class CrossDomainRelation(RuntimeError):
    """A relation between two domains' models."""


def database_settings(url: str, *, pool_size: int = 8) -> dict[str, Any]:
    """Django's settings for one domain's PostgreSQL URL: server-side binding, a small pool, UTC.

    The pool opens lazily, after a fork, and bounds connections; docs/operating.md has their sum.
    """
    parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    if parsed.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("a database URL must start with postgres:// or postgresql://")
    parsed["ENGINE"] = "chassis.postgresql"
    parsed["CONN_MAX_AGE"] = 0
    parsed["CONN_HEALTH_CHECKS"] = False  # the engine looks at a pooled connection itself
    parsed["ATOMIC_REQUESTS"] = False
    parsed.setdefault("OPTIONS", {})
    parsed["OPTIONS"]["server_side_binding"] = True
    parsed["OPTIONS"]["prepare_threshold"] = 3
    if pool_size:
        parsed["OPTIONS"]["pool"] = {"min_size": 0, "max_size": pool_size, "timeout": 10}
    return parsed


class DomainRouter:
    """Routes a model by its app label; an unknown label is an error, never a default."""

    def __init__(self) -> None:
        from django.conf import settings

        self.alias_by_label: dict[str, str] = settings.DOMAIN_ALIASES  # type: ignore[misc]

    def _alias(self, model: type[models.Model]) -> str:
        label = model._meta.app_label
        alias = self.alias_by_label.get(label)
        if alias is None:
            raise UnroutableModel(f"{model._meta.label} belongs to no domain, so it has no database")
        return alias

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return self._alias(model)

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return self._alias(model)

    def allow_relation(self, obj1: models.Model, obj2: models.Model, **hints: Any) -> bool:
        first, second = obj1._meta.app_label, obj2._meta.app_label
        if first != second:
            raise CrossDomainRelation(f"{first} and {second} are different domains: keep the id instead")
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        if app_label in CODE_ONLY_LABELS:
            return False
        return self.alias_by_label.get(app_label) == db
