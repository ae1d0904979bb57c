"""Downloads over REST: what was bought, and the file behind a link that expires."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.catalog.downloads import commands, links
from catalog.catalog.downloads.errors import UnknownFile
from catalog.catalog.downloads.models import DownloadFile, DownloadGrant
from catalog.catalog.downloads.queries import grants_of, grants_of_order
from catalog.catalog.queries import ViewFacts, view_facts
from catalog.product import scopes
from chassis import clock
from chassis.access.authentication import principal_of
from chassis.errors import Unauthenticated
from chassis.web.pages import CursorPages

KEY = OpenApiParameter(
    "X-Order-Key", str, OpenApiParameter.HEADER, description="`access_key` of the order; opens a guest's downloads."
)
FILE = {(200, "application/octet-stream"): OpenApiResponse(bytes, description="The file.")}


class DownloadSerializer(serializers.Serializer[DownloadGrant]):
    """A file that was bought. `url` counts when it is fetched and ends soon; ask here for a new one."""

    id = serializers.UUIDField()
    order = serializers.UUIDField()
    order_number = serializers.CharField()
    sku = serializers.CharField(source="file.product.sku")
    label = serializers.SerializerMethodField()
    file_name = serializers.CharField(source="file.file_name")
    used = serializers.IntegerField()
    most = serializers.IntegerField(allow_null=True, help_text="null: without limit")
    expires_at = serializers.DateTimeField(allow_null=True)
    url = serializers.SerializerMethodField()
    url_expires_at = serializers.SerializerMethodField()

    def get_label(self, grant: DownloadGrant) -> str:
        return scopes.label(grant.file.labels, self.context["scopes"], default=grant.file.code)

    def get_url(self, grant: DownloadGrant) -> str | None:
        signed = self._signed(grant)
        return f"/api/v1/{self.context['view']}/downloads/{quote(signed[0])}" if signed else None

    def get_url_expires_at(self, grant: DownloadGrant) -> str | None:
        signed = self._signed(grant)
        return signed[1].isoformat() if signed else None

    @staticmethod
    def _signed(grant: DownloadGrant) -> Any:
        return None if grant.ended(clock.now()) else links.signed(grant.id)


def _bodies(facts: ViewFacts, grants: list[DownloadGrant]) -> Any:
    return DownloadSerializer(grants, many=True, context={"view": facts.code, "scopes": facts.scopes}).data


class Downloads(APIView):
    pagination_class = CursorPages
    page_order = ("-granted_at",)

    @extend_schema(operation_id="list_downloads", responses=DownloadSerializer(many=True), tags=["downloads"])
    def get(self, request: Request, view: str) -> Response:
        """The signed-in customer's downloads.

        Those bought in the view's channel, newest first.
        """
        principal = principal_of(request)
        if principal.kind != "customer":
            raise Unauthenticated()
        facts = view_facts(view)
        pages = self.pagination_class()
        grants = pages.paginate_queryset(grants_of(UUID(principal.id), channel=facts.channel), request, view=self)
        return pages.get_paginated_response(_bodies(facts, grants))


class OrderDownloads(APIView):
    @extend_schema(
        operation_id="order_downloads",
        parameters=[KEY],
        responses=DownloadSerializer(many=True),
        tags=["downloads"],
    )
    def get(self, request: Request, view: str, order: UUID) -> Response:
        """The downloads of one paid order.

        For its customer, or for whoever shows the order's key; empty for anybody else.
        """
        facts = view_facts(view)
        principal = principal_of(request)
        customer = UUID(principal.id) if principal.kind == "customer" else None
        key = request.headers.get("X-Order-Key", "")[:200]
        response = Response(_bodies(facts, grants_of_order(order, channel=facts.channel, customer=customer, key=key)))
        response["Cache-Control"] = "private, no-store"
        return response


class Download(APIView):
    @extend_schema(operation_id="download", responses=FILE, tags=["downloads"])
    def get(self, request: Request, view: str, token: str) -> HttpResponseBase:
        """The file behind a link.

        Counts as one download; the link itself ends half an hour after it was given.
        """
        view_facts(view)
        grant = links.opened(token)
        # Opened first: a file that is not there is no download.
        answer = _sent(commands.granted_file(grant))
        commands.use_grant(grant)
        return answer

    @extend_schema(exclude=True)
    def head(self, request: Request, view: str, token: str) -> HttpResponseBase:
        """What a download would answer; it does not count as one."""
        view_facts(view)
        return _sent(commands.granted_file(links.opened(token)))


class Sample(APIView):
    @extend_schema(operation_id="download_sample", responses=FILE, tags=["downloads"])
    def get(self, request: Request, view: str, file: UUID) -> HttpResponseBase:
        """A free sample of a downloadable product."""
        return _sent(commands.sample(file, channel=view_facts(view).channel))


def _sent(file: DownloadFile) -> HttpResponseBase:
    if not default_storage.exists(file.path):
        raise UnknownFile()
    # Whatever its name says: it is saved, never shown or run under the shop's address.
    response = FileResponse(
        default_storage.open(file.path, "rb"),
        as_attachment=True,
        filename=file.file_name,
        content_type="application/octet-stream",
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
