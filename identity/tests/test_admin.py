"""The admin's door, its permissions, its history, and that no POST passes a state machine."""

import re
from datetime import timedelta

import msgspec
import pytest
from django.test import Client
from msgspec.structs import replace

from chassis import clock
from chassis.admin.middleware import SESSION_COOKIE
from chassis.admin.permissions import granted
from chassis.ids import new_id
from chassis.messages import Message, decode_event, decode_message, encode
from chassis.sagas.runner import STUCK_AFTER
from identity.auth import sessions
from identity.auth.models import SignIn
from identity.customer.models import ChannelCopy, Customer, CustomerGroup
from identity.messaging import DeadLetter, History, Job, OutboxEvent, SagaInstance
from identity.tests.conftest import PASSWORD, SIGN_IN, make_customer, make_staff, post, sign_in, staff_client
from identity.user.models import Role, StaffMember
from identity.user.pages import REFRESH_COOKIE

pytestmark = pytest.mark.django_db(databases=["identity"])


def page(model, obj, tail="change/"):
    return f"/admin/identity/{model}/{obj.pk}/{tail}"


def test_nobody_is_sent_to_the_sign_in(client):
    answer = client.get("/admin/identity/customer/?q=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/staff/sign-in/?next=%2Fadmin%2Fidentity%2Fcustomer%2F%3Fq%3D1"


def test_staff_sign_in_and_see_the_admin():
    client = staff_client()
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/identity/").status_code == 200


def test_a_customers_token_never_opens_the_admin(client, view):
    make_customer()
    session = sign_in(client)
    client.cookies[SESSION_COOKIE] = session["access_token"]
    assert client.get("/admin/").status_code == 307  # to the renewal, which refuses it too:
    client.cookies[REFRESH_COOKIE] = session["refresh_token"]
    assert client.get("/admin/", follow=True).redirect_chain[-1] == ("/staff/sign-in/?next=%2Fadmin%2F", 303)
    by_header = Client().get("/admin/", headers={"Authorization": f"Bearer {session['access_token']}"})
    assert by_header.status_code == 302


def test_a_staff_token_never_shops(view):
    client = staff_client()
    token = client.cookies[SESSION_COOKIE].value
    refresh = client.cookies[REFRESH_COOKIE].value
    assert client.get("/api/v1/de/customers/me").status_code == 401
    shopping = Client().get("/api/v1/de/customers/me", headers={"Authorization": f"Bearer {token}"})
    assert shopping.status_code == 401
    assert post(Client(), "sessions/refresh", {"refresh_token": refresh}).status_code == 401


def test_customers_and_staff_of_one_address_are_strangers(client, view):
    make_customer("both@example.org")
    answer = client.post(SIGN_IN, {"email": "both@example.org", "password": PASSWORD})
    assert answer.status_code == 401 and SESSION_COOKIE not in answer.cookies
    make_staff("sam@example.org")
    assert post(client, "sessions", {"email": "sam@example.org", "password": PASSWORD}).status_code == 401


def test_sign_in_page_answers_alike_for_unknown_and_known(client):
    make_staff()
    known = client.post(SIGN_IN, {"email": "sam@example.org", "password": "wrong"})
    unknown = client.post(SIGN_IN, {"email": "xxx@example.org", "password": "wrong"})
    assert known.status_code == unknown.status_code == 401
    csrf = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    assert csrf.sub(b"", known.content).replace(b"sam@", b"xxx@") == csrf.sub(b"", unknown.content)


def test_sign_in_never_leads_to_another_site(client):
    make_staff()
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = client.post(SIGN_IN, {"email": "sam@example.org", "password": PASSWORD, "next": target})
        assert answer["Location"] == "/admin/"


def test_an_expired_session_is_renewed_and_the_form_sent_again():
    client = staff_client()
    channel = ChannelCopy.objects.create(code="eu", name="Europe")
    with clock.travel(timedelta(minutes=11)):
        answer = client.post(page("channelcopy", channel), {"channel_group": "west"})
        assert answer.status_code == 307 and answer["Location"].startswith("/staff/renew/?next=")
        answer = client.post(page("channelcopy", channel), {"channel_group": "west"}, follow=True)
        assert [status for _, status in answer.redirect_chain] == [307, 307, 302]
    channel.refresh_from_db()
    assert channel.channel_group == "west"


def test_a_session_is_not_renewed_after_its_idle_time():
    client = staff_client()
    with clock.travel(sessions.IDLE["staff"] + timedelta(seconds=1)):
        assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/staff/sign-in/")


def test_signing_out_ends_the_session(client):
    client = staff_client()
    token = client.cookies[REFRESH_COOKIE].value
    client.post("/admin/logout/", follow=True)
    assert SignIn.objects.get().reason == "signed out"
    assert client.get("/admin/").status_code == 302
    client.cookies[REFRESH_COOKIE] = token
    assert client.get("/staff/renew/?next=/admin/")["Location"].startswith("/staff/sign-in/")


def test_signing_out_and_in_need_a_csrf_token():
    make_staff()
    client = Client(enforce_csrf_checks=True)
    assert client.post(SIGN_IN, {"email": "sam@example.org", "password": PASSWORD}).status_code == 403
    assert client.post("/staff/sign-out/").status_code == 403


@pytest.mark.parametrize(
    ("grants", "wanted", "may"),
    [
        (["*"], "commerce.order.view", True),
        (["commerce.*"], "commerce.order.view", True),
        (["commerce.order.*"], "commerce.order.change", True),
        (["commerce.order.*"], "commerce.payment.view", False),
        (["*.*.view"], "commerce.order.view", True),
        (["*.*.view"], "commerce.order.change", False),
        (["commerce"], "commerce.order.view", False),
        (["commerce.order.view.more"], "commerce.order.view", False),
        (["catalog.*"], "commerce.order.view", False),
        (["identity.*"], "*", False),
        ([], "commerce.order.view", False),
    ],
)
def test_grants_cover_what_they_name(grants, wanted, may):
    assert granted(grants, wanted) is may


def test_a_role_without_grants_on_a_domain_sees_none_of_it():
    client = staff_client(roles=("merchandiser",))
    assert client.get("/admin/identity/customer/").status_code == 403
    assert b"/admin/identity/customer/" not in client.get("/admin/").content


def test_a_viewer_looks_and_changes_nothing(view):
    client = staff_client(roles=("viewer",))
    customer = make_customer()
    assert client.get(page("customer", customer)).status_code == 200
    edit = {"name": "Eve", "locale": "de_DE", "group": "general", "metadata": "{}", "opened_version": 1}
    assert client.post(page("customer", customer), edit).status_code == 403
    assert client.post(page("customer", customer, "transition/block/")).status_code == 403
    assert Customer.objects.get().name == "Ann"


def form_of(customer, **changes):
    return {
        "name": customer.name, "locale": customer.locale, "group": customer.group_id, "metadata": "{}",
        "opened_version": customer.version, "addresses-TOTAL_FORMS": 0, "addresses-INITIAL_FORMS": 0, **changes,
    }  # fmt: skip


def test_an_edit_is_written_with_its_history_and_never_the_personal_value(view):
    client = staff_client()
    customer = make_customer()
    answer = client.post(page("customer", customer), form_of(customer, name="Anne", locale="fr_FR"))
    assert answer.status_code == 302, answer.context["errors"]
    entry = History.objects.get(aggregate_type="customer")
    assert (entry.action, entry.actor) == ("change", f"staff:{StaffMember.objects.get().id}")
    assert (entry.before["locale"], entry.after["locale"]) == ("de_DE", "fr_FR")
    assert entry.before["name"] == entry.after["name"] == "•••"
    [told] = OutboxEvent.objects.filter(type="identity.customer_changed")
    event = decode_event(decode_message(told.message))
    assert (event.customer, event.name, event.locale) == (customer.id, "Anne", "fr_FR")
    assert b"fr_FR" in client.get(page("customer", customer, "history/")).content


def test_history_cannot_be_edited_not_even_by_sql():
    make_staff()
    with pytest.raises(Exception, match="never changed or removed"):
        History.objects.update(actor="nobody")


def test_an_edit_from_a_version_that_is_no_more_is_refused(view):
    client = staff_client()
    customer = make_customer()
    opened = form_of(customer, name="First")
    assert client.post(page("customer", customer), opened).status_code == 302
    stale = client.post(page("customer", customer), {**opened, "name": "Second"})
    assert stale.status_code == 200 and b"Somebody changed this" in stale.content
    without = client.post(page("customer", customer), {k: v for k, v in opened.items() if k != "opened_version"})
    assert without.status_code == 200
    assert Customer.objects.get().name == "First"


def test_the_form_carries_the_version_that_it_shows(view):
    client = staff_client()
    customer = make_customer()
    shown = client.get(page("customer", customer)).content.decode()
    assert 'id="customer_form"' in shown
    assert re.findall(r'<input type="hidden" name="opened_version" value="(\d+)" form="customer_form">', shown) == ["1"]


def test_a_raw_post_does_not_pass_the_state_machine(view):
    client = staff_client()
    customer = make_customer()
    raw = form_of(customer, name="Anne", state="blocked", version=99, email="eve@example.org", channel_group="us")
    assert client.post(page("customer", customer), raw).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.state, customer.version) == ("Anne", "active", 2)
    assert (customer.email, customer.channel_group) == ("ann@example.org", "eu")


def test_rows_with_a_state_are_not_deleted(view):
    client = staff_client()
    customer = make_customer()
    assert client.post(page("customer", customer, "delete/"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(customer.pk), "post": "yes"}
    client.post("/admin/identity/customer/", chosen)
    assert Customer.objects.count() == 1


def test_a_transition_asks_then_does_and_is_told_in_the_history(view):
    client = staff_client()
    customer = make_customer()
    url = page("customer", customer, "transition/block/")
    assert url.encode() in client.get(page("customer", customer)).content
    assert client.get(url).status_code == 200
    assert Customer.objects.get().state == "active"
    assert client.post(url).status_code == 302
    assert Customer.objects.get().state == "blocked"
    entry = History.objects.get(action="block")
    assert (entry.before["state"], entry.after["state"]) == ("active", "blocked")


def test_a_transition_that_its_state_does_not_offer_is_refused(view):
    client = staff_client()
    customer = make_customer()
    answer = client.post(page("customer", customer, "transition/unblock/"), follow=True)
    assert b"does not offer" in answer.content
    assert Customer.objects.get().version == 1
    assert not History.objects.filter(action="unblock").exists()
    assert client.post(page("customer", customer, "transition/nonsense/")).status_code == 404


def test_adding_and_deleting_leave_history():
    client = staff_client()
    assert client.post("/admin/identity/customergroup/add/", {"code": "vip", "name": "Very"}).status_code == 302
    group = CustomerGroup.objects.get(code="vip")
    assert client.post(page("customergroup", group, "delete/"), {"post": "yes"}).status_code == 302
    assert list(History.objects.filter(aggregate_type="customergroup").values_list("action", flat=True)) == [
        "add",
        "delete",
    ]


def test_nobody_grants_or_takes_over_more_than_is_his_own():
    boss = make_staff("boss@example.org")
    Role.objects.create(name="staff manager", grants=["identity.*"])
    client = staff_client(roles=("staff manager",), email="manager@example.org")
    me = StaffMember.objects.exclude(id=boss).get()
    everything = Role.objects.get(name="administrator")
    taken = {"name": "M", "roles": [str(everything.pk)], "opened_version": 1}
    assert client.post(page("staffmember", me), taken).status_code == 200
    assert everything not in me.roles.all()
    over = page("staffmember", StaffMember.objects.get(id=boss), "transition/set_password/")
    assert client.post(over, {"password": "a new password"}).status_code == 403
    role = Role.objects.get(name="staff manager")
    client.post(page("role", role), {"name": role.name, "grants": '["*"]', "opened_version": 1})
    role.refresh_from_db()
    assert role.grants == ["identity.*"]


def test_a_suspended_member_is_out_at_the_next_renewal():
    client = staff_client()
    boss = staff_client(email="boss@example.org")
    sam = StaffMember.objects.earliest("created_at")
    assert boss.post(page("staffmember", sam, "transition/suspend/")).status_code == 302
    with clock.travel(timedelta(minutes=11)):
        assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/staff/sign-in/")


def make_letter(state="dead"):
    now = clock.now()
    body = {"customer": "1", "email": "ann@example.org", "name": "Ann Secret", "group": "vip"}
    message = Message(
        id=new_id(),
        type="identity.customer_registered",
        version=1,
        occurred_at=now,
        aggregate_type="customer",
        aggregate_id="1",
        body=msgspec.Raw(encode(body)),
    )
    return DeadLetter.objects.create(
        id=new_id(), event=message.id, handler="gone", type=message.type, message=encode(message).decode(),
        state=state, reason="KeyError", traceback="…", first_failed_at=now, last_failed_at=now,
    )  # fmt: skip


def test_a_dead_letter_is_shown_with_personal_data_masked():
    client = staff_client()
    letter = make_letter()
    shown = client.get(page("deadletter", letter)).content.decode()
    assert "vip" in shown and "•••" in shown
    assert "ann@example.org" not in shown and "Ann Secret" not in shown


def test_a_dead_letter_is_discarded_by_button_and_never_edited():
    client = staff_client()
    letter = make_letter()
    assert client.post(page("deadletter", letter), {"state": "replayed"}).status_code == 403
    assert client.post(page("deadletter", letter, "transition/discard/")).status_code == 302
    letter.refresh_from_db()
    assert letter.state == "discarded"


def test_a_replay_that_fails_again_says_so_and_keeps_the_letter():
    client = staff_client()
    letter = make_letter()
    answer = client.post(page("deadletter", letter, "transition/replay/"), follow=True)
    assert b"failed again" in answer.content
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("dead", 2)  # its handler is gone, which no repetition mends


def test_a_scrubbed_letter_is_not_replayed_and_staff_read_why():
    client = staff_client()
    letter = make_letter()
    message = replace(decode_message(letter.message), type="magento.customer_row_changed", scrubbed=True)
    letter.handler, letter.message = "identity.legacy.rows.keep_rows", encode(message).decode()
    letter.save()
    answer = client.post(page("deadletter", letter, "transition/replay/"), follow=True)
    assert b"personal data was removed" in answer.content
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("dead", 1)


def test_several_letters_are_discarded_at_once():
    client = staff_client()
    letters = [make_letter(), make_letter()]
    chosen = {"action": "discard_selected", "_selected_action": [str(one.pk) for one in letters]}
    assert client.post("/admin/identity/deadletter/", chosen).status_code == 302
    assert set(DeadLetter.objects.values_list("state", flat=True)) == {"discarded"}


def test_stuck_sagas_are_found_and_failed_jobs_tried_again():
    client = staff_client()
    old = clock.now() - STUCK_AFTER - timedelta(minutes=1)
    saga = SagaInstance.objects.create(
        id=new_id(), name="unknown", key="k-stuck", state="running", steps={"reserve": "waiting"}, deadline=old,
        created_at=old, changed_at=old,
    )  # fmt: skip
    assert b"k-stuck" in client.get("/admin/identity/sagainstance/?stuck=yes").content
    assert client.get(page("sagainstance", saga)).status_code == 200
    assert b"knows no saga" in client.post(page("sagainstance", saga, "transition/retry/"), follow=True).content
    job = Job.objects.create(
        id=new_id(), kind="identity.rotate_keys", key="x", state="failed", attempts=10, due_at=old, created_at=old
    )
    assert client.post(page("job", job, "transition/retry/")).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("due", 0)


MODELS = ["customer", "customergroup", "staffmember", "role", "signin", "channelcopy", "viewcopy"]


@pytest.mark.parametrize("model", [*MODELS, "deadletter", "sagainstance", "job", "history"])
def test_every_list_opens_and_searches(model, view):
    client = staff_client()
    make_customer()
    assert client.get(f"/admin/identity/{model}/").status_code == 200
    assert client.get(f"/admin/identity/{model}/?q=ann@example.org").status_code == 200


def test_staff_find_a_customer_by_the_whole_address(view):
    client = staff_client()
    make_customer()
    make_customer("bob@example.org")
    found = client.get("/admin/identity/customer/?q=ANN@example.org").content
    assert "a•••@example.org".encode() in found and "b•••@example.org".encode() not in found
    assert b">ann@example.org<" not in found
