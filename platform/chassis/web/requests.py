"""Requests as UTF-8, whatever they say: a charset that the client chooses must not decide how its text is read.

Django decodes with any codec of that name, also with those that are no charsets (`zlib`), before a middleware runs.
Who names another than UTF-8 is refused by `LimitsMiddleware`.
"""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """A request whose encoding is UTF-8; `content_params` still has what was named."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Application(WSGIHandler):
    request_class = Utf8Request


def reads_as_utf8(request: HttpRequest) -> bool:
    """Whether the request names no charset, or this one."""
    return str((request.content_params or {}).get("charset", "utf-8")).lower() in ("utf-8", "utf8", "us-ascii")
