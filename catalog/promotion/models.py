"""Rules, coupons, and who has redeemed what.

Counters stand apart from what they count and are written only where there is a limit, so that a coupon without one is a
row that nobody writes. For the same reason what is redeemed names its rule and coupon without a constraint: the
database would lock their rows for each redemption.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalog.product.models import Edited
from catalog.promotion import states
from chassis import clock
from chassis.ids import new_id


class PromotionRule(Edited):
    """What is given, to whom and when. A cart rule looks at carts, a catalog rule changes prices in the background."""

    CART, CATALOG = "cart", "catalog"

    kind = models.TextField(choices=((CART, CART), (CATALOG, CATALOG)), default=CART)
    name = models.TextField(help_text="for staff")
    labels = models.JSONField(default=dict, blank=True, help_text="scope -> what shoppers read")
    state = models.TextField(default=states.DRAFT)
    priority = models.IntegerField(default=0, help_text="the smallest number first")
    exclusive_group = models.TextField(default="", blank=True, help_text="of a group at most one rule is applied")
    stop = models.BooleanField(default=False, help_text="no rule is applied after this one")
    currency = models.CharField(max_length=3, default="", blank=True, help_text="of the rule's amounts")
    channels = ArrayField(models.TextField(), default=list, blank=True, help_text="empty: all")
    customer_groups = ArrayField(models.TextField(), default=list, blank=True, help_text="empty: all")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    condition = models.JSONField(default=dict)
    actions = models.JSONField(default=list)
    needs_coupon = models.BooleanField(default=False)
    uses_limit = models.PositiveIntegerField(null=True, blank=True)
    uses_per_customer = models.PositiveIntegerField(null=True, blank=True)
    budget = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "priority"], condition=Q(state="active"), name="catalog_rule_active"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(states.RULE)), name="catalog_rule_state"),
            models.CheckConstraint(condition=Q(budget=None) | ~Q(currency=""), name="catalog_rule_budget"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        """Whether its uses are counted as a whole."""
        return self.uses_limit is not None or self.budget is not None

    def transition(self, name: str) -> None:
        """publish, pause, resume or end; IllegalTransition otherwise."""
        self.state = states.move(states.RULE, self.state, name)


class RuleUsage(models.Model):
    """How often a limited rule is reserved or used, and for how much."""

    rule = models.OneToOneField(PromotionRule, primary_key=True, on_delete=models.CASCADE, related_name="usage")
    used = models.BigIntegerField(default=0)
    spent = models.DecimalField(max_digits=20, decimal_places=6, default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(used__gte=0) & Q(spent__gte=0), name="catalog_rule_used")]


class CustomerUsage(models.Model):
    """How often one customer (or guest's address, as a keyed hash) has a rule that is limited per customer."""

    pk = models.CompositePrimaryKey("rule_id", "shopper")
    rule_id = models.UUIDField()
    shopper = models.TextField()
    used = models.IntegerField()


class CouponBatch(models.Model):
    """Codes made by a job, many at a time."""

    id = models.UUIDField(primary_key=True, default=new_id)
    rule = models.ForeignKey(PromotionRule, on_delete=models.PROTECT, related_name="batches")
    prefix = models.TextField(default="", blank=True)
    length = models.PositiveSmallIntegerField(help_text="random characters after the prefix")
    wanted = models.PositiveIntegerField()
    made = models.PositiveIntegerField(default=0)
    uses_limit = models.PositiveIntegerField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    external_id = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "coupon batches"

    def __str__(self) -> str:
        return f"{self.wanted} x {self.prefix or 'coupon'}"


class Coupon(models.Model):
    """A code that lets its rule apply. `used` is written only where `uses_limit` is set."""

    id = models.UUIDField(primary_key=True, default=new_id)
    rule = models.ForeignKey(PromotionRule, on_delete=models.PROTECT, related_name="coupons")
    batch = models.ForeignKey(CouponBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="coupons")
    code = models.TextField()
    code_key = models.TextField(unique=True, help_text="as it is looked up: in capitals")
    active = models.BooleanField(default=True)
    uses_limit = models.PositiveIntegerField(null=True, blank=True)
    used = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.code


class Redemption(models.Model):
    """What one checkout redeems. `shopper` is a customer's id or the keyed hash of a guest's address."""

    saga = models.UUIDField(primary_key=True)
    state = models.TextField(default=states.REQUESTED)
    shopper = models.TextField(default="")
    channel = models.TextField(default="")
    currency = models.CharField(max_length=3, default="")
    order = models.UUIDField(null=True)
    order_number = models.TextField(default="")
    reason = models.TextField(default="")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="catalog_redemption_new"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="catalog_redemption_order"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(states.REDEMPTION)), name="catalog_redemption_state")
        ]

    def __str__(self) -> str:
        return self.order_number or str(self.saga)

    def transition(self, name: str, **changes: object) -> None:
        """Move and write (reserve, refuse, confirm, release); IllegalTransition otherwise."""
        self.state = states.move(states.REDEMPTION, self.state, name)
        for field, value in changes.items():
            setattr(self, field, value)
        self.version += 1
        self.changed_at = clock.now()
        self.save()


class RedeemedRule(models.Model):
    """One rule in a redemption. What was counted is given back as it was counted, whatever the limits are by then."""

    id = models.UUIDField(primary_key=True, default=new_id)
    redemption = models.ForeignKey(Redemption, on_delete=models.CASCADE, related_name="rules")
    rule = models.ForeignKey(PromotionRule, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    coupon = models.ForeignKey(Coupon, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    code = models.TextField(default="")
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    rule_counted = models.BooleanField(default=False)
    coupon_counted = models.BooleanField(default=False)
    customer_counted = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["redemption", "rule"], name="catalog_redeemed_once")]


class PromotedPrice(models.Model):
    """What catalog rules make of a base price, for a group of customers or everybody, for a span of time. Derived."""

    id = models.BigAutoField(primary_key=True)
    product_id = models.UUIDField()
    channel = models.TextField()
    currency = models.CharField(max_length=3)
    groups = ArrayField(models.TextField(), default=list, help_text="empty: all that have no results of their own")
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    rules = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["product_id", "channel"], name="catalog_promoted_product")]
