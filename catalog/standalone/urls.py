"""Every URL of this service."""

from catalog.standalone.wiring import serves
from chassis.standalone import urls_of

urlpatterns = urls_of("catalog", serves=serves)
