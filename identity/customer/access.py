"""Who a request of this domain comes from: the customer of a token whose session is still open."""

from uuid import UUID

from rest_framework.request import Request

from chassis.access.authentication import RevokedToken, TokenAuthentication, principal_of
from chassis.access.principal import Principal
from identity.auth import sessions


class SessionAuthentication(TokenAuthentication):
    """Other domains take a token for what it says; where the sessions are, an ended one ends at once."""

    def authenticate(self, request: Request) -> tuple[Principal, str | None]:
        principal, token = super().authenticate(request)
        if principal.is_authenticated and not sessions.is_open(principal.session):
            raise RevokedToken(headers=self._challenge('error="invalid_token"'))
        return principal, token


def customer_of(request: Request) -> UUID:
    """The id of the customer who asks."""
    return UUID(principal_of(request).id)


def named_email(request: Request) -> str:
    """Tells callers apart who are nobody yet: one's idempotency key must not meet another's."""
    return str(request.data.get("email", ""))[:254] if isinstance(request.data, dict) else ""
