"""Django app of the chassis (commands and templates), and the base of every domain's app."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig

from chassis import domains


class ChassisConfig(AppConfig):
    """Holds no models; its label exists so that commands and templates are found."""

    name = "chassis"
    label = "chassis"

    def ready(self) -> None:
        from chassis.observe import backlog, tracing

        backlog.register()
        tracing.from_settings()


class DomainConfig(AppConfig):
    """A domain's app: registers its tables, subscriptions and jobs with the chassis when ready.

    Subclasses set `name`, `label` and `alias`. The domain's `messaging` module holds its concrete
    tables, `subscriptions.SUBSCRIPTIONS` its handlers, `jobs.JOBS` its kinds of job. A domain whose tables include
    `RevokedPrincipal` refuses the tokens of who is in it; one with `ChannelGroup` those of another shop's customers.
    """

    alias: str
    default = False  # Django would otherwise see two candidates in every apps.py that imports this class
    default_auto_field = "django.db.models.BigAutoField"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.default = True

    def ready(self) -> None:
        messaging = import_module(f"{self.name}.messaging")
        domains.register(
            domains.Domain(
                label=self.label,
                alias=self.alias,
                tables=messaging.TABLES,
                subscriptions=self._table("subscriptions", "SUBSCRIPTIONS"),
                jobs=self._table("jobs", "JOBS"),
            )
        )
        if hasattr(messaging, "RevokedPrincipal"):
            from chassis.access.revocation import watch

            watch(self.label)
        if hasattr(messaging, "ChannelGroup"):
            from chassis.access.groups import from_copies, register_groups, remembered

            register_groups(self.label, remembered(from_copies(self.label)))

    def _table(self, module: str, name: str) -> tuple:  # type: ignore[type-arg]
        if find_spec(f"{self.name}.{module}") is None:
            return ()
        return tuple(getattr(import_module(f"{self.name}.{module}"), name))
