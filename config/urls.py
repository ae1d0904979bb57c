"""Every URL of the deployment: each domain's storefront API under /api/v1/<view>/, and the shared pages."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from chassis.admin import site
from chassis.observe import metrics
from chassis.web import docs, health
from config.domains import DOMAINS

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    *docs.urlpatterns,
    path("admin/", site.urls),
]
for row in DOMAINS:
    if find_spec(f"{row.package}.urls") is None:
        continue
    urls = __import__(f"{row.package}.urls", fromlist=["urlpatterns"])
    urlpatterns.append(path("api/v1/<slug:view>/", include(f"{row.package}.urls")))
    urlpatterns += [
        path(prefix, include(getattr(urls, name)))
        for name, prefix in (("webhooks", "api/webhooks/"), ("pages", ""))
        if hasattr(urls, name)
    ]
