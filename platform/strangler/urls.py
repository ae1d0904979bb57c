"""Addresses of the strangler: the old shop's REST API at ours. Nothing under /api/."""

from django.urls import URLPattern, path

from strangler.routing.view import rest

urlpatterns: list[URLPattern] = []
pages = [path("rest/<path:rest>", rest)]
