"""The published keys."""

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from identity.auth.keys import published


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """The JWKS document by which every domain verifies tokens itself."""
    answer = HttpResponse(json.dumps(published()), content_type="application/jwk-set+json")
    answer["Cache-Control"] = "public, max-age=300"
    return answer
