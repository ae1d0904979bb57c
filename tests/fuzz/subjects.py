"""What exists in a fuzzed shop, and the configuration by which the fuzzer mixes it with what does not."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests import shelves
from tests.processes import eventually
from tests.shoppers import DECLINED_CARD, GOOD_CARD, PASSWORD, Shopper, customer, ok, queue_of, sign_in
from tests.stack import Stack

PARTS = [f"PART-{number}" for number in range(12)]
COUPON = "TWO-OFF"


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """Ids of real things by name of their pool, and the tokens of those who may touch them."""

    token: str
    ending: dict[str, str]
    """Tokens for the operations that end a session: a customer each."""
    pools: dict[str, list[str]]


def furnish(stack: Stack) -> Subjects:
    """Products, stock, content, customers, guests' carts to edit and to order, an order, an offer to add to it, an
    address, a return, a download, wishlists."""
    shelves.stock(stack, MUG=1_000_000, TENT=1_000, **dict.fromkeys(PARTS, 100))
    shelves.promote(stack, {"code": COUPON})
    previews = json.loads(stack.run("-m", "tests.fuzz.goods"))
    token = customer(stack, "ada@example.org")
    guests = queue_of(stack, {"MUG": 2, "POT-red": 1}, 30)
    saving = queue_of(stack, {}, 10, first=Shopper.at(stack.base).fill({"MUG": 1}).enter(COUPON))
    paying = Shopper.at(stack.base).fill({"MUG": 2})
    codes = [shelves.gift_card(stack, "1000") for _ in range(6)]
    for code in codes[:5]:
        paying.pay_with(code, most="1.00")
    many, fewer = queue_of(stack, {}, 2, first=Shopper.at(stack.base).fill(dict.fromkeys(PARTS, 1)))
    buyer = Shopper.at(stack.base, token=token).fill({"MUG": 50, "BOOK": 1})
    placed = buyer.place()
    assert placed["outcome"] == "placed", placed
    address = {"name": "Ada", "street": "Lindenweg 1", "city": "Kassel", "country": "DE"}
    entries = [ok(buyer.http.post("/customers/me/addresses", json=address)) for _ in range(5)]
    order = ok(buyer.http.get(f"/orders/{placed['order']}"))
    mugs = next(line["id"] for line in order["lines"] if line["sku"] == "MUG")
    wish = {
        "order_number": order["number"],
        "reason": "too blue",
        "lines": [{"line": mugs, "quantity": "1"}],
    }
    asked = eventually(lambda: _created(buyer, wish), "a return of the order asked for", within=60)
    bought: Any = eventually(
        lambda: ok(buyer.http.get(f"/downloads/orders/{placed['order']}")), "the download that was bought", within=60
    )
    samples: Any = ok(buyer.http.get("/products/book"))["samples"]
    documents: Any = eventually(
        lambda: ok(buyer.http.get(f"/orders/{placed['order']}/documents"))["items"], "the order's invoice", within=60
    )
    offered = json.loads(stack.run("-m", "tests.adding", json.dumps({placed["order"]: {"TENT": 1}})))
    shared = ok(buyer.http.patch(f"/wishlists/{_wishlist(buyer, 'MUG')}", json={"shared": True}))["share"]
    pools = {
        "views": ["en", "de"],
        "skus": ["MUG", "TENT", "POT-red"],
        "slugs": ["mug", "cooking-pot"],
        "categories": ["kitchen"],
        "words": ["mug", "pot", "coking"],
        "quantities": ["1", "2"],
        "methods": ["parcel"],
        "cards": [*[GOOD_CARD] * 5, DECLINED_CARD],
        "countries": ["DE", "AT"],
        "postcodes": ["34117", "1010"],
        "emails": ["ada@example.org", "bea@example.org", "eve@example.org"],
        "passwords": [PASSWORD],
        "secrets": [guests[0].http.headers["X-Cart-Secret"]],
        "totals": [ok(guests[0].http.get(f"/carts/{guests[0].cart}"))["totals"]["total"]],
        "carts": [guest.cart for guest in guests[:5]],
        "carts_to_claim": [guest.cart for guest in guests[5:10]],
        "carts_to_order": [guest.cart for guest in guests[10:]],
        "carts_ordered": [buyer.cart],
        "views_of_carts": ["en"],
        "preconditions": ["*"],
        "carts_to_change": [many.cart],
        "lines_to_change": _lines(many),
        "carts_to_empty": [fewer.cart],
        "lines_to_remove": _lines(fewer),
        "secrets_of_many": [many.http.headers["X-Cart-Secret"]],
        "coupons": [COUPON],
        "carts_with_coupon": [guest.cart for guest in saving],
        "secrets_with_coupon": [saving[0].http.headers["X-Cart-Secret"]],
        "gift_codes": codes,
        "tender_kinds": ["gift_card"],
        "ways_to_pay": ["card"],
        "limits": ["1.00", "5"],
        "carts_with_tenders": [paying.cart],
        "tenders": [one["id"] for one in ok(paying.http.get(f"/carts/{paying.cart}"))["tenders"]],
        "secrets_with_tenders": [paying.http.headers["X-Cart-Secret"]],
        "orders": [placed["order"]],
        "order_lines": [mugs],
        "order_keys": [order["access_key"]],
        "additions": list(offered.values()),
        "numbers": [order["number"]],
        "documents": [document["number"] for document in documents],
        "addresses": [entry["id"] for entry in entries],
        "returns": [asked["id"]],
        "blocks": ["hero"],
        "former_paths": ["book.html"],
        "pages": ["about-us"],
        "previews": list(previews.values()),
        "sitemaps": ["0", "1"],
        "samples": [sample["file"] for sample in samples],
        "downloads": [unquote(grant["url"].rsplit("/", 1)[1]) for grant in bought],
        "wishlists": [_wishlist(buyer, "MUG")],
        "wishlists_to_empty": [_wishlist(buyer, *PARTS) for _ in range(2)],
        "wishlists_to_remove": [_wishlist(buyer) for _ in range(4)],
        "wished": PARTS,
        "shares": [shared],
    }
    ending = {name: customer(stack, f"{name}@example.org") for name in ("sign_out", "sign_out_everywhere")}
    customer(stack, "bea@example.org")
    pools["refresh_tokens"] = [sign_in(stack, "bea@example.org")["refresh_token"] for _ in range(20)]
    return Subjects(token=token, ending=ending, pools=pools)


EVERYWHERE = {
    "path.view": "views", "path.cart": "carts", "path.order": "orders", "path.slug": "slugs",
    "path.addition": "additions", "path.address": "addresses", "path.id": "returns", "query.sku": "skus",
    "query.q": "words",
    "query.postcode": "postcodes",
    "query.country": "countries", "header.X-Cart-Secret": "secrets", "body.sku": "skus", "body.quantity": "quantities",
    "body.shipping_method": "methods", "body.payment_source": "cards", "body.payment_method": "ways_to_pay",
    "body.expected_total": "totals", "body.order_number": "numbers",
    "body.lines[*].line": "order_lines", "body.lines[*].quantity": "quantities", "body.email": "emails",
    "body.password": "passwords", "body.refresh_token": "refresh_tokens", "body.country": "countries",
    "body.address.country": "countries", "path.wishlist": "wishlists", "path.share": "shares",
    "path.file": "samples", "path.number": "sitemaps", "header.X-Order-Key": "order_keys",
    "header.If-Match": "preconditions",
}  # fmt: skip
"""Which pool a parameter is drawn from."""
OF_CARTS = {"path.view": "views_of_carts"}  # a cart is known in its own view only
OF_MANY = {**OF_CARTS, "header.X-Cart-Secret": "secrets_of_many"}
WITH_TENDERS = {**OF_CARTS, "path.cart": "carts_with_tenders", "header.X-Cart-Secret": "secrets_with_tenders"}
WITH_COUPON = {**OF_CARTS, "path.cart": "carts_with_coupon", "header.X-Cart-Secret": "secrets_with_coupon"}
FOR_OPERATION = {
    "category_listing": {"path.slug": "categories"},
    **dict.fromkeys(("get_cart", "confirm_cart", "add_line", "set_delivery"), OF_CARTS),
    **dict.fromkeys(("shipping_options", "payment_methods"), OF_CARTS),
    "enter_tender": {**OF_CARTS, "body.tender": "tender_kinds", "body.code": "gift_codes", "body.most": "limits"},
    "remove_tender": {**WITH_TENDERS, "path.tender": "tenders"},
    "claim_cart": {"path.cart": "carts_to_claim", **OF_CARTS},
    "place_order": {"path.cart": "carts_to_order", **OF_CARTS},
    "placement": {"path.cart": "carts_ordered", **OF_CARTS},
    "change_line": {"path.cart": "carts_to_change", "path.line": "lines_to_change", **OF_MANY},
    "remove_line": {"path.cart": "carts_to_empty", "path.line": "lines_to_remove", **OF_MANY},
    "set_deliveries": {
        "path.cart": "carts_to_change",
        "body.deliveries[*].lines[*].line": "lines_to_change",
        "body.deliveries[*].lines[*].quantity": "quantities",
        "body.deliveries[*].shipping_method": "methods",
        "body.deliveries[*].address.country": "countries",
        **OF_MANY,
    },
    "enter_coupon": {"path.code": "coupons", **OF_CARTS},
    "remove_coupon": {"path.code": "coupons", **WITH_COUPON},
    "reorder": {"path.view": "views_of_carts"},
    "order_document": {"path.number": "documents"},
    "forwarding": {"query.path": "former_paths"},
    "content_block": {"path.code": "blocks"},
    "content_page": {"path.slug": "pages"},
    "preview_product": {"path.token": "previews"},
    "download": {"path.token": "downloads"},
    "remove_wish": {"path.wishlist": "wishlists_to_empty", "path.sku": "wished"},
    "remove_wishlist": {"path.wishlist": "wishlists_to_remove"},
}


def configuration(subjects: Subjects, *, examples: int, seed: int) -> str:
    """The fuzzer's own settings file. Real values are drawn more often than not; the rest is the fuzzer's invention."""
    lines = [
        f"seed = {seed}",
        "continue-on-failure = true",
        "request-timeout = 30",
        'suppress-health-check = ["all"]',
        "warnings = { display = [] }",
        f'headers = {{ Authorization = "Bearer {subjects.token}" }}',
        "[generation]",
        'mode = "all"',
        f"max-examples = {examples}",
        "no-shrink = true",
        'database = "none"',
        "[dictionaries]",
        *(f"{name} = {{ values = {json.dumps(values)} }}" for name, values in subjects.pools.items()),
        "[parameters]",
        *_bindings(EVERYWHERE),
    ]
    for operation, bindings in FOR_OPERATION.items():
        lines += ["[[operations]]", f'include-operation-id = "{operation}"', "[operations.parameters]"]
        # Ordering takes a valid value in each of seven places at once.
        lines += _bindings({**EVERYWHERE, **bindings}, 0.96) if operation == "place_order" else _bindings(bindings)
    for operation, token in subjects.ending.items():
        lines += ["[[operations]]", f'include-operation-id = "{operation}"']
        lines += [f'headers = {{ Authorization = "Bearer {token}" }}']
    return "\n".join(lines) + "\n"


def _bindings(pools: dict[str, str], probability: float = 0.8) -> list[str]:
    return [f'"{place}" = {{ dictionary = "{pool}", probability = {probability} }}' for place, pool in pools.items()]


def _lines(shopper: Shopper) -> list[str]:
    return [line["id"] for line in ok(shopper.http.get(f"/carts/{shopper.cart}"))["lines"]]


def _wishlist(shopper: Shopper, *skus: str) -> str:
    made = ok(shopper.http.post("/wishlists", json={"name": "For later"}))
    for sku in skus:
        ok(shopper.http.post(f"/wishlists/{made['id']}/items", json={"sku": sku}))
    return str(made["id"])


def _created(shopper: Shopper, wish: dict[str, Any]) -> dict[str, Any] | None:
    """The return, once the order is known where returns are kept."""
    answer = shopper.http.post("/returns", json=wish)
    return ok(answer) if answer.status_code == 201 else None
