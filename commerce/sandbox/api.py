"""The endpoints of the provider, one method each; `routes` is the table of them."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

from commerce.sandbox.books import Books, Entry
from commerce.sandbox.cards import TABLE, Behaviour
from commerce.sandbox.ledger import Instruction, Ledger
from commerce.sandbox.once import once
from commerce.sandbox.pages import challenge_page
from commerce.sandbox.problems import Answer, Problem, as_json, problem
from commerce.sandbox.reading import REFERENCE, REFERENCE_FORM, Body
from commerce.sandbox.reads import describe, find, move, whole_books
from commerce.sandbox.script import Move, Op, Script, Scripted, read_moves
from commerce.sandbox.settings import Settings
from commerce.sandbox.web import Request, Route, Stream
from commerce.sandbox.webhooks import Webhooks

_SCRIPTED = {
    Move.DECLINE: Behaviour.DECLINE,
    Move.INSUFFICIENT_FUNDS: Behaviour.INSUFFICIENT_FUNDS,
    Move.CHALLENGE: Behaviour.CHALLENGE,
}


class Api:
    """The endpoints over one set of open books."""

    def __init__(self, *, settings: Settings, books: Books, webhooks: Webhooks) -> None:
        self.settings = settings
        self.books = books
        self.webhooks = webhooks
        self.ledger = Ledger(settings=settings)
        self.script = Script()

    def routes(self) -> list[Route]:
        """Every method and path there is."""
        return [
            Route(method="GET", path="/healthz", endpoint=self.health, open=True),
            Route(method="GET", path="/v1/cards", endpoint=self.cards, open=True),
            Route(method="POST", path="/v1/payments", endpoint=self.create),
            Route(method="GET", path="/v1/payments", endpoint=self.by_reference),
            Route(method="GET", path="/v1/payments/{id}", endpoint=self.show),
            Route(method="POST", path="/v1/payments/{id}/capture", endpoint=self.capture),
            Route(method="POST", path="/v1/payments/{id}/void", endpoint=self.void),
            Route(method="POST", path="/v1/payments/{id}/refunds", endpoint=self.refund),
            Route(method="POST", path="/v1/payments/{id}/challenge", endpoint=self.challenge),
            Route(method="GET", path="/v1/challenge/{id}", endpoint=self.challenge_show, open=True),
            Route(method="POST", path="/v1/challenge/{id}", endpoint=self.challenge_click, open=True),
            Route(method="GET", path="/v1/books", endpoint=self.audit),
            Route(method="GET", path="/v1/script", endpoint=self.script_show),
            Route(method="POST", path="/v1/script", endpoint=self.script_add),
            Route(method="DELETE", path="/v1/script", endpoint=self.script_clear),
        ]

    def health(self, request: Request) -> Answer:
        """200 while the books can be read."""
        self.books.read().execute("SELECT count(*) FROM (SELECT 1 FROM payments LIMIT 1)").fetchone()
        return as_json(200, {"status": "ok"})

    def cards(self, request: Request) -> Answer:
        """The table of test cards."""
        rows = [
            {"last4": card.last4, "number": card.number, "behaviour": card.behaviour, "effect": card.effect}
            for card in TABLE
        ]
        return as_json(200, {"cards": rows})

    def create(self, request: Request) -> Answer:
        """Authorise (and capture, if asked to) a payment."""
        body = Body(request.json())
        reference, currency = body.reference(), body.currency()
        amount, card = body.amount(currency=currency), body.card()
        capture, return_url = body.flag("capture", default=False), body.address("return_url")
        body.finish()
        assert amount is not None and card is not None  # finish() has refused anything else
        scripted = self.script.take(Op.AUTHORISE, reference=reference)
        behaviour = _SCRIPTED.get(scripted.behaviour, card.behaviour) if scripted else card.behaviour
        instruction = Instruction(
            reference=reference,
            amount=amount,
            currency=currency,
            card=card,
            behaviour=behaviour,
            capture=capture,
            return_url=return_url,
        )

        def authorise(entry: Entry) -> Answer:
            if behaviour is Behaviour.STUMBLE and _first_time(entry, reference):
                # An answer and not an exception, for the stumble itself has to be remembered.
                return _failed().answer()
            row, new = self.ledger.open(entry, instruction)
            return self._payment(entry, row, status=201 if new else 200)

        if behaviour is Behaviour.LOST_REQUEST:
            self._silence(None)
        answer = self._perform(request, authorise, scripted=scripted)
        if behaviour is Behaviour.LOST_ANSWER and answer.events:
            self._silence(None)
        return answer

    def by_reference(self, request: Request) -> Answer:
        """The payment of a reference, as a list of one or none."""
        reference = _reference_asked(request)
        connection = self.books.read()
        rows = connection.execute("SELECT * FROM payments WHERE reference = ?", (reference,)).fetchall()
        found = [describe(connection, row, address=self.settings.address) for row in rows]
        return as_json(200, {"payments": found})

    def show(self, request: Request) -> Answer:
        """One payment."""
        connection = self.books.read()
        row = find(connection, request.parts["id"])
        return as_json(200, describe(connection, row, address=self.settings.address))

    def capture(self, request: Request) -> Answer:
        """Capture all or part; 202 when it will be booked later."""
        payment = find(self.books.read(), request.parts["id"])
        amount = self._amount(request, payment, required=False)

        def capture(entry: Entry) -> Answer:
            row = self.ledger.capture(entry, payment["id"], amount=amount)
            return self._payment(entry, row, status=202 if row["pending"] else 200)

        return self._perform(request, capture, scripted=self._scripted(Op.CAPTURE, payment))

    def void(self, request: Request) -> Answer:
        """Release all or part of what is not captured."""
        payment = find(self.books.read(), request.parts["id"])
        amount = self._amount(request, payment, required=False)

        def void(entry: Entry) -> Answer:
            return self._payment(entry, self.ledger.void(entry, payment["id"], amount=amount))

        return self._perform(request, void, scripted=self._scripted(Op.VOID, payment))

    def refund(self, request: Request) -> Answer:
        """Give back all or part of what was captured, once per reference."""
        payment = find(self.books.read(), request.parts["id"])
        body = Body(request.json())
        reference = body.reference()
        amount = body.amount(currency=payment["currency"])
        body.finish()
        assert amount is not None  # finish() has refused anything else

        def refund(entry: Entry) -> Answer:
            row, new = self.ledger.refund(entry, payment["id"], amount=amount, reference=reference)
            data = {"status": "succeeded"} | move(row, currency=payment["currency"])
            answer = as_json(201 if new else 200, data, behaviour=payment["behaviour"])
            return replace(answer, events=tuple(entry.events))

        return self._perform(request, refund, scripted=self._scripted(Op.REFUND, payment))

    def challenge(self, request: Request) -> Answer:
        """Pass or fail a 3-D Secure challenge."""
        body = Body(request.json())
        outcome = body.choice("outcome", of=["pass", "fail"])
        body.finish()

        def settle(entry: Entry) -> Answer:
            row = self.ledger.challenge(entry, request.parts["id"], passed=outcome == "pass")
            return self._payment(entry, row)

        return self._perform(request, settle, scripted=None)

    def challenge_show(self, request: Request) -> Answer:
        """The challenge as a page for a shopper."""
        return challenge_page(find(self.books.read(), request.parts["id"]))

    def challenge_click(self, request: Request) -> Answer:
        """A button of that page; then back to the shop. A second click changes nothing."""
        try:
            form = parse_qs(request.raw.decode("ascii"), max_num_fields=5)
        except ValueError:
            form = {}
        outcome = form.get("outcome")
        if outcome not in (["pass"], ["fail"]):
            raise problem(422, code="not_a_choice", detail="The outcome is pass or fail.", field="outcome")

        def settle(entry: Entry) -> sqlite3.Row:
            row = find(entry.connection, request.parts["id"])
            if row["state"] != "requires_action":
                return row
            return self.ledger.challenge(entry, row["id"], passed=outcome == ["pass"])

        row = self.books.write(settle)
        back = row["return_url"] or f"/v1/challenge/{row['id']}"
        return Answer(status=303, body=b"", headers=(("location", back), ("cache-control", "no-store")))

    def audit(self, request: Request) -> Stream:
        """All payments with their transactions, and all events, as of one moment."""
        connection = self.books.reader()
        connection.execute("BEGIN")
        return Stream(chunks=whole_books(connection, address=self.settings.address))

    def script_show(self, request: Request) -> Answer:
        """What is still scripted."""
        return as_json(200, {"next": [one.as_json() for one in self.script.left()]})

    def script_add(self, request: Request) -> Answer:
        """Script what the next calls shall meet."""
        body = Body(request.json())
        moves = read_moves(body)
        body.finish()
        self.script.add(moves)
        return self.script_show(request)

    def script_clear(self, request: Request) -> Answer:
        """Forget what is scripted."""
        self.script.clear()
        return self.script_show(request)

    def _scripted(self, op: Op, payment: sqlite3.Row) -> Scripted | None:
        return self.script.take(op, reference=payment["reference"])

    def _amount(self, request: Request, payment: sqlite3.Row, *, required: bool) -> int | None:
        body = Body(request.json())
        amount = body.amount(currency=payment["currency"], required=required)
        body.finish()
        return amount

    def _payment(self, entry: Entry, row: sqlite3.Row, *, status: int = 200) -> Answer:
        data = describe(entry.connection, row, address=self.settings.address)
        return as_json(status, data, events=tuple(entry.events), behaviour=row["behaviour"])

    def _perform(self, request: Request, action: Callable[[Entry], Answer], *, scripted: Scripted | None) -> Answer:
        """Do it once, with whatever is scripted for it before and after."""
        behaviour = scripted.behaviour if scripted else None
        seconds = scripted.seconds if scripted else None
        if behaviour is Move.ERROR:
            raise _failed()
        if behaviour is Move.LOST:
            self._silence(seconds)
        if behaviour is Move.DELAY:
            time.sleep(self._held_back(seconds))
        if behaviour is Move.DECLINE and scripted and scripted.op is not Op.AUTHORISE:
            raise problem(402, code="refused_by_issuer", detail=f"The issuer refused the {scripted.op}.")
        answer = self.books.write(once(request, action))
        if answer.behaviour == Behaviour.EARLY:
            self.webhooks.await_first_try(self.books, answer.events)
        if behaviour is Move.TIMEOUT:
            self._silence(seconds)
        return answer

    def _held_back(self, seconds: float | None) -> float:
        return self.settings.timeout_seconds if seconds is None else seconds

    def _silence(self, seconds: float | None) -> None:
        """Say nothing for a while, then 504: by then the caller has given up."""
        time.sleep(self._held_back(seconds))
        raise problem(504, code="no_answer", detail="The outcome is not known; ask by the reference.")


def _failed() -> Problem:
    return problem(500, code="provider_failed", detail="The provider failed; nothing was booked. Try again.")


def _first_time(entry: Entry, reference: str) -> bool:
    made = entry.run("INSERT INTO stumbles (reference) VALUES (?) ON CONFLICT DO NOTHING", reference)
    return made.rowcount == 1


def _reference_asked(request: Request) -> str:
    given = request.query.get("reference", [])
    if len(given) != 1 or not REFERENCE.fullmatch(given[0]):
        detail = f"Ask for one reference: {REFERENCE_FORM}."
        raise problem(422, code="reference_malformed", detail=detail, field="reference")
    return given[0]
