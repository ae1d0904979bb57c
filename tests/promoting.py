"""python -m tests.promoting JSON: rules with their coupons in a running shop, through the public commands.

JSON is a list of {"rule": arguments of SaveRule, "code": …, "uses_limit": of the code}.
"""

import json
import os
import sys
from decimal import Decimal

import django

import config  # noqa: F401

TWO_OFF = {"type": "amount", "amount": "2", "each": "cart"}


def main(text: str) -> None:
    """Make them and let them run."""
    from catalog.commands import AddCoupon, SaveRule, add_coupon, publish_rule, save_rule

    for one in json.loads(text):
        arguments = {"name": one["code"], "actions": [TWO_OFF], "currency": "EUR", **one.get("rule", {})}
        if "budget" in arguments:
            arguments["budget"] = Decimal(arguments["budget"])
        rule = save_rule(SaveRule(needs_coupon=True, **arguments))
        add_coupon(AddCoupon(rule=rule, code=one["code"], uses_limit=one.get("uses_limit")))
        publish_rule(rule)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")
    django.setup()
    main(sys.argv[1])
