"""Scopes of texts and values: global, channel, view, and the way back up.

A scope's key is "" for global, "channel:<code>" or "view:<code>". The narrower one wins, field by field:
a view that translates only the name takes the description from its channel or from global.
"""

from collections.abc import Iterable, Mapping
from typing import Any

GLOBAL = ""


def channel_scope(code: str) -> str:
    """Key of a channel's scope."""
    return f"channel:{code}"


def view_scope(code: str) -> str:
    """Key of a view's scope."""
    return f"view:{code}"


def fallback(*, view: str, channel: str) -> tuple[str, str, str]:
    """The scopes of a view from the widest to the narrowest."""
    return GLOBAL, channel_scope(channel), view_scope(view)


def resolve(scoped: Mapping[str, Mapping[str, Any]], scopes: Iterable[str]) -> dict[str, Any]:
    """What holds when the scopes are laid over each other, widest first; empty text counts as not set."""
    result: dict[str, Any] = {}
    for scope in scopes:
        for name, value in scoped.get(scope, {}).items():
            if value not in (None, ""):
                result[name] = value
    return result


def label(labels: Mapping[str, str], scopes: Iterable[str], *, default: str = "") -> str:
    """The label of the narrowest scope that has one."""
    found = default
    for scope in scopes:
        found = labels.get(scope) or found
    return found
