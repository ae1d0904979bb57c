"""The OpenAPI document: what every operation has in common is said here, once.

    "POSTPROCESSING_HOOKS": ["chassis.web.schema.complete"]

A view's docstring gives an operation's summary (its first line) and description (the rest). Refusals, their
shape, and the conventions of all calls are added here, so that no view has to repeat them and none can forget them.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from chassis.web.problem import CONTENT_TYPE

SCHEME = "accessToken"
PROBLEM = "#/components/schemas/Problem"
METHODS = ("get", "put", "post", "patch", "delete")
MUTATING = ("put", "post", "patch", "delete")

CONVENTIONS = """\
Every address names a **view** (`/api/v1/{view}/…`): it decides channel, currency, prices and language.
`Accept-Language` is not read, so that answers can be cached by their address.

**Errors** are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) documents: a stable `code`, a sentence, and for each
value at fault its JSON pointer in `errors[].field`.

**Repeating a call**: every call that changes something takes `Idempotency-Key` (1 to 255 visible characters). For 24
hours the same key gives the first answer again; with another body it is refused with 422.

**Edits at the same time**: carts, orders, profiles, addresses and returns carry an `ETag`. Send it as `If-Match` and an
edit of what has changed meanwhile is refused with 412.

**Lists that grow** come in pages: send `next` as `cursor` until it is null; `limit` is at most 100.

**Money** is text of a decimal number, never a float, with its ISO 4217 currency beside it. Times are UTC.

**Limits**: `X-RateLimit-Remaining` and `-Reset` tell what is left; 429 says in `Retry-After` how long to wait.
`X-Correlation-ID` of an answer names the request in every log.
"""

_MEMBER = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "JSON pointer (RFC 6901) of the value at fault."},
    },
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Members that belong to one `code` only stand beside these.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: for programs to decide by."},
        "detail": {"type": "string", "description": "This case, and what to do about it."},
        "errors": {"type": "array", "items": _MEMBER},
        "correlation_id": {"type": "string"},
    },
    "example": {
        "type": "urn:problem:invalid",
        "title": "A value is not valid.",
        "status": 400,
        "code": "invalid",
        "errors": [{"code": "min_value", "detail": "Ensure this value is at least 0.0001.", "field": "/quantity"}],
    },
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the doors appear in the document: one scheme for all, which `complete` describes."""

    target_class = "chassis.access.authentication.TokenAuthentication"
    match_subclasses = True
    name: list[str] = []

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[Any]]:
        return {SCHEME: []}

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return []


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's document with summaries, refusals and conventions."""
    result["info"]["description"] = CONVENTIONS
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for path in result["paths"].values():
        for method in METHODS:
            if method in path:
                _headline(path[method])
                _refusals(path[method], method)
    return result


def _headline(operation: dict[str, Any]) -> None:
    if operation.get("summary"):
        return
    first, _, rest = operation.get("description", "").partition("\n")
    operation["summary"] = first.strip().rstrip(".")
    operation["description"] = rest.strip()
    if not operation["description"]:
        del operation["description"]


def _refusals(operation: dict[str, Any], method: str) -> None:
    """Each refusal that the operation can give; what is not named here falls under `4XX`."""
    parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
    meant = {
        "400": "A value, or the request as a whole, is not valid.",
        "404": "Not there, or not for you to see.",
        "429": "Too many requests; wait as Retry-After says.",
        "503": "A part that is needed does not answer at the moment.",
    }
    if any(SCHEME in way for way in operation.get("security", ())):
        meant["401"] = "The token is missing where one is needed, is not valid, has expired, or was revoked."
    if method in MUTATING:
        meant["409"] = "The present state does not allow this, or the first call with this key is still running."
    if "If-Match" in parameters:
        meant["412"] = "It was changed since it was read."
    if "requestBody" in operation:
        meant["413"] = "The body is larger than allowed."
        meant["415"] = "The body is no JSON."
    if "Idempotency-Key" in parameters:
        meant["422"] = "The key was used with another body."
    meant["4XX"] = "Any other refusal."
    responses = operation["responses"]
    for status, description in meant.items():
        answer = responses.setdefault(status, {"description": description})
        answer.setdefault("content", {})[CONTENT_TYPE] = {"schema": {"$ref": PROBLEM}}
    operation["responses"] = dict(sorted(responses.items()))
