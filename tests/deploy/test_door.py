"""What a proxy, a probe and a browser meet at the web process, as production sets it up."""

from typing import Any

import pytest
from django.test import Client

from config.domains import ALIASES

POD = "10.1.2.3:8000"
"""How a probe names the process: by an address that is in nobody's ALLOWED_HOSTS."""


@pytest.fixture
def production(settings: Any) -> Client:
    settings.ALLOWED_HOSTS = ["shop.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return Client(headers={"host": "shop.example.com", "x-forwarded-proto": "https"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.django_db(databases=list(ALIASES))
def test_probes_come_by_address_and_without_tls(production: Client, path: str) -> None:
    assert Client().get(path, headers={"host": POD}).status_code == 200


def test_others_are_refused_under_a_name_that_is_not_ours(production: Client) -> None:
    refused = Client().get("/api/v1/home-en/products", headers={"host": POD, "x-forwarded-proto": "https"})
    assert refused.status_code == 400


def test_a_browser_without_tls_is_sent_to_tls(production: Client) -> None:
    sent = Client().get("/admin/", headers={"host": "shop.example.com"})
    assert (sent.status_code, sent["Location"]) == (301, "https://shop.example.com/admin/")


def test_a_browser_with_tls_is_told_to_stay_there(production: Client) -> None:
    assert production.get("/staff/sign-in/")["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["admin/css/base.css", "unfold/css/styles.css", "identity/staff.css"])
def test_styles_of_the_admin_are_served_without_a_web_server_beside(path: str) -> None:
    answer = Client().get(f"/static/{path}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/css")


@pytest.mark.parametrize("path", ["../settings.py", "admin/../../manage.py", "none.css", ""])
def test_nothing_else_is_served_as_static(path: str) -> None:
    assert Client().get(f"/static/{path}").status_code == 404
