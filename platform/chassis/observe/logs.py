"""One JSON object per log line, with the correlation id, and without what must not be read there.

Masked: fields marked Personal of any event or DTO that is logged, values under telling names (password, token, …),
e-mail addresses and bearer tokens inside texts. It is a net, not a licence: do not log personal data.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from chassis.context import current
from chassis.messages import personal_fields

MASK = "•••"
_SECRET_NAMES = re.compile(
    r"pass(word|wd|phrase)|secret|token|authori[sz]ation|cookie|api_?key|e_?mail|phone|card|iban", re.IGNORECASE
)
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_MAX_TEXT = 8_000


class JSONFormatter(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, context, extras, error with traceback."""

    def format(self, record: logging.LogRecord) -> str:
        context = current()
        line: dict[str, Any] = {
            # The real time and not the chassis clock's: a log says when the line was written.
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask_text(_message(record)),
        }
        for name in ("correlation", "causation", "actor", "channel", "traceparent"):
            if value := getattr(context, name):
                line[name] = value
        for name, value in vars(record).items():
            if name not in _STANDARD and not name.startswith("_") and name not in line:
                line[name] = MASK if _SECRET_NAMES.search(name) else masked(value)
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["traceback"] = mask_text("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line, default=lambda value: mask_text(str(value)), ensure_ascii=False)


def masked(value: Any) -> Any:
    """`value` fit for a log: containers and dataclasses with their personal and secret parts replaced."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return mask_text(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _dataclass(value)
    if isinstance(value, dict):
        return {str(k): MASK if _SECRET_NAMES.search(str(k)) and v else masked(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(inner) for inner in value]
    return mask_text(str(value))


def mask_text(text: str) -> str:
    """The text without e-mail addresses and tokens, cut to a bearable length."""
    text = text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…"
    text = _EMAIL.sub(MASK, text) if "@" in text else text
    return _JWT.sub(MASK, _BEARER.sub(rf"\1 {MASK}", text))


def mask_lines(text: str) -> str:
    """A longer text, such as a traceback, masked line by line; without what a database quotes of a row."""
    return "\n".join(mask_text(line) for line in text.splitlines() if not line.startswith("DETAIL:"))


def configuration(*, level: str = "INFO", json_lines: bool = True) -> dict[str, Any]:
    """For Django's LOGGING: everything to standard error, as JSON, or as plain lines for a person's terminal."""
    formatter = {"()": "chassis.observe.logs.JSONFormatter"} if json_lines else {"()": PLAIN}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # One line per request comes from chassis.request; Django's own would say it twice.
            "django.server": {"handlers": [], "propagate": False},
            "django.request": {"level": "ERROR"},
            "httpx": {"level": "WARNING"},
        },
    }


class PlainFormatter(logging.Formatter):
    """For a terminal: level, logger, correlation and the masked message."""

    def format(self, record: logging.LogRecord) -> str:
        mark = f" [{current().correlation[-8:]}]" if current().correlation else ""
        line = f"{record.levelname:<7} {record.name}{mark} {mask_text(_message(record))}"
        if record.exc_info and record.exc_info[0] is not None:
            line += "\n" + mask_text("".join(traceback.format_exception(*record.exc_info)))
        return line


PLAIN = "chassis.observe.logs.PlainFormatter"


def _message(record: logging.LogRecord) -> str:
    # Arguments are masked before they are woven in: afterwards a dataclass is only its repr.
    if not record.args:
        return str(record.msg)
    given = record.args
    shown: Any = (
        {key: _argument(value) for key, value in given.items()}
        if isinstance(given, dict)
        else tuple(_argument(value) for value in given)
    )
    return str(str(record.msg) % shown)


def _argument(value: Any) -> Any:
    compound = isinstance(value, dict | list | tuple) or (is_dataclass(value) and not isinstance(value, type))
    return masked(value) if compound else value


def _dataclass(value: Any) -> dict[str, Any]:
    personal = _personal(type(value))  # type: ignore[arg-type]
    shown: dict[str, Any] = {}
    for item in fields(value):
        inner = getattr(value, item.name)
        hidden = item.name in personal or _SECRET_NAMES.search(item.name)
        shown[item.name] = MASK if hidden and inner else masked(inner)
    return shown


@lru_cache(maxsize=1024)
def _personal(cls: type) -> frozenset[str]:
    try:
        return personal_fields(cls)
    except (NameError, TypeError):  # hints that do not resolve here; then every field is hidden
        return frozenset(item.name for item in fields(cls))
