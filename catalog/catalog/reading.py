"""Plain views for the hottest reads: bytes out, with the headers that caches need, and still documented.

A REST framework view costs 100-260 microseconds per request. These are functions, and carry a view class
only for the OpenAPI document (`cls`, which is what drf-spectacular looks for).
"""

import functools
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.cache import patch_vary_headers
from rest_framework.views import APIView

from catalog.catalog.queries import Body, Moved
from catalog.pricing.choice import group_key
from chassis.access.authentication import TokenAuthentication
from chassis.access.groups import demand_group

Read = Callable[..., Body | Moved]
_DOOR = TokenAuthentication()
_encoder = msgspec.json.Encoder(decimal_format="string")


def encoded(document: Any, *, keys: tuple[str, ...], max_age: int = 60) -> Body:
    """A document as a body; `msgspec.Raw` inside is passed on as it is."""
    return Body(content=_encoder.encode(document), keys=keys, max_age=max_age)


def group_of(request: HttpRequest) -> str:
    """The customer group whose prices a request sees: a claim of its token. Raises also OtherChannelGroup."""
    principal, _ = _DOOR.authenticate(request)
    if request.resolver_match is not None:
        demand_group("catalog", request.resolver_match.kwargs["view"], principal)
    return group_key(principal.customer_group)


def reading(schema: type[APIView], *, priced: bool = True) -> Callable[[Read], Callable[..., HttpResponse]]:
    """Make a view of a function that returns a Body, or Moved for a redirect to `../<slug>`.

    priced: the answer holds prices, which may be those of the caller's group.
    """

    def decorate(read: Read) -> Callable[..., HttpResponse]:
        @functools.wraps(read)
        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            answer = read(request, *args, **kwargs)
            if isinstance(answer, Moved):
                return _moved(request, answer)
            return _answer(request, answer, priced=priced)

        view.cls = schema  # type: ignore[attr-defined]
        view.initkwargs = {}  # type: ignore[attr-defined]
        view.csrf_exempt = True  # type: ignore[attr-defined]
        return view

    return decorate


def _answer(request: HttpRequest, body: Body, *, priced: bool) -> HttpResponse:
    etag = f'"{hashlib.blake2b(body.content, digest_size=12).hexdigest()}"'
    asked = request.headers.get("If-None-Match", "")
    if asked and etag in (part.strip().removeprefix("W/") for part in asked.split(",")):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body.content, content_type="application/json")
    response["ETag"] = etag
    # A shared cache keeps what guests see; what a token sees is for its holder alone.
    mine = priced and "Authorization" in request.headers
    response["Cache-Control"] = f"{'private' if mine else 'public'}, max-age={body.max_age}"
    if priced:
        patch_vary_headers(response, ["Authorization"])
    response["Surrogate-Key"] = " ".join(body.keys)
    return response


def _moved(request: HttpRequest, moved: Moved) -> HttpResponse:
    response = HttpResponse(status=301)
    response["Location"] = request.path.rsplit("/", moved.up)[0] + "/" + quote(moved.slug)
    # Not for ever: a former address may be given to another product.
    response["Cache-Control"] = "public, max-age=60"
    return response
