"""Notices go to whom they concern, by the ways that these wish, once."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant
from guanbao.platform.identity.models import Membership, Organisation, Person
from guanbao.platform.ledger.models import Entry
from guanbao.platform.notices.endpoints import endpoint_add, endpoint_edit, endpoint_end
from guanbao.platform.notices.errors import DeliveryUnended
from guanbao.platform.notices.models import Delivery, Endpoint, Notice, Receipt, Wishes
from guanbao.platform.notices.selectors import deliveries_visible, endpoints_visible, receipts_unread, receipts_visible
from guanbao.platform.notices.sending import deliver
from guanbao.platform.notices.services import delivery_again, receipt_read, wishes_set
from guanbao.platform.notices.spreading import quiet_until
from guanbao.platform.notices.tasks import daily
from guanbao.platform.tasks.selectors import jobs_visible
from receivers import HAPPENED, URGENT, run, said, sent, shipped

PLAIN = {"by_email": True, "by_sms": False, "mobile": "", "daily": False, "quiet_from": None, "quiet_until": None,
         "muted": []}  # fmt: skip


@pytest.fixture
def administrator(told, organisations, person):  # noqa: ARG001
    """Who looks after deliveries and endpoints of the bank."""
    actor = person("root", "bank")
    role = shipped("platform_administrator")
    Grant.objects.create(person_id=actor.person_id, organisation=organisations["bank"], since="2020-01-01", role=role)
    return actor


def test_a_mail_to_each_of_the_organisation_but_who_did_it(told, mailbox):
    told()
    [mail] = mailbox.mails
    assert (mail["To"], mail["Subject"]) == ("anna@bank.example", "Something happened")
    assert said(mail).splitlines()[0] == "It happened to WB-1."
    assert "https://guanbao.bank.example/there/1/" in said(mail)
    assert {row.person.login: row.read_at for row in Receipt.objects.all()} == {"anna": None}
    assert Delivery.objects.get().state == "sent"


def test_what_was_told_is_not_told_again(told, mailbox):
    told()
    told()
    told(key="2")
    assert len(mailbox.mails) == 2
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2
    assert Notice.objects.count() == 2


def test_nothing_is_sent_of_what_did_not_happen(told, mailbox):
    with transaction.atomic():
        told(run_too=False)
        transaction.set_rollback(True)
    run()
    assert not Notice.objects.exists()
    assert mailbox.mails == []
    with transaction.atomic():
        told(run_too=False)
        assert mailbox.mails == []
    run()
    assert len(mailbox.mails) == 1


def test_in_the_readers_language_and_without_lines_in_the_subject(told, mailbox):
    Person.objects.filter(login="anna").update(language="zh")
    told(what={"zh": "甲方\r\nBcc: x@y.z", "en": "East"})
    [mail] = mailbox.mails
    assert mail["Bcc"] is None
    assert "甲方" in said(mail)


def test_what_may_have_been_sent_is_left_to_a_person(told, mailbox, administrator):
    mailbox.answer = "451 later"
    told()
    row = Delivery.objects.get()
    Delivery.objects.update(state="sending")  # a worker died here
    mailbox.answer = "250 OK"
    assert deliver(row.pk) == "uncertain"
    assert mailbox.mails == []
    delivery_again(actor=administrator, delivery=row)
    run()
    assert len(mailbox.mails) == 1
    row.refresh_from_db()
    assert row.state == "sent"
    with pytest.raises(DeliveryUnended):
        delivery_again(actor=administrator, delivery=row)


def test_it_is_tried_again_and_then_given_up(told, mailbox):
    mailbox.answer = "451 later"
    told()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "SMTP 451" in row.error_en
    for _ in range(4):
        run(everything=True)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", 5)


def test_a_refusal_for_good_is_not_tried_again(told, mailbox):
    mailbox.answer = "550 no such person"
    told()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("failed", 1)
    assert "anna" not in row.error_en


def test_who_has_gone_is_told_nothing_more(told, mailbox):
    wishes_set(actor=told.people["anna"], **PLAIN | {"quiet_from": time(0), "quiet_until": time(23, 59)})
    told()
    Person.objects.filter(login="anna").update(left_at=datetime.now(UTC))
    run(everything=True)
    assert mailbox.mails == []
    assert Delivery.objects.get().state == "dropped"


def test_quiet_hours_over_midnight():
    wishes = Wishes(quiet_from=time(22), quiet_until=time(7))  # of Shanghai
    assert quiet_until(wishes, datetime(2026, 3, 1, 15, tzinfo=UTC)) == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert quiet_until(wishes, datetime(2026, 3, 1, 22, tzinfo=UTC)) == datetime(2026, 3, 1, 23, tzinfo=UTC)
    awake = datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert quiet_until(wishes, awake) == awake
    assert quiet_until(Wishes(), awake) == awake


def test_quiet_hours_hold_back_all_but_the_urgent(told, mailbox):
    wishes_set(actor=told.people["anna"], **PLAIN | {"quiet_from": time(0), "quiet_until": time(23, 59)})
    told()
    assert mailbox.mails == []
    told(URGENT)
    assert [mail["Subject"] for mail in mailbox.mails] == ["Something urgent"]
    run(everything=True)
    assert len(mailbox.mails) == 2


def test_a_summary_once_a_day(told, mailbox):
    wishes_set(actor=told.people["anna"], **PLAIN | {"daily": True})
    for key in "123":
        told(key=key, what=f"WB-{key}")
    assert mailbox.mails == []
    assert daily(None, actor=None) == {"n": 1}
    run()
    [mail] = mailbox.mails
    assert mail["Subject"] == "3 notices"
    assert all(f"WB-{key}" in said(mail) for key in "123")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert daily(None, actor=None) == {"n": 0}


def test_what_is_muted_stays_in_the_inbox(told, mailbox):
    wishes_set(actor=told.people["anna"], **PLAIN | {"muted": [HAPPENED.name]})
    told()
    assert mailbox.mails == []
    assert receipts_unread(actor=told.people["anna"]).count() == 1


def test_an_urgent_one_by_sms(told, mailbox, settings, tmp_path):  # noqa: ARG001
    settings.GUANBAO_SMS = f"guanbao.platform.notices.channels.FileDrop:{tmp_path}"
    wishes_set(actor=told.people["anna"], **PLAIN | {"by_sms": True, "mobile": "+8613800000000"})
    told()
    told(URGENT)
    [file] = tmp_path.iterdir()
    assert sent(file.read_bytes()) == {"to": "+8613800000000", "text": "It burns at WB-1."}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"mobile": "call me"}, "mobile"),
        ({"by_sms": True}, "__all__"),
        ({"quiet_from": time(1)}, "__all__"),
        ({"quiet_from": time(1), "quiet_until": time(1)}, "__all__"),
    ],
)
def test_wishes_that_make_no_sense(told, wrong, field):
    with pytest.raises(ValidationError) as error:
        wishes_set(actor=told.people["anna"], **PLAIN | wrong)
    assert field in error.value.message_dict
    assert not Wishes.objects.exists()


def test_the_ledger_tells_of_wishes_without_the_number(told):
    wishes_set(actor=told.people["anna"], **PLAIN | {"mobile": "13800000000"})
    entry = Entry.objects.get(event="notice.wishes_changed")
    assert "mobile" in entry.redacted
    assert "13800000000" not in bytes(entry.body).decode()


def test_ones_own_notices_alone_are_seen_and_read(told):
    told()
    anna, bert, dora = (told.people[name] for name in ("anna", "bert", "dora"))
    [receipt] = receipts_visible(actor=anna)
    for other in (bert, dora):
        assert not receipts_visible(actor=other).exists()
        with pytest.raises(NotPermitted):
            receipt_read(actor=other, receipt=receipt)
    assert receipt_read(actor=anna, receipt=receipt).read_at is not None
    assert not receipts_unread(actor=anna).exists()


def test_a_signed_webhook(told, receiver, administrator):
    endpoint_add(
        actor=administrator,
        channel="webhook",
        name="Hook",
        address=f"{receiver.origin}/in?key=K",
        secret="s3cret",  # noqa: S106
    )
    told()
    [(path, headers, body)] = receiver.came
    assert path == "/in?key=K"
    number, at = headers["webhook-id"], headers["webhook-timestamp"]
    mac = hmac.new(b"s3cret", b".".join((number.encode(), at.encode(), body)), hashlib.sha256)
    assert headers["webhook-signature"] == "v1," + base64.b64encode(mac.digest()).decode()
    assert sent(body)["text"] == "It happened to WB-1."  # a kind of this test has no Chinese
    [row] = Delivery.objects.filter(channel="webhook")
    assert row.state == "sent"


def test_a_robot_of_dingtalk_signs_its_address(told, receiver, administrator):
    endpoint_add(
        actor=administrator, channel="dingtalk", name="Group", address=f"{receiver.origin}/robot?access_token=T",
        secret="SEC",  # noqa: S106
    )  # fmt: skip
    told()
    [(path, _headers, body)] = receiver.came
    asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    mac = hmac.new(b"SEC", f"{asked['timestamp']}\nSEC".encode(), hashlib.sha256)
    assert asked["sign"] == base64.b64encode(mac.digest()).decode()
    assert "WB-1" in sent(body)["text"]["content"]


def test_a_robot_that_refuses_with_200(told, receiver, administrator):
    receiver.answer = b'{"errcode": 93000, "errmsg": "invalid webhook url"}'
    endpoint_add(actor=administrator, channel="wecom", name="Group", address=f"{receiver.origin}/cgi?key=T")
    told()
    [row] = Delivery.objects.filter(channel="wecom")
    assert row.state == "failed"
    assert "93000" in row.error_en


def test_a_redirect_is_not_followed(told, receiver, administrator):
    receiver.status, receiver.headers = 302, {"Location": f"{receiver.origin}/elsewhere"}
    endpoint_add(actor=administrator, channel="webhook", name="Hook", address=f"{receiver.origin}/in")
    told()
    assert [path for path, *_ in receiver.came] == ["/in"]
    assert Delivery.objects.get(channel="webhook").state == "failed"


def test_an_endpoint_gets_its_kinds_of_its_organisation_until_it_ends(told, receiver, administrator):
    made = endpoint_add(
        actor=administrator, channel="webhook", name="Hook", address=f"{receiver.origin}/in", kinds=[URGENT.name]
    )
    told()
    told(URGENT, at="other_bank", by="dora")
    assert receiver.came == []
    told(URGENT)
    assert len(receiver.came) == 1
    endpoint_edit(actor=administrator, endpoint=made, name="Hook", kinds=[])
    told(key="2")
    assert len(receiver.came) == 2
    endpoint_end(actor=administrator, endpoint=made)
    told(key="3")
    assert len(receiver.came) == 2
    made = Endpoint.objects.get()
    assert (made.address_sealed, made.secret_sealed) == ("", "")


def test_neither_address_nor_secret_is_kept_in_clear(receiver, administrator):
    endpoint_add(
        actor=administrator,
        channel="webhook",
        name="Hook",
        address=f"{receiver.origin}/in?key=KEYKEY",
        secret="SECSEC",  # noqa: S106
    )
    kept = str(Endpoint.objects.values().get()) + "".join(bytes(row.body).decode() for row in Entry.objects.all())
    assert "KEYKEY" not in kept
    assert "SECSEC" not in kept


def test_only_an_administrator_sees_and_sets_where_things_go(told, receiver, administrator):
    made = endpoint_add(actor=administrator, channel="webhook", name="Hook", address=f"{receiver.origin}/in")
    told()
    anna, dora = told.people["anna"], told.people["dora"]
    assert deliveries_visible(actor=administrator).exists()
    for other in (anna, dora):
        assert not deliveries_visible(actor=other).exists()
        assert not endpoints_visible(actor=other).exists()
        for refused in (
            lambda who=other: endpoint_add(actor=who, channel="webhook", name="X", address=f"{receiver.origin}/in"),
            lambda who=other: endpoint_end(actor=who, endpoint=made),
            lambda who=other: endpoint_edit(actor=who, endpoint=made, name="X"),
            lambda who=other: delivery_again(actor=who, delivery=Delivery.objects.first()),
        ):
            with pytest.raises(NotPermitted):
                refused()


def test_what_is_done_for_one_institution_no_administrator_of_another_sees(told, person, organisations, administrator):
    elsewhere = person("other_root", "other_bank")
    Grant.objects.create(
        person_id=elsewhere.person_id, organisation=organisations["other_bank"], since="2020-01-01",
        role=shipped("platform_administrator"),
    )  # fmt: skip
    told()
    kinds = {name: {job.kind for job in jobs_visible(actor=who)}
             for name, who in (("ours", administrator), ("elsewhere", elsewhere))}  # fmt: skip
    assert kinds == {"ours": {"notice.spread"}, "elsewhere": set()}


def test_a_closed_organisations_people_are_told_nothing(told, organisations, mailbox):
    """Not even who belongs somewhere else too."""
    anna = told.people["anna"].person_id
    Membership.objects.create(person_id=anna, organisation=organisations["other_bank"], since="2020-01-01")
    Organisation.objects.filter(pk=organisations["bank"].pk).update(closed_at=datetime.now(UTC))
    told()
    assert mailbox.mails == []
    assert not Receipt.objects.exists()


def test_a_summary_is_sent_again_as_a_whole(told, mailbox, administrator):
    wishes_set(actor=told.people["anna"], **PLAIN | {"daily": True})
    for key in "12":
        told(key=key, what=f"WB-{key}")
    mailbox.answer = "550 no"
    daily(None, actor=None)
    run()
    leads, follows = Delivery.objects.order_by("pk")
    assert (leads.state, follows.state) == ("failed", "failed")
    with pytest.raises(DeliveryUnended):
        delivery_again(actor=administrator, delivery=follows)
    mailbox.answer = "250 OK"
    delivery_again(actor=administrator, delivery=leads)
    run()
    [mail] = mailbox.mails
    assert "WB-1" in said(mail)
    assert "WB-2" in said(mail)
