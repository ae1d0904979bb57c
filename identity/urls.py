"""URLs of this domain: `urlpatterns` under /api/v1/{view}/, `pages` at the root."""

from django.urls import path

from identity.auth.api import jwks
from identity.customer import api, sessions_api
from identity.user import pages as staff

urlpatterns = [
    path("customers", api.Customers.as_view()),
    path("customers/me", api.Me.as_view()),
    path("customers/me/addresses", api.Addresses.as_view()),
    path("customers/me/addresses/<uuid:address>", api.AddressDetail.as_view()),
    path("sessions", sessions_api.Sessions.as_view()),
    path("sessions/refresh", sessions_api.Refresh.as_view()),
    path("sessions/current", sessions_api.CurrentSession.as_view()),
    path("sessions/revoke-all", sessions_api.RevokeAll.as_view()),
]

pages = [
    path(".well-known/jwks.json", jwks),
    path("staff/sign-in/", staff.sign_in_page),
    path("staff/renew/", staff.renew),
    path("staff/sign-out/", staff.sign_out),
]
