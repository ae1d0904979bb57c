"""Registration, profile and address book under /api/v1/{view}/."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.permissions import SignedIn
from chassis.access.ratelimit import limit
from chassis.errors import NotFound
from chassis.web.etag import IF_MATCH, precondition, with_etag
from chassis.web.idempotency import idempotent
from identity.customer import serializers as shapes
from identity.customer.access import SessionAuthentication, customer_of, named_email
from identity.customer.commands import (
    AddAddress,
    EditCustomer,
    RegisterCustomer,
    add_address,
    edit_address,
    edit_customer,
    register_unless_taken,
    remove_address,
)
from identity.customer.models import Address, Customer
from identity.customer.queries import place_of

_FLAGS = ("country", "default_shipping", "default_billing")
REGISTRATION = OpenApiExample(
    "Register",
    value={"email": "ada@example.org", "password": "a long sentence of mine", "name": "Ada Example"},
    request_only=True,
)


class Customers(APIView):
    """Registration."""

    authentication_classes = ()

    @extend_schema(
        operation_id="register_customer",
        tags=["customers"],
        request=shapes.Registration,
        responses={202: shapes.Accepted},
        examples=[REGISTRATION],
    )
    @idempotent("identity", scope=named_email)
    def post(self, request: Request, view: str) -> Response:
        """Register a customer.

        The answer is the same whether or not the e-mail address has an account already. Sign in with the same e-mail
        address and password next.
        """
        limit(request, "register", "30/m")
        place = place_of(view)
        body = shapes.Registration(data=request.data)
        body.is_valid(raise_exception=True)
        register_unless_taken(
            RegisterCustomer(
                channel_group=place.channel_group,
                channel=place.channel,
                locale=place.locale,
                email=body.validated_data["email"],
                name=body.validated_data["name"],
                password=body.validated_data["password"],
            )
        )
        return Response({"status": "accepted"}, status=202)


class Me(APIView):
    """The signed-in customer's profile."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (SignedIn,)

    @extend_schema(operation_id="get_customer", tags=["customers"], responses=shapes.Profile)
    def get(self, request: Request, view: str) -> Response:
        """The signed-in customer's profile."""
        customer = Customer.objects.get(id=customer_of(request))
        return with_etag(Response(shapes.Profile(customer).data), customer.version)

    @extend_schema(
        operation_id="edit_customer",
        tags=["customers"],
        parameters=[IF_MATCH],
        request=shapes.ProfileEdit,
        responses=shapes.Profile,
    )
    @idempotent("identity")
    def patch(self, request: Request, view: str) -> Response:
        """Change the profile."""
        body = shapes.ProfileEdit(data=request.data)
        body.is_valid(raise_exception=True)
        customer = edit_customer(
            EditCustomer(customer=customer_of(request), **body.validated_data, precondition=precondition(request))
        )
        return with_etag(Response(shapes.Profile(customer).data), customer.version)


class Addresses(APIView):
    """The address book."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (SignedIn,)

    @extend_schema(operation_id="list_addresses", tags=["customers"], responses=shapes.AddressList)
    def get(self, request: Request, view: str) -> Response:
        """The address book.

        It has 100 entries at most and comes whole.
        """
        rows = Address.objects.filter(customer_id=customer_of(request)).order_by("id")
        return Response({"items": shapes.AddressEntry(rows, many=True).data})

    @extend_schema(
        operation_id="add_address",
        tags=["customers"],
        request=shapes.AddressEdit,
        responses={201: shapes.AddressEntry},
    )
    @idempotent("identity")
    def post(self, request: Request, view: str) -> Response:
        """Add an address."""
        body = shapes.AddressEdit(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        flags = {name: data.pop(name) for name in _FLAGS if name in data}
        address = add_address(AddAddress(customer=customer_of(request), postal=data, **flags))
        return with_etag(Response(shapes.AddressEntry(address).data, status=201), address.version)


class AddressDetail(APIView):
    """One entry of the address book."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (SignedIn,)

    @extend_schema(operation_id="get_address", tags=["customers"], responses=shapes.AddressEntry)
    def get(self, request: Request, view: str, address: UUID) -> Response:
        """One address."""
        found = _own(request, address)
        return with_etag(Response(shapes.AddressEntry(found).data), found.version)

    @extend_schema(
        operation_id="edit_address",
        tags=["customers"],
        parameters=[IF_MATCH],
        request=shapes.AddressEdit,
        responses=shapes.AddressEntry,
    )
    @idempotent("identity")
    def patch(self, request: Request, view: str, address: UUID) -> Response:
        """Change parts of an address."""
        body = shapes.AddressEdit(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        edited = edit_address(
            customer_of(request), address, changes=body.validated_data, precondition=precondition(request)
        )
        return with_etag(Response(shapes.AddressEntry(edited).data), edited.version)

    @extend_schema(
        operation_id="remove_address",
        tags=["customers"],
        parameters=[IF_MATCH],
        request=None,
        responses={204: None},
    )
    @idempotent("identity")
    def delete(self, request: Request, view: str, address: UUID) -> Response:
        """Remove an address."""
        remove_address(customer_of(request), address, precondition=precondition(request))
        return Response(status=204)


def _own(request: Request, address: UUID) -> Address:
    found = Address.objects.filter(id=address, customer_id=customer_of(request)).first()
    if found is None:
        raise NotFound()
    return found
