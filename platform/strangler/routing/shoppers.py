"""On which side of a percentage a shopper is: the same side at every request, and still so when the percentage grows.

Everybody has a place from 0 to 9,999, and those below the percentage are moved over: whoever was stays so when it
grows, and lowering it sends back the last that came. The place is that of the token where one is sent, since programs
keep no cookies; else the one in our cookie; else that of address and browser, which goes into a cookie, so that
another address later changes nothing. It is no secret: who writes another one chooses his side, and that is all.
"""

from hashlib import blake2b

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from chassis.access.ratelimit import client_address

COOKIE = "sixfold_place"
PLACES = 10_000
YEAR = 365 * 24 * 3600


def place_of(request: HttpRequest) -> tuple[int, bool]:
    """A shopper's place, and whether a cookie is to keep it."""
    if token := request.headers.get("Authorization", ""):
        return _place(f"token {token}"), False
    kept = request.COOKIES.get(COOKIE, "")
    if kept.isascii() and kept.isdigit() and len(kept) < 6 and int(kept) < PLACES:
        return int(kept), False
    return _place(f"caller {client_address(request)} {request.headers.get('User-Agent', '')}"), True


def within(place: int, percentage: int) -> bool:
    """Whether a place is among so many percent."""
    return place < percentage * (PLACES // 100)


def keep(response: HttpResponseBase, place: int, *, secure: bool) -> None:
    """Have the browser remember its place."""
    response.set_cookie(COOKIE, str(place), max_age=YEAR, secure=secure, httponly=True, samesite="Lax")


def _place(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) % PLACES
