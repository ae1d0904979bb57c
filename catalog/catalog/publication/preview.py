"""A product's page before it is published, for who holds a link that staff gave out."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

from catalog.catalog.documents import document
from catalog.catalog.errors import ProductNotFound
from catalog.catalog.queries import Body
from catalog.catalog.rebuilding import sources_of
from catalog.product.models import Product, View
from chassis import clock

LIFETIME = timedelta(days=3)
_SALT = "catalog.preview"


def preview_token(product: UUID, view: str) -> tuple[str, datetime]:
    """What opens a product's page in a view, and until when."""
    until = clock.now() + LIFETIME
    return signing.dumps([str(product), view, int(until.timestamp())], salt=_SALT), until


def previewed(view: str, token: str) -> Body:
    """The document as it would be. It has no price block of its own. Raises ProductNotFound for a link that is none."""
    try:
        product, meant, until = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise ProductNotFound() from None
    found = Product.objects.filter(id=product, parent=None).first()
    shown = View.objects.select_related("channel").filter(code=view).first()
    if found is None or shown is None or meant != view or until <= clock.now().timestamp():
        raise ProductNotFound()
    return Body(content=_content(found, shown).encode(), keys=(), max_age=0)


def _content(product: Product, view: View) -> str:
    sources = sources_of([product], unpublished=True)
    channel = view.channel.code
    for row in (product, *sources.variants.get(product.id, ())):
        row.channels = sorted({*row.channels, channel})
        row.shown = {}
    slugs = {(view.code, product.id): "", **sources.slugs}
    sources.slugs = slugs
    made = document(product, view, sources)
    assert made is not None
    return f'{made.content[:-1]},"price":null,"always_available":false,"availability":{{}},"preview":true}}'
