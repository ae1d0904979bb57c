"""Every URL of this service."""

from chassis.standalone import urls_of
from operations.standalone.wiring import serves

urlpatterns = urls_of("operations", serves=serves)
