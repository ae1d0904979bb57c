"""Sign-in, refresh and sign-out of customers under /api/v1/{view}/sessions."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.access.permissions import SignedIn
from chassis.access.principal import Kind, Principal
from chassis.access.ratelimit import limit
from chassis.unit_of_work import unit_of_work
from chassis.web.idempotency import idempotent
from identity.auth import sessions
from identity.auth.sessions import Tokens
from identity.customer import serializers as shapes
from identity.customer.access import SessionAuthentication, customer_of, named_email
from identity.customer.queries import load_principal, place_of
from identity.customer.sign_in import sign_in

SIGN_IN = OpenApiExample(
    "Sign in", value={"email": "ada@example.org", "password": "a long sentence of mine"}, request_only=True
)


class Sessions(APIView):
    """Signing in."""

    authentication_classes = ()

    @extend_schema(
        operation_id="sign_in",
        tags=["sessions"],
        request=shapes.Credentials,
        responses={201: shapes.Session},
        examples=[SIGN_IN],
    )
    @idempotent("identity", claimed=True, secret=True, scope=named_email)
    def post(self, request: Request, view: str) -> Response:
        """Sign in.

        Ten attempts for one e-mail address, then a pause of a quarter of an hour. The answer says nothing of whether
        the address has an account.
        """
        limit(request, "sign_in", "60/m")
        place = place_of(view)
        body = shapes.Credentials(data=request.data)
        body.is_valid(raise_exception=True)
        tokens = sign_in(channel_group=place.channel_group, **body.validated_data)
        return _answer(tokens, status=201)


class Refresh(APIView):
    """The next tokens of a session."""

    authentication_classes = ()

    @extend_schema(
        operation_id="refresh_session",
        tags=["sessions"],
        request=shapes.RefreshRequest,
        responses={200: shapes.Session},
    )
    @idempotent("identity", claimed=True, secret=True)
    def post(self, request: Request, view: str) -> Response:
        """The next tokens of a session.

        A refresh token is good for one use. Using it again later ends the session for everybody; within ten seconds
        it gives the same answer again, so that a lost one does no harm.
        """
        limit(request, "refresh", "120/m")
        place = place_of(view)
        body = shapes.RefreshRequest(data=request.data)
        body.is_valid(raise_exception=True)

        def load(customer: UUID) -> Principal | None:
            principal = load_principal(customer)
            return principal if principal and principal.channel_group == place.channel_group else None

        return _answer(sessions.refresh(body.validated_data["refresh_token"], kind=Kind.CUSTOMER, load=load))


class CurrentSession(APIView):
    """Signing out here."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (SignedIn,)

    @extend_schema(operation_id="sign_out", tags=["sessions"], request=None, responses={204: None})
    @idempotent("identity")
    def delete(self, request: Request, view: str) -> Response:
        """Sign out here."""
        with unit_of_work("identity"):
            sessions.end(principal_of(request).session, reason="signed out")
        return Response(status=204)


class RevokeAll(APIView):
    """Signing out everywhere."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (SignedIn,)

    @extend_schema(operation_id="sign_out_everywhere", tags=["sessions"], request=None, responses={204: None})
    @idempotent("identity")
    def post(self, request: Request, view: str) -> Response:
        """Sign out everywhere.

        Every session of the customer ends, and tokens that are still running are refused by all domains.
        """
        with unit_of_work("identity"):
            sessions.end_all(Kind.CUSTOMER, customer_of(request), reason="signed out everywhere")
        return Response(status=204)


def _answer(tokens: Tokens, *, status: int = 200) -> Response:
    body = {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
        "refresh_token": tokens.refresh_token,
        "customer": tokens.principal.id,
    }
    return Response(body, status=status, headers={"Cache-Control": "no-store"})
