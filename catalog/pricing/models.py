"""Prices as entered, price lists, histories and the blocks made from them; where which tax is due, and how."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalog.pricing import choice
from catalog.pricing.taxation import Rounding
from chassis import clock
from chassis.ids import new_id


class PriceList(models.Model):
    """Prices of a channel for some groups of customers, for some time, or for whoever buys many.

    Of the lists that count, those of the highest priority do. One that `replaces` holds also above the base price.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.TextField(unique=True)
    name = models.TextField()
    channel = models.TextField()
    currency = models.CharField(max_length=3)
    groups = ArrayField(
        models.TextField(),
        default=list,
        blank=True,
        help_text="customer groups; @guests: not signed in; none: everybody",
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    priority = models.IntegerField(default=0)
    replaces = models.BooleanField(default=False, help_text="in place of the base price, also where it is dearer")
    active = models.BooleanField(default=True)
    external_id = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="catalog_list_window",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Price(models.Model):
    """A price of a product in a channel. Whether tax is in it is the channel's choice.

    base: what it costs. special: counts from `starts_at` until just before `ends_at`. list: of a price list, from
    `min_quantity` on; an amount, or percent off the base price. cost: what it cost the shop, shown to nobody.
    compare_at: what others ask for it.
    """

    BASE, SPECIAL, LIST, COST, COMPARE_AT = (
        choice.BASE, choice.SPECIAL, choice.LIST, choice.COST, choice.COMPARE_AT,
    )  # fmt: skip
    KINDS = tuple((kind, kind) for kind in (BASE, SPECIAL, LIST, COST, COMPARE_AT))

    id = models.UUIDField(primary_key=True, default=new_id)
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="prices")
    channel = models.TextField()
    currency = models.CharField(max_length=3)
    kind = models.TextField(choices=KINDS)
    amount = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    price_list = models.ForeignKey(PriceList, null=True, on_delete=models.CASCADE, related_name="prices")
    min_quantity = models.DecimalField(max_digits=12, decimal_places=4, default=1)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "channel", "currency", "kind"],
                condition=Q(kind__in=[choice.BASE, choice.COST, choice.COMPARE_AT]),
                name="catalog_price_once",
            ),
            models.UniqueConstraint(
                fields=["price_list", "product", "min_quantity"],
                condition=Q(kind=choice.LIST),
                name="catalog_price_tier",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0) | Q(amount=None), name="catalog_price_positive"),
            models.CheckConstraint(
                condition=Q(amount__isnull=False, percent=None) | Q(amount=None, percent__gt=0, percent__lte=100),
                name="catalog_price_amount",
            ),
            models.CheckConstraint(
                condition=Q(kind=choice.LIST, price_list__isnull=False, min_quantity__gt=0)
                | (~Q(kind=choice.LIST) & Q(price_list=None, percent=None)),
                name="catalog_price_listed",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="catalog_price_window",
            ),
        ]


class PricePoint(models.Model):
    """What a unit cost in a channel from `starts_at` until just before `ends_at`: the history of a price.

    For everybody (no group), or for a group of customers since it has prices of its own. Never edited; `lowest_before`
    is the lowest price of the 30 days before, where this is a reduction.
    """

    id = models.BigAutoField(primary_key=True)
    product_id = models.UUIDField()
    channel = models.TextField()
    customer_group = models.TextField(default="", blank=True)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    regular = models.DecimalField(max_digits=20, decimal_places=6)
    lowest_before = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["product_id", "channel", "-starts_at"], name="catalog_point_product"),
            models.Index(fields=["product_id"], condition=Q(ends_at=None), name="catalog_point_open"),
        ]


class PriceBlock(models.Model):
    """The prices of a product page in a channel as JSON, true until `valid_until`. Derived.

    The one without a group is for all whose group has none of its own.
    """

    pk = models.CompositePrimaryKey("channel", "product_id", "customer_group")
    channel = models.TextField()
    product_id = models.UUIDField()
    customer_group = models.TextField(default="")
    block = models.TextField(help_text="JSON for the product's page")
    summary = models.TextField(default="", help_text="the same without variants, for listings")
    amount = models.DecimalField(max_digits=20, decimal_places=6, help_text="the lowest price shown")
    valid_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["product_id"], name="catalog_block_product")]


class TaxZone(models.Model):
    """A region of one tax law: its areas."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.TextField(unique=True)
    name = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.code


class TaxArea(models.Model):
    """A country, or a part of it: a region, or post codes that begin alike or lie between two numbers."""

    id = models.UUIDField(primary_key=True, default=new_id)
    zone = models.ForeignKey(TaxZone, on_delete=models.CASCADE, related_name="areas")
    country = models.CharField(max_length=2)
    region = models.TextField(blank=True, default="", help_text="a code: CA; empty: all of the country")
    postcodes = models.TextField(blank=True, default="", help_text="90210, 90*, 90000..91000; empty: all")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zone", "country", "region", "postcodes"], name="catalog_area_once")
        ]
        indexes = [models.Index(fields=["country", "region"], name="catalog_area_country")]

    def __str__(self) -> str:
        return " ".join(part for part in (self.country, self.region, self.postcodes) if part)


class TaxRate(models.Model):
    """Percent of a tax on a class of goods that a channel sends to a zone.

    Of the rates of one `code` the one with the most exact area counts. Different codes all count: those of one priority
    add up, a higher priority is taken on what is there by then (compound), or on the price alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    zone = models.ForeignKey(TaxZone, on_delete=models.PROTECT, related_name="rates")
    tax_class = models.TextField(default="standard")
    code = models.TextField(default="vat", help_text="which tax this is")
    rate = models.DecimalField(max_digits=7, decimal_places=4, help_text="percent")
    priority = models.IntegerField(default=0)
    on_subtotal = models.BooleanField(default=False, help_text="not on taxes of a lower priority")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "zone", "tax_class", "code", "priority"], name="catalog_rate_once"
            ),
            models.CheckConstraint(condition=Q(rate__gte=0) & Q(rate__lte=100), name="catalog_rate_percent"),
        ]


class TaxPolicy(models.Model):
    """How a channel reckons with tax; a channel without one has the defaults."""

    ENTERED, WITH_TAX, WITHOUT_TAX = "entered", "with_tax", "without_tax"
    DISPLAYS = ((ENTERED, "as entered"), (WITH_TAX, "with tax"), (WITHOUT_TAX, "without tax"))
    NOBODY, ABROAD, EVERYBODY = "nobody", "abroad", "everybody"
    EXEMPTIONS = (
        (NOBODY, "nobody"), (ABROAD, "a VAT number of another country than the shop's"), (EVERYBODY, "any VAT number"),
    )  # fmt: skip
    ROUNDINGS = tuple((one.value, one.value) for one in Rounding)

    channel = models.TextField(primary_key=True)
    rounding = models.TextField(choices=ROUNDINGS, default=Rounding.LINE.value, help_text="what tax is rounded on")
    display = models.TextField(choices=DISPLAYS, default=ENTERED)
    home_country = models.CharField(
        max_length=2, blank=True, default="", help_text="where goods are sent from; empty: the channel's first country"
    )
    home_region = models.TextField(blank=True, default="")
    home_postcode = models.TextField(blank=True, default="")
    same_price_abroad = models.BooleanField(
        default=True, help_text="a price with tax is the same whatever the tax there; else it contains the home tax"
    )
    after_discount = models.BooleanField(default=True, help_text="tax is taken on the price after its discount")
    discount_with_tax = models.BooleanField(default=True, help_text="percent off are taken of the price with tax")
    shipping_with_tax = models.BooleanField(default=True, help_text="shipping prices are entered with tax")
    shipping_class = models.TextField(default="shipping", help_text="without a rate of its own: as standard")
    exempt = models.TextField(choices=EXEMPTIONS, default=NOBODY, help_text="whose VAT number frees from tax")

    class Meta:
        verbose_name_plural = "tax policies"

    def __str__(self) -> str:
        return self.channel
