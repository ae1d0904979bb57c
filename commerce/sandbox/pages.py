"""The page on which a shopper passes or fails a 3-D Secure challenge by hand."""

import sqlite3
from html import escape

from commerce.sandbox.amounts import render
from commerce.sandbox.problems import Answer
from commerce.sandbox.reads import status

# No form-action here: browsers would apply it to the redirect back to the shop, too.
_HEADERS = (
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; background: #f4f4f2; color: #222; margin: 0 }
main { max-width: 26rem; margin: 10vh auto; padding: 2rem; background: #fff;
  border: 1px solid #ddd; border-radius: 8px }
h1 { font-size: 1.25rem; margin-top: 0 }
button { font: inherit; padding: .6rem 1.2rem; margin-right: .5rem;
  border-radius: 6px; border: 1px solid #888 }
button.pass { background: #14532d; border-color: #14532d; color: #fff }
"""


def challenge_page(row: sqlite3.Row) -> Answer:
    """The challenge of a payment as a page: two buttons while it is open, its outcome after that."""
    amount = f"{render(row['amount'], currency=row['currency'])} {row['currency']}"
    back = f'<p><a href="{escape(row["return_url"])}">Back to the shop</a></p>' if row["return_url"] else ""
    if row["state"] == "requires_action":
        rest = (
            '<form method="post">'
            '<button class="pass" name="outcome" value="pass">Confirm payment</button>'
            '<button name="outcome" value="fail">Refuse</button></form>'
        )
    else:
        rest = f"<p>This payment is settled: <strong>{escape(status(row))}</strong>.</p>{back}"
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Confirm your payment</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>Confirm your payment</h1>"
        f"<p>{escape(amount)} with the card ending in {escape(row['last4'])}.</p>{rest}"
        "<p><small>Sandbox provider: no money moves.</small></p></main></body></html>"
    )
    return Answer(status=200, body=body.encode(), content_type="text/html; charset=utf-8", headers=_HEADERS)
