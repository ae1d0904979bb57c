"""Idempotency keys: the first answer to a key is kept in the same change as its effect, and given again."""

import hashlib
import json
from collections.abc import Callable

from commerce.sandbox.books import Entry
from commerce.sandbox.problems import Answer, Problem, problem
from commerce.sandbox.web import Request


def fingerprint(request: Request) -> str:
    """What makes two requests the same: method, path, and the JSON body, however spaced and ordered."""
    body = json.dumps(request.json(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()


def once(request: Request, action: Callable[[Entry], Answer]) -> Callable[[Entry], Answer]:
    """``action`` as a change of the books that happens once per idempotency key of ``request``.

    The key with another path or body is a 422. Refusals are kept as well; a failure of the provider (5xx) is
    not, so that the same call may be tried again. Without a key, ``action`` itself.
    """
    key = request.idempotency_key
    if not key:
        return action
    mark = fingerprint(request)

    def change(entry: Entry) -> Answer:
        kept = entry.row("SELECT * FROM answers WHERE key = ?", key)
        if kept is not None:
            if kept["fingerprint"] != mark:
                raise problem(
                    422,
                    code="idempotency_key_reused",
                    detail="This idempotency key was used for another request.",
                    field="Idempotency-Key",
                )
            return Answer(status=kept["status"], body=kept["body"], content_type=kept["content_type"], replayed=True)
        try:
            answer = action(entry)
        except Problem as refusal:
            answer = refusal.answer()
        if answer.status < 500:
            entry.run(
                "INSERT INTO answers (key, fingerprint, status, content_type, body, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                key,
                mark,
                answer.status,
                answer.content_type,
                answer.body,
                entry.now,
            )
        return answer

    return change
