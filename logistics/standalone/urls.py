"""Every URL of this service."""

from chassis.standalone import urls_of
from logistics.standalone.wiring import serves

urlpatterns = urls_of("logistics", serves=serves)
