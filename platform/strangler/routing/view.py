"""GET and all else under /rest/: answered by us where staff, health and lag say so, else by the old shop."""

import hmac
import logging
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from chassis.clients import UnboundClient
from chassis.errors import DomainError
from strangler.routing import figures, ours, shoppers
from strangler.routing.flags import LEGACY, OURS, SHADOW
from strangler.routing.legacy import ANSWERED_BY, Seen, pass_on
from strangler.routing.shadow import LARGEST
from strangler.routing.shadow import SHADOW as COMPARER
from strangler.routing.shadow import Seen as SeenAnswer
from strangler.routing.standing import WATCH
from strangler.routing.surface import Asked, asked, onward

log = logging.getLogger("strangler.routing")
# By the name under which servers tell a path as it came; granian tells it decoded only.
RAW = ("RAW_URI", "REQUEST_URI")


def rest(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """The old shop's REST API at our address. Nothing of it without LEGACY_URL."""
    if not settings.LEGACY_URL:
        return JsonResponse({"message": "Request does not match any route."}, status=404)
    question = asked(request.method or "", request.path_info)
    path = onward(request.path_info, _raw(request), question)
    if path is None:
        return JsonResponse({"message": "Request does not match any route."}, status=400)
    if question is None:
        return pass_on(request, path)
    return _routed(request, path, question)


def _raw(request: HttpRequest) -> str:
    for name in RAW:
        if given := str(request.META.get(name, "")):
            path: str = given.split("?", 1)[0]
            return path if path.startswith("/") else ""
    return ""


def _routed(request: HttpRequest, path: str, question: Asked) -> HttpResponseBase:
    standing = WATCH.standing()
    mode, percentage = standing.mode(question.area)
    place, new = shoppers.place_of(request)
    chosen = mode != LEGACY and shoppers.within(place, percentage)
    why = "" if chosen and mode == OURS else mode
    if chosen and mode == OURS:
        why = _not_for_us(request, question) or standing.why_not(question.area)
        if not why and WATCH.is_closed(question.area):
            why = "failed"
        if not why:
            response, why = _ours(request, question)
            if response is not None:
                return _kept(response, request, place, new)
    figures.ANSWERED.labels(question.area.name, "legacy", why or mode).inc()
    compared = chosen and mode == SHADOW and not _not_for_us(request, question)
    response = pass_on(request, path, seen=_seen(request, question) if compared else None, most=LARGEST)
    return _kept(response, request, place, new and mode != LEGACY)


def _ours(request: HttpRequest, question: Asked) -> tuple[HttpResponse | None, str]:
    """Our answer, or why there is none."""
    try:
        answer = ours.ask(question, request.META.get("QUERY_STRING", ""), trusted=_has_token(request))
    except (DomainError, UnboundClient) as error:
        log.warning("%s is answered by the old shop: %s", question.area.name, type(error).__name__)
        WATCH.close(question.area)
        return None, "failed"
    except Exception:
        # The old shop answers whatever is broken here; that is what it is still there for.
        log.exception("%s is answered by the old shop", question.area.name)
        WATCH.close(question.area)
        return None, "failed"
    if answer.status == 0:
        return None, "left to the shop"
    figures.ANSWERED.labels(question.area.name, "ours", "").inc()
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json; charset=utf-8")
    response[ANSWERED_BY] = "sixfold"
    response["Cache-Control"] = "no-store"
    return response, ""


def _has_token(request: HttpRequest) -> bool:
    """Whether there is a token, which `_not_for_us` has found to be one that we know."""
    return bool(request.headers.get("Authorization", ""))


def _not_for_us(request: HttpRequest, question: Asked) -> str:
    """Why the old shop has to judge this request: a token that only it knows, or a form that only it speaks."""
    accepted = request.headers.get("Accept", "*/*")
    if "json" not in accepted and "*/*" not in accepted:
        return "form"
    token = request.headers.get("Authorization", "")
    if not token:
        return "" if settings.LEGACY_ANONYMOUS and ours.is_open(question) else "anonymous"
    kind, _, value = token.partition(" ")
    sent = value.strip().strip('"').encode()
    known = any(hmac.compare_digest(sent, one.encode()) for one in settings.LEGACY_API_TOKENS)
    return "" if kind.lower() == "bearer" and known else "token"


def _seen(request: HttpRequest, question: Asked) -> Seen:
    query, trusted = request.META.get("QUERY_STRING", ""), _has_token(request)

    def compare(status: int, headers: Mapping[str, str], body: bytes | None) -> None:
        if body is not None:
            encoding = headers.get("content-encoding", "")
            COMPARER.put(
                SeenAnswer(asked=question, query=query, trusted=trusted, status=status, encoding=encoding, body=body)
            )

    return compare


def _kept(response: HttpResponseBase, request: HttpRequest, place: int, new: bool) -> HttpResponseBase:
    if new:
        shoppers.keep(response, place, secure=request.is_secure())
    return response
