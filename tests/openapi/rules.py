"""What every operation of the storefront API must have, as checks over the document and over the URLconf.

Each returns sentences about what is wrong; an empty list is a pass. The exceptions stand here, each with its reason.
"""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver

from chassis.web.schema import METHODS, MUTATING, PROBLEM

API = "api/v1/"
# Made by whoever asks about a session that ends by it: there is no version to compare.
WITHOUT_VERSION = {"DELETE /api/v1/{view}/sessions/current"}
# A declined card is an outcome of ordering like any other, and not a refusal of the call.
OUTCOMES = {
    ("POST /api/v1/{view}/carts/{cart}/place", "402"),
    ("POST /api/v1/{view}/orders/{order}/additions/{addition}/pay", "402"),
}
# Lists that cannot grow beyond what is said.
BOUNDED = {
    "GET /api/v1/{view}/availability": "one item for each SKU asked for, 100 at most",
    "GET /api/v1/{view}/carts/{cart}": "a cart has 200 lines at most",
    "GET /api/v1/{view}/carts/{cart}/shipping-options": "the channel's methods of delivery",
    "GET /api/v1/{view}/carts/{cart}/payment-methods": "the channel's ways to pay",
    "GET /api/v1/{view}/categories": "the category tree, read whole",
    "GET /api/v1/{view}/customers/me/addresses": "100 addresses at most",
    "GET /api/v1/{view}/orders/{order}": "the lines of one order",
    "GET /api/v1/{view}/orders/{order}/additions": "100 at most",
    "GET /api/v1/{view}/orders/{order}/additions/{addition}": "the lines of one offer",
    "GET /api/v1/{view}/content/pages": "100 pages of a menu at most",
    "GET /api/v1/{view}/downloads/orders/{order}": "the files of one order",
    "GET /api/v1/{view}/products": "one product",
    "GET /api/v1/{view}/products/{slug}/links": "50 of each kind at most",
    "GET /api/v1/{view}/products/{slug}": "one product",
    "GET /api/v1/{view}/returns/{id}": "the lines of one return",
    "GET /api/v1/{view}/suggest": "six of each kind",
}
MOST_PER_PAGE = 100


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """("GET /path", operation) of a document."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def undescribed(document: dict[str, Any]) -> list[str]:
    """Operations without a short summary, a tag, or the shape of their refusals."""
    wrong = []
    for name, operation in operations(document):
        if not 3 < len(operation.get("summary", "")) <= 70:
            wrong.append(f"{name} has no summary of up to 70 characters")
        if not operation.get("tags"):
            wrong.append(f"{name} has no tag")
        for status, answer in operation["responses"].items():
            if (name, status) in OUTCOMES:
                continue
            shape = answer.get("content", {}).get("application/problem+json", {}).get("schema", {})
            if status >= "400" and shape.get("$ref") != PROBLEM:
                wrong.append(f"{name} does not say that {status} is a problem document")
        if "4XX" not in operation["responses"]:
            wrong.append(f"{name} does not say what other refusals look like")
    return wrong


def unrepeatable(document: dict[str, Any]) -> list[str]:
    """Mutating operations that do not document Idempotency-Key."""
    return [
        f"{name} does not take Idempotency-Key"
        for name, operation in operations(document)
        if name.split()[0].lower() in MUTATING and "Idempotency-Key" not in _names(operation)
    ]


def unguarded(document: dict[str, Any]) -> list[str]:
    """Edits and removals that do not take If-Match."""
    return [
        f"{name} does not take If-Match"
        for name, operation in operations(document)
        if name.split()[0] in ("PUT", "PATCH", "DELETE")
        and name not in WITHOUT_VERSION
        and "If-Match" not in _names(operation)
    ]


def unbounded(document: dict[str, Any]) -> list[str]:
    """Reads that answer a list without cursor and documented maximum, and page sizes without one."""
    wrong = []
    for name, operation in operations(document):
        parameters = {parameter["name"]: parameter for parameter in operation.get("parameters", ())}
        limit = parameters.get("limit", {"schema": {"maximum": 0}})["schema"]
        if not 0 <= limit.get("maximum", -1) <= MOST_PER_PAGE:
            wrong.append(f"{name} documents no page size of at most {MOST_PER_PAGE}")
        if name.startswith("GET ") and name not in BOUNDED and _lists(document, operation):
            wrong += [f"{name} answers a list without {part}" for part in ("cursor", "limit") if part not in parameters]
    return wrong


def unclaimed(patterns: list[URLPattern | URLResolver], *, under: str = API) -> list[str]:
    """Mutating methods of views under the API that no idempotency key guards, documented or not."""
    return [
        f"{method.upper()} {path} does not take Idempotency-Key"
        for path, callback in _views(patterns)
        if path.startswith(under)
        for method in _mutating(callback)
        if not getattr(getattr(_class(callback), method, None), "takes_idempotency_key", False)
    ]


def _mutating(callback: Any) -> list[str]:
    view = _class(callback)
    if view is None:  # a plain function answers every method unless it says otherwise
        return list(MUTATING)
    return [method for method in MUTATING if hasattr(view, method)]


def _class(callback: Any) -> Any:
    return getattr(callback, "view_class", None) or getattr(callback, "cls", None)


def _views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def _names(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", ())}


def _lists(document: dict[str, Any], operation: dict[str, Any]) -> bool:
    """Whether the answer is an array, or has one among its own members."""
    content = operation["responses"].get("200", {}).get("content", {})
    shape = _resolved(document, content.get("application/json", {}).get("schema", {}))
    members = [_resolved(document, member) for member in shape.get("properties", {}).values()]
    return any(part.get("type") == "array" for part in (shape, *members))


def _resolved(document: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in shape:
        return shape
    found: dict[str, Any] = document["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return found
