"""What follows when a catalog rule begins, pauses or ends: prices are made anew in the background."""

from catalog.promotion.models import PromotionRule


def catalog_rule_changed(rule: PromotionRule) -> None:
    """Let a job make the prices of the products anew."""
