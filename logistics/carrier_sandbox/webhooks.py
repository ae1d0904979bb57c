"""Sends the webhooks that wait, signed after Standard Webhooks, again and again until the receiver says 2xx."""

import base64
import hashlib
import hmac
import logging
import sqlite3
import threading
import time
import urllib.error
import urllib.request

from logistics.carrier_sandbox.books import Books

log = logging.getLogger("carrier.webhooks")
TICK_SECONDS, ANSWER_SECONDS = 0.1, 10


def sign(secret: str, *, id: str, timestamp: int, body: bytes) -> str:
    """The webhook-signature: v1, HMAC-SHA256 over ``id.timestamp.body``."""
    digest = hmac.new(secret.encode(), f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def start(books: Books, *, url: str, secret: str) -> None:
    """Begin sending in a thread of its own."""
    threading.Thread(target=_work, args=(books, url, secret), name="webhooks", daemon=True).start()


def _work(books: Books, url: str, secret: str) -> None:
    while True:
        for row in books.due():
            books.sent(row["seq"], delivered=_send(row, url, secret))
        time.sleep(TICK_SECONDS)


def _send(row: sqlite3.Row, url: str, secret: str) -> bool:
    body, moment = row["body"].encode(), int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": row["id"],
        "webhook-timestamp": str(moment),
        "webhook-signature": sign(secret, id=row["id"], timestamp=moment, body=body),
    }
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return 200 <= int(answer.status) < 300
    except (OSError, urllib.error.URLError) as error:
        log.info("A webhook was not taken: %s", error)
        return False
