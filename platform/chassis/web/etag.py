"""Optimistic concurrency at the edge: an aggregate's version as ETag, If-Match as a condition of the edit.

A view turns the request into a `Precondition` and hands it to the command, which checks it: a stale edit is a 412,
never a lost update.
"""

from __future__ import annotations

import re
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from chassis.errors import Invalid, PreconditionRequired
from chassis.precondition import NO_PRECONDITION, Precondition, etag_of

R = TypeVar("R", bound=HttpResponseBase)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag as last read: the call is refused with 412 if it has changed since.",
)
"""For the OpenAPI document of every view that asks for a `precondition`."""
_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


def with_etag(response: R, version: int, *variant: str) -> R:
    """The response, carrying its ETag."""
    response["ETag"] = etag_of(version, *variant)
    return response


def precondition(request: HttpRequest | Request, *, required: bool = False) -> Precondition:
    """The request's If-Match. Raises PreconditionRequired where it is `required` and missing, Invalid if unreadable."""
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise PreconditionRequired()
        return NO_PRECONDITION
    # RFC 9110: If-Match compares strongly, so a weak tag never matches; it stays out of the set.
    return Precondition(frozenset(tag for tag in _tags(header, name="If-Match") if not tag.startswith("W/")))


def _tags(header: str, *, name: str) -> list[str]:
    if header.strip() == "*":
        return ["*"]
    tags, position = [], 0
    while position < len(header):
        match = _TAG.match(header, position)
        if match is None:
            raise Invalid(f'{name} must be "*" or a list of quoted ETags.')
        tags.append(f'{match[1] or ""}"{match[2]}"')
        position = match.end()
    return tags
