"""A call that is sent twice has one effect, also when both arrive at once and when the first one dies."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import isolate_apps
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from chassis import clock, retention
from chassis.access.principal import Kind, Principal
from chassis.errors import Conflict
from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work
from chassis.web import idempotency, idempotency_keys
from chassis.web.idempotency import claim_of, idempotent

# Real commits: a race inside one test transaction would be no race.
pytestmark = pytest.mark.django_db(databases=["commerce"], transaction=True)
ANN = Principal(kind=Kind.CUSTOMER, id="ann")
BOB = Principal(kind=Kind.CUSTOMER, id="bob")
during: list[Callable[[Request], None]] = []


def effect() -> int:
    with unit_of_work("commerce"), connections["commerce"].cursor() as cursor:
        cursor.execute("INSERT INTO idempotency_effects DEFAULT VALUES RETURNING id")
        (number,) = cursor.fetchone()
        return int(number)


def effects() -> int:
    with connections["commerce"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM idempotency_effects")
        return int(cursor.fetchone()[0])


class Base(APIView):
    authentication_classes = ()

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        made = super().initialize_request(request, *args, **kwargs)
        made.user = request.principal
        return made

    def work(self, request: Request) -> Response:
        number = effect()
        for step in during:
            step(request)
        answer = Response({"number": number, "amount": "1.50"}, status=201)
        answer["Location"], answer["ETag"] = f"/things/{number}", '"v1"'
        return answer


class Whole(Base):
    @idempotent("commerce")
    def post(self, request: Request) -> Response:
        return self.work(request)


class Claimed(Base):
    @idempotent("commerce", claimed=True)
    def post(self, request: Request) -> Response:
        return self.work(request)


class Secret(Base):
    @idempotent("commerce", secret=True)
    def post(self, request: Request) -> Response:
        return self.work(request)


class Cookie(Base):
    @idempotent("commerce")
    def post(self, request: Request) -> Response:
        answer = self.work(request)
        answer.set_cookie("session", "hunter2")
        return answer


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with isolate_apps("commerce"):

        class ProbeKey(idempotency_keys.IdempotencyKey):
            class Meta(idempotency_keys.IdempotencyKey.Meta):
                abstract = False
                app_label = "commerce"

    monkeypatch.setattr(idempotency, "table_of", lambda label: ProbeKey)
    monkeypatch.setattr(idempotency_keys, "table_of", lambda label: ProbeKey)
    with connections["commerce"].schema_editor() as editor:
        editor.create_model(ProbeKey)
        editor.execute("CREATE TABLE idempotency_effects (id bigserial PRIMARY KEY)")
    during.clear()
    yield ProbeKey._default_manager
    with connections["commerce"].schema_editor() as editor:
        editor.delete_model(ProbeKey)
        editor.execute("DROP TABLE idempotency_effects")


def send(
    view: type[APIView],
    *,
    key: str | None = "k-1",
    body: Any = None,
    path: str = "/things",
    principal: Principal = ANN,
) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    request = APIRequestFactory().post(path, {"a": 1, "b": 2} if body is None else body, "json", headers=headers)
    request.principal = principal
    response: Any = view.as_view()(request)
    if hasattr(response, "render"):
        response.render()
    return response


def code(response: Any) -> str:
    import json

    return str(json.loads(response.content)["code"])


BOTH = pytest.mark.parametrize("view", [Whole, Claimed])


@BOTH
def test_a_replay_gives_the_first_answer_with_status_body_and_headers(view: type[APIView]) -> None:
    first, second = send(view), send(view, body={"b": 2, "a": 1})
    assert effects() == 1 and first.status_code == second.status_code == 201
    assert first.content == second.content == b'{"number":1,"amount":"1.50"}'
    assert (second["Location"], second["ETag"]) == ("/things/1", '"v1"')
    assert second["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first


@BOTH
def test_another_body_under_the_same_key_is_a_422(view: type[APIView]) -> None:
    send(view)
    for path, other in (("/things", {"a": 1, "b": 3}), ("/things", [1]), ("/things?notify=1", None)):
        response = send(view, body=other, path=path)
        assert (response.status_code, code(response)) == (422, "idempotency_key_reused")
    assert effects() == 1


@BOTH
def test_a_key_belongs_to_its_principal_and_its_path(view: type[APIView]) -> None:
    send(view)
    assert send(view, principal=BOB).status_code == send(view, path="/things/7").status_code == 201
    assert effects() == 3


@BOTH
def test_without_a_key_every_call_has_its_effect(view: type[APIView], tables: Any) -> None:
    send(view, key=None)
    send(view, key=None)
    assert effects() == 2 and not tables.exists()


@BOTH
def test_a_refused_call_leaves_nothing_and_may_be_sent_again(view: type[APIView], tables: Any) -> None:
    def refuse(request: Request) -> None:
        raise Conflict("not now")

    during.append(refuse)
    assert send(view).status_code == 409
    assert not tables.exists()
    during.clear()
    assert send(view).status_code == 201


@BOTH
def test_a_key_is_forgotten_after_a_day(view: type[APIView], tables: Any) -> None:
    send(view)
    with clock.travel(timedelta(hours=23, minutes=59)):
        send(view)
    assert effects() == 1
    retention.sweep("commerce")
    assert tables.exists()
    with clock.travel(timedelta(hours=24, minutes=1)):
        send(view)
        assert effects() == 2
    with clock.travel(timedelta(days=3)):
        retention.sweep("commerce")
        assert not tables.exists()


@BOTH
def test_a_stored_answer_is_not_readable_in_the_database(view: type[APIView], tables: Any) -> None:
    answer = send(view)
    stored = bytes(tables.get().body)
    assert stored and bytes(answer.render().content) not in stored and b"{" not in stored


@pytest.mark.parametrize("view", [Secret, Cookie])
def test_an_answer_that_holds_a_secret_is_not_stored(view: type[APIView], tables: Any) -> None:
    assert send(view).status_code == 201
    row = tables.get()
    assert bytes(row.body) == b"" and row.headers == {}
    response = send(view)
    assert (response.status_code, code(response)) == (409, "idempotency_answer_withheld")
    assert effects() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ключ"])
def test_an_unfit_key_is_a_400(key: str) -> None:
    assert send(Whole, key=key).status_code == 400
    assert effects() == 0


@BOTH
def test_calls_that_arrive_at_once_have_one_effect(view: type[APIView]) -> None:
    for round_number in range(10):
        start = threading.Barrier(6)
        outcomes: list[Any] = []

        def call(key: str = f"race-{round_number}", start: Any = start, outcomes: Any = outcomes) -> None:
            start.wait()
            try:
                outcomes.append(send(view, key=key))
            finally:
                connections["commerce"].close()

        before = effects()
        threads = [threading.Thread(target=call) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seen = Counter(response.status_code for response in outcomes)
        assert effects() == before + 1
        assert set(seen) <= {201, 409} and seen[201] >= 1 and len(outcomes) == 6
        assert len({response.content for response in outcomes if response.status_code == 201}) == 1


@BOTH
def test_a_second_call_while_the_first_runs_is_a_409(view: type[APIView]) -> None:
    seen: list[Any] = []

    def second() -> None:
        seen.append(send(view))
        connections["commerce"].close()

    def interrupt(request: Request) -> None:
        if not seen:
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()

    during.append(interrupt)
    assert send(view).status_code == 201
    assert (seen[0].status_code, code(seen[0])) == (409, "idempotency_in_progress")
    assert seen[0]["Retry-After"] == "1" and effects() == 1


class Killed(BaseException):
    """Stands for a process that is gone: no except or finally of ours ran."""


def test_a_lost_call_is_taken_over_when_its_lease_is_over(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(request: Request) -> None:
        raise Killed

    during.append(die)
    monkeypatch.setattr(idempotency.Claim, "_release", lambda claim: None)
    with pytest.raises(Killed):
        send(Claimed)
    during.clear()
    assert code(send(Claimed)) == "idempotency_in_progress"
    with clock.travel(timedelta(seconds=61)):
        assert send(Claimed).status_code == 201


def test_an_answer_recorded_with_the_effect_survives_a_crash_after_it() -> None:
    def record_and_die(request: Request) -> None:
        with unit_of_work("commerce"):
            claim_of(request).record(Response({"status": "pending"}, status=202))
        raise Killed

    during.append(record_and_die)
    with pytest.raises(Killed):
        send(Claimed)
    response = send(Claimed)
    assert (response.status_code, response.content, effects()) == (202, b'{"status":"pending"}', 1)


@pytest.mark.parametrize("how", ["expired", "taken over"])
def test_who_lost_the_claim_cannot_commit_the_effect(tables: Any, how: str) -> None:
    def lose_it(request: Request) -> None:
        tables.all().delete() if how == "expired" else tables.update(owner=new_id())
        with unit_of_work("commerce"):
            effect()
            claim_of(request).record(Response(status=202))

    during.append(lose_it)
    assert code(send(Claimed)) == "idempotency_in_progress"
    assert effects() == 1  # the one before; the one beside the record was undone
