"""Channels, views, attributes, categories and products as they are edited.

Whatever may differ by scope is JSON keyed by scope ("", "channel:<code>", "view:<code>"; see `scopes`).
Shoppers never read these tables: they read the documents made from them.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from chassis import clock
from chassis.ids import new_id


class Edited(models.Model):
    """What every edited aggregate has. `version` grows with each change, `external_id` is its old name."""

    id = models.UUIDField(primary_key=True, default=new_id)
    version = models.IntegerField(default=1)
    external_id = models.JSONField(default=dict, blank=True, help_text="source system -> old id")
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class Channel(Edited):
    """A website: currency, countries, time zone, and whether its prices are entered with tax."""

    code = models.TextField(unique=True)
    name = models.TextField()
    currency = models.CharField(max_length=3)
    time_zone = models.TextField(default="UTC")
    countries = ArrayField(models.CharField(max_length=2), default=list, help_text="the first is the default")
    prices_include_tax = models.BooleanField(default=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Category(Edited):
    """A node of a category tree; a view points at the root of its own tree."""

    code = models.TextField(unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    position = models.IntegerField(default=0)
    texts = models.JSONField(default=dict, help_text="scope -> {name, description}")
    active = models.BooleanField(default=True)
    inactive_in = ArrayField(
        models.TextField(), default=list, blank=True, help_text="views without it and its children"
    )
    rule = models.JSONField(null=True, blank=True, help_text="picks its products; see collections.rules")

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.code


class View(Edited):
    """A store view under a channel. Its code is unique over all channels: it stands in every address."""

    code = models.TextField(unique=True)
    name = models.TextField()
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="views")
    locale = models.TextField(help_text="as BCP 47: de-DE")
    root = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    base_url = models.TextField(default="", blank=True, help_text="of its storefront, with a slash at the end")
    steering = models.IntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="grows when its synonyms, redirects or merchandising rules change",
    )

    def __str__(self) -> str:
        return self.code


class Attribute(Edited):
    """A typed property of products. `kind` decides which values are valid (see `values`)."""

    code = models.TextField(unique=True)
    kind = models.TextField()
    scope = models.TextField(default="global", help_text="the narrowest scope at which a value may be set")
    labels = models.JSONField(default=dict, help_text="scope -> label")
    unit = models.TextField(default="", blank=True)
    required = models.BooleanField(default=False)
    filterable = models.BooleanField(default=False)
    searchable = models.BooleanField(default=False)
    sortable = models.BooleanField(default=False, db_default=False, help_text="listings can be sorted by it")
    visible = models.BooleanField(default=True)
    position = models.IntegerField(default=0)
    range_limits = ArrayField(
        models.DecimalField(max_digits=20, decimal_places=6),
        default=list,
        db_default=[],
        blank=True,
        help_text="of a number's facet: 1, 5 is < 1, 1 – 5, ≥ 5; empty: drawn by what is found",
    )

    def __str__(self) -> str:
        return self.code


class AttributeOption(models.Model):
    """A value of a select or multi-select attribute, with a label per scope."""

    id = models.UUIDField(primary_key=True, default=new_id)
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="options")
    code = models.TextField()
    labels = models.JSONField(default=dict)
    swatch = models.TextField(default="", blank=True)
    position = models.IntegerField(default=0)
    external_id = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attribute", "code"], name="catalog_option_once")]

    def __str__(self) -> str:
        return self.code


class ProductType(Edited):
    """A set of attributes that products of this type may have."""

    code = models.TextField(unique=True)
    name = models.TextField()
    attributes = models.ManyToManyField(Attribute, blank=True)

    def __str__(self) -> str:
        return self.code


class Product(Edited):
    """A product of any kind, or a variant of a configurable one.

    `channels` are those in which it is published. A variant is shown on its parent's page only. `shown` narrows that
    by view: CATALOG is in listings and not in search, SEARCH the reverse, NOWHERE has no page; a variant that is
    shown NOWHERE cannot be chosen in that view.
    """

    CATALOG, SEARCH, NOWHERE = "catalog", "search", "nowhere"
    SHOWN = frozenset({CATALOG, SEARCH, NOWHERE})

    SIMPLE, VIRTUAL, CONFIGURABLE, VARIANT = "simple", "virtual", "configurable", "variant"
    BUNDLE, GROUPED, DOWNLOADABLE, GIFT_CARD = "bundle", "grouped", "downloadable", "gift_card"
    SAVED = (SIMPLE, VIRTUAL, CONFIGURABLE, BUNDLE, GROUPED, DOWNLOADABLE, GIFT_CARD)
    KINDS = tuple((kind, kind) for kind in (*SAVED, VARIANT))
    # Nothing of these lies on a shelf, or is sold by its own SKU.
    INTANGIBLE = frozenset({VIRTUAL, DOWNLOADABLE, GIFT_CARD})
    NOT_SOLD = frozenset({CONFIGURABLE, GROUPED})

    sku = models.TextField()
    sku_key = models.TextField(unique=True, help_text="case-folded: SKUs differ by more than case")
    kind = models.TextField(choices=KINDS)
    product_type = models.ForeignKey(ProductType, null=True, blank=True, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="variants")
    position = models.IntegerField(default=0)
    axes = ArrayField(models.TextField(), default=list, blank=True, help_text="codes of what variants differ by")
    texts = models.JSONField(default=dict, help_text="scope -> {name, description, …}")
    values = models.JSONField(default=dict, help_text="scope -> {attribute: value}")
    tax_class = models.TextField(default="standard")
    weight = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    requires_shipping = models.BooleanField(default=True)
    channels = ArrayField(models.TextField(), default=list, blank=True)
    shown = models.JSONField(default=dict, blank=True, help_text="view -> catalog, search or nowhere; else everywhere")
    details = models.JSONField(default=dict, blank=True, help_text="what only its kind has")
    has_choices = models.BooleanField(default=False, help_text="a cart's line must or may say what is chosen")

    def __str__(self) -> str:
        return self.sku


class ProductCategory(models.Model):
    """A product's place in a category, as staff put it there."""

    id = models.BigAutoField(primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="places")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="places")
    position = models.IntegerField(default=0)
    by_rule = models.BooleanField(default=False, help_text="picked by the category's rule")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "category"], name="catalog_place_once")]


class Media(models.Model):
    """A picture or video of a product. `path` is relative to the storage."""

    id = models.UUIDField(primary_key=True, default=new_id)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="media")
    path = models.TextField()
    kind = models.TextField(default="image")
    roles = ArrayField(models.TextField(), default=list, blank=True, help_text="base, small, thumbnail, …")
    alt = models.JSONField(default=dict, blank=True, help_text="scope -> text")
    position = models.IntegerField(default=0)
    hidden = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["product", "position"], name="catalog_media_order")]


class Slug(models.Model):
    """An address in a view. Former ones stay, so that they can lead to the present one."""

    id = models.BigAutoField(primary_key=True)
    view = models.TextField()
    kind = models.TextField(help_text="product or category")
    slug = models.TextField()
    target = models.UUIDField()
    current = models.BooleanField(default=True)

    class Meta:
        verbose_name, verbose_name_plural = "address", "addresses"
        constraints = [
            models.UniqueConstraint(fields=["view", "kind", "slug"], name="catalog_slug_once"),
            models.UniqueConstraint(
                fields=["target", "view"], condition=models.Q(current=True), name="catalog_slug_current"
            ),
        ]


class ProductDocument(models.Model):
    """All that a view says of a product, ready to send. Derived: rebuilt whenever its sources change."""

    pk = models.CompositePrimaryKey("view", "product_id")
    view = models.TextField()
    product_id = models.UUIDField()
    channel = models.TextField()
    slug = models.TextField()
    sku_keys = ArrayField(models.TextField(), help_text="its own and its variants', case-folded")
    content = models.TextField(help_text="JSON of the product page, without prices and availability")
    card = models.TextField(help_text="JSON of its place in a listing, without price")
    name = models.TextField()
    sort_key = models.TextField(db_collation="C")
    sort_keys = models.JSONField(default=dict, db_default={}, help_text="sortable attribute -> key of its value")
    words = models.TextField(help_text="folded text, for the search without an index")
    facets = models.JSONField(help_text="attribute -> option codes")
    source = models.JSONField(help_text="what the search index takes")
    categories = ArrayField(models.UUIDField(), help_text="with all ancestors")
    always_available = models.BooleanField(default=False, help_text="nothing of it needs stock")
    version = models.IntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["view", "slug"], name="catalog_document_slug")]
        indexes = [
            models.Index(fields=["product_id"], name="catalog_document_product"),
            GinIndex(fields=["sku_keys"], name="catalog_document_skus"),
            GinIndex(fields=["categories"], name="catalog_document_categories"),
        ]


class CategoryEntry(models.Model):
    """A product under a category or any of its ancestors, in listing order. Derived."""

    pk = models.CompositePrimaryKey("category_id", "product_id")
    category_id = models.UUIDField()
    product_id = models.UUIDField()
    position = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["category_id", "position", "product_id"], name="catalog_entry_order"),
            models.Index(fields=["product_id"], name="catalog_entry_product"),
        ]


class Availability(models.Model):
    """Copy of what logistics can sell of a SKU in a channel; no row means that stock is not known."""

    pk = models.CompositePrimaryKey("channel", "sku_key")
    channel = models.TextField()
    sku_key = models.TextField()
    sku = models.TextField()
    available = models.DecimalField(max_digits=12, decimal_places=4)
    in_stock = models.BooleanField()
    version = models.BigIntegerField()
