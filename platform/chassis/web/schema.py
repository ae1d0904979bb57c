"""The OpenAPI document's share of what holds for every operation: refusals are problem documents.

Views declare what they answer when all goes well, and those refusals whose body is their own. That any 4XX may be a
problem document, and a 503 too, is said here once for all of them.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from chassis.web.problem import CONTENT_TYPE

_MEMBER = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "JSON pointer of the value at fault."},
    },
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. A refusal may have members of its own beside these.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:problem:stale_version"]},
        "title": {"type": "string", "description": "One sentence, the same for every problem of this code."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "Stable; what a client decides by."},
        "detail": {"type": "string", "description": "What is wrong this time, and what to do."},
        "errors": {"type": "array", "items": _MEMBER, "description": "Every value at fault."},
        "correlation_id": {"type": "string"},
    },
}
_DESCRIPTIONS = {"4XX": "Refused, with a reason.", "503": "A part that is needed does not answer; try again."}


class DocumentedRefusals(AutoSchema):
    """drf-spectacular's schema of a view, completed by the refusals that every view may give."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        content = {CONTENT_TYPE: {"schema": self._problem().ref}}
        for status, response in responses.items():
            # A status with a body of the view's own may also be a problem document.
            if status.startswith("4"):
                response.setdefault("content", {}).update(content)
        for status, description in _DESCRIPTIONS.items():
            responses.setdefault(status, {"description": description, "content": content})
        return responses

    def _problem(self) -> ResolvedComponent:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name="Problem", type=ResolvedComponent.SCHEMA, object="Problem", schema=dict(PROBLEM)
        )
        self.registry.register_on_missing(component)
        return component
