"""Frames of EPP: ours as golden files and by the RFCs' schemas, the published and recorded ones as they are read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs

from ordain.adapters import epp_answers, epp_frames, epp_news, epp_object_frames
from ordain.adapters.epp_checks import fees_of
from ordain.adapters.epp_codes import CODES, meaning
from ordain.adapters.epp_contact_extras import extras
from ordain.adapters.epp_contacts import Card, card, contact_id, disclosed, password
from ordain.adapters.epp_dialects import argument, state
from ordain.adapters.epp_frames import Asked, Ds, Edit, NewName, Report
from ordain.adapters.epp_xml import Malformed, Unreadable, find, received, violations
from ordain.core.money import UNIT, Money
from ordain.core.registry import AcceptedNotice, Disclosure, Fees, Host
from tests.epp_wire import OWNER

GOLDEN = Path(__file__).parents[1] / "golden" / "epp"
VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NAME = "foo.example"
GREETING = epp_answers.Greeting(
    "Example",
    ("urn:ietf:params:xml:ns:domain-1.0", "urn:ietf:params:xml:ns:contact-1.0", "urn:ietf:params:xml:ns:host-1.0"),
    ("urn:ietf:params:xml:ns:secDNS-1.1", "urn:ietf:params:xml:ns:epp:fee-1.0", "https://registry.example/funds-1.0"),
    ("en", "fr"),
)
NEW = NewName(
    name=NAME,
    years=2,
    name_servers=("ns1.ordain.example", "ns2.ordain.example"),
    registrant=contact_id(b"secret", "ordain-1-2"),
    roles=("admin", "billing", "tech"),
    auth_info="2fooBAR-Aa1",
)
NOTICE = AcceptedNotice("370d0b7c9223372036854775807", datetime(2026, 12, 1, tzinfo=UTC), AT)
DS = Ds(12345, 13, 2, "AB" * 32, 257, "mdsswUyr3DPW132mOi8V9xESWE8jTo0d")
FEE = Money(120 * UNIT, "EUR")


def person() -> Card:
    made = card(OWNER)
    assert isinstance(made, Card)
    return made


def of_frnic(**told: Any) -> Asked:
    """A contact as AFNIC wants it."""
    owner = {**OWNER, **told}
    made = card(owner, parted=True)
    assert isinstance(made, Card)
    number = contact_id(b"secret", "ordain-1-2")
    return epp_object_frames.contact_create(number, made.written(("loc",)), "2fooBAR", extras("frnic", owner))


BODY = {
    "legalForm": "corporation",
    "organisationName": "Tilleuls SARL",
    "companyNationalIdentificationNumber": "552100554",
}
ATTRIBUTES = (Host("ns1.foo.example", ("192.0.2.1", "2001:db8::1")), Host("ns2.ordain.example", ()))

COMMANDS: dict[str, Asked] = {
    "contact-create-frnic-person": of_frnic(
        birthDay=date(1990, 5, 17), birthCity="Roubaix", birthZip="59100", birthCountry="FR"
    ),
    "contact-create-frnic-company": of_frnic(**BODY, vat="FR83552100554"),
    "contact-create-frnic-foreign-company": of_frnic(
        **BODY, address={"line1": "Hauptstr. 1", "city": "Berlin", "zip": "10115", "country": "DE"}
    ),
    "contact-create-frnic-association": of_frnic(legalForm="association", organisationName="Amis", insee="W123456789"),
    "domain-create-attributes": epp_frames.create(structs.replace(NEW, name_servers=ATTRIBUTES)),
    "domain-update-attributes": epp_frames.update(
        NAME, Edit(add_servers=ATTRIBUTES[:1], remove_servers=ATTRIBUTES[1:])
    ),
    "domain-update-secure-ds": epp_frames.update(NAME, Edit(), epp_frames.secure([DS], [], "ds")),
    "domain-update-secure-key": epp_frames.update(NAME, Edit(), epp_frames.secure([DS], [DS], "key")),
    "login": epp_frames.login("ordain", "Sandbox-1234", GREETING),
    "logout": epp_frames.logout(),
    "poll": epp_frames.poll(),
    "poll-ack": epp_frames.acknowledge("12345"),
    "domain-check": epp_frames.check((NAME, "bar.example")),
    "domain-check-fee": epp_frames.check((NAME,), "EUR"),
    "domain-check-claims": epp_frames.check_claims((NAME,)),
    "domain-info": epp_frames.info(NAME),
    "domain-create": epp_frames.create(NEW),
    "domain-create-fee": epp_frames.create(NEW, epp_frames.most("create", FEE)),
    "domain-create-claims": epp_frames.create(NEW, epp_frames.launch("claims", NOTICE)),
    "domain-create-sunrise": epp_frames.create(NEW, epp_frames.launch("sunrise", mark="<signedMark/>")),
    "domain-create-token": epp_frames.create(NEW, epp_frames.token("SANDBOX")),
    "domain-renew": epp_frames.renew(NAME, 1, AT),
    "domain-delete": epp_frames.delete(NAME),
    "domain-transfer": epp_frames.transfer(NAME, 1, "2fooBAR", epp_frames.most("transfer", FEE)),
    "domain-transfer-query": epp_frames.transfer_query(NAME),
    "domain-update": epp_frames.update(
        NAME,
        Edit(
            add_servers=("ns3.ordain.example",),
            remove_servers=("ns1.ordain.example",),
            add_status=("clientTransferProhibited",),
            registrant=contact_id(b"secret", "ordain-1-2"),
            auth_info="2barFOO",
        ),
        epp_frames.secure([DS], []),
    ),
    "domain-update-secure": epp_frames.update(NAME, Edit(), epp_frames.secure([], [DS])),
    "domain-restore": epp_frames.restore(NAME),
    "domain-restore-report": epp_frames.restore_report(NAME, Report("before", "after", AT, AT)),
    "host-check": epp_object_frames.host_check(("ns1.foo.example",)),
    "host-info": epp_object_frames.host_info("ns1.foo.example"),
    "host-create": epp_object_frames.host_create(Host("ns1.foo.example", ("192.0.2.1", "2001:db8::1"))),
    "host-update": epp_object_frames.host_update("ns1.foo.example", ("192.0.2.2",), ("192.0.2.1",)),
    "host-delete": epp_object_frames.host_delete("ns1.foo.example"),
    "contact-create": epp_object_frames.contact_create(contact_id(b"secret", "ordain-1-2"), person(), "2fooBAR"),
    "contact-update": epp_object_frames.contact_update(contact_id(b"secret", "ordain-1-2"), person()),
    "contact-disclose": epp_object_frames.contact_disclose(contact_id(b"secret", "ordain-1-2"), ("name", "email")),
    "contact-disclose-nothing": epp_object_frames.contact_disclose(contact_id(b"secret", "ordain-1-2"), ()),
    "contact-delete": epp_object_frames.contact_delete(contact_id(b"secret", "ordain-1-2")),
}


def shown(frame: bytes) -> str:
    """A frame with a line for each element."""
    root = received(frame)
    etree.indent(root)
    text: str = etree.tostring(root, encoding="unicode")
    return f"{text}\n"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_what_is_sent_is_what_it_was(name: str) -> None:
    frame = COMMANDS[name].frame("ordain-1-2")
    assert violations(received(frame)) == []
    assert shown(frame) == (GOLDEN / f"{name}.xml").read_text(encoding="utf-8")


def test_there_is_a_golden_file_for_each_command_and_no_other() -> None:
    assert {file.stem for file in GOLDEN.glob("*.xml")} == COMMANDS.keys()


@pytest.mark.parametrize(
    "asked",
    [
        epp_frames.info(""),
        epp_frames.renew(NAME, 100, AT),
        epp_frames.check(()),
        epp_object_frames.contact_delete("an-id-that-is-longer-than-sixteen"),
    ],
)
def test_what_the_schemas_forbid_is_not_sent(asked: Asked) -> None:
    with pytest.raises(Malformed):
        asked.frame("ordain-1-2")


AGAINST_THE_SCHEMAS = {
    "epp/domain_create_months.xml": "a period in months: RFC 5731 knows `m`, the schema published by the IANA does not",
    "epp-recorded/067-S.xml": "`exists` at launch:claimKey, where RFC 8334 has no such attribute",
}


@pytest.mark.parametrize("folder", ["epp", "epp-recorded"])
def test_every_published_and_recorded_frame_is_read(folder: str) -> None:
    files = sorted((VECTORS / folder).glob("*.xml"))
    assert len(files) > 50
    for file in files:
        root = received(file.read_bytes())
        known = f"{folder}/{file.name}" in AGAINST_THE_SCHEMAS
        assert bool(violations(root)) is known, file.name
        if find(root, "response") is not None:
            answer = epp_answers.reply(root)
            assert answer.code in CODES, file.name
            for read in (epp_answers.transfer, epp_answers.priced, epp_answers.claimed):
                read(answer)
            epp_news.message(answer, "ClientX")
            if answer.result("domain:infData") is not None:
                assert epp_answers.held(answer).sponsor
        elif find(root, "greeting") is not None:
            assert epp_answers.greeting(root)


def vector(name: str) -> epp_answers.Reply:
    return epp_answers.reply(received((VECTORS / name).read_bytes()))


def test_a_premium_names_fees_are_read() -> None:
    told = epp_answers.priced(vector("epp/domain_check_fee_premium_response_stdv1.xml"))["rich.example"]
    assert told.of_class == "premium"
    assert told.fees["create"] == told.fees["renew"] == Money(100 * UNIT, "USD")


def test_a_premium_name_told_with_one_fee_alone_is_no_ordinary_one() -> None:
    """Of a name that is taken some registries tell the renewal's fee and no other."""
    fee = Money(100 * UNIT, "USD")
    told = epp_answers.Priced(of_class="premium", fees={"renew": fee})
    assert fees_of(told) == Fees(create=fee, renew=fee, transfer=fee)
    first = Money(10 * UNIT, "USD")
    assert fees_of(structs.replace(told, standard={"create": first})) == Fees(create=first, renew=fee, transfer=first)
    assert fees_of(structs.replace(told, of_class="standard")) is None


def test_all_fees_of_a_command_are_one_sum() -> None:
    told = epp_answers.priced(vector("epp/domain_check_eap_fee_response_stdv1.xml"))["example1.tld"]
    assert told.fees["create"] == Money(113 * UNIT, "USD")


def test_claims_are_read_of_a_frame_against_the_schemas_too() -> None:
    key = "2013041500/2/6/9/rJ1NrDO92vDsAzf7EQzgjX4R0000000001"
    assert epp_answers.claimed(vector("epp-recorded/067-S.xml")) == {"roubaixbrand.shop": key}
    assert epp_answers.claimed(vector("epp/domain_check_claims_response.xml")) == {"example2.tld": key}


def test_a_name_is_read_as_its_registry_holds_it() -> None:
    held = epp_answers.held(vector("epp-recorded/057-S.xml"))
    assert (held.name, held.sponsor, held.registrant) == ("full1795437810.test", "nordregistrar", "fE6aKEK5uJqQ3Lyz")
    assert (*held.statuses, *held.grace) == ("pendingDelete", "redemptionPeriod")
    assert held.auth_info == "eF1DX0ZpRW6aFjUn"
    assert [(ds.tag, ds.algorithm) for ds in held.keys] == [(12345, 13)]
    assert held.transferred == datetime(2026, 9, 14, 12, 43, 30, 179000, tzinfo=UTC)


def test_a_message_with_elements_in_its_words_is_read() -> None:
    message = epp_news.message(vector("epp/poll_response_mixed.xml"), "ClientX")
    assert message is not None
    assert (message.message_id, message.about, message.words) == ("12346", None, "Credit balance low. 100 5")


def test_a_message_of_an_instant_nobody_can_read_is_a_message() -> None:
    """A day may end at 24:00 (xsd:dateTime); were it not read, nothing behind it would ever be."""
    frame = (VECTORS / "epp/poll_response_mixed.xml").read_bytes()
    odd = re.sub(rb"<qDate>[^<]*", b"<qDate>2026-11-30T24:00:00Z", frame)
    assert odd != frame
    message = epp_news.message(epp_answers.reply(received(odd)), "ClientX")
    assert message is not None
    assert (message.at, bool(message.message_id)) == (None, True)


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"\x00\xff\xfe", b"<epp/>", b"<html xmlns='urn:ietf:params:xml:ns:epp-1.0'/>", b"not xml",
        b"<!DOCTYPE epp [<!ENTITY a 'b'>]><epp xmlns='urn:ietf:params:xml:ns:epp-1.0'>&a;</epp>",
    ],
)  # fmt: skip
def test_what_is_no_frame_is_told_from_one(frame: bytes) -> None:
    with pytest.raises(Unreadable):
        received(frame)


@pytest.mark.parametrize("inside", ["<greeting/>", "<response/>", "<response><result code='x'/></response>"])
def test_a_frame_that_is_no_response_is_none(inside: str) -> None:
    with pytest.raises(Unreadable):
        epp_answers.reply(received(f"<epp xmlns='urn:ietf:params:xml:ns:epp-1.0'>{inside}</epp>".encode()))


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_whatever_people_are_called_can_be_sent_or_is_refused_in_words(name: str, city: str) -> None:
    address = {"line1": name, "city": city, "country": "FR"}
    made = card({"lastName": name, "email": "a@example.test", "address": address})
    if isinstance(made, list):
        assert set(made) <= {"name", "city", "country", "email"}
        return
    try:
        frame = epp_object_frames.contact_create("O1", made, "2fooBAR").frame("t-1")
    except Malformed:
        return
    assert violations(received(frame)) == []


@pytest.mark.parametrize(
    ("written", "plain"),
    [("Zoé Lefèvre", "Zoe Lefevre"), ("Straße", "Strasse"), ("Łódź", "Lodz"), ("Ærø", "AEro"), ("İzmir", "Izmir")],
)
def test_a_name_is_also_written_in_ascii(written: str, plain: str) -> None:
    made = card({**OWNER, "firstName": "", "lastName": written})
    assert isinstance(made, Card)
    assert {kind: form.name for kind, form in made.forms} == {"int": plain, "loc": written}


def test_what_has_no_letters_of_ours_is_left_as_it_is_written() -> None:
    made = card({**OWNER, "firstName": "", "lastName": "王小明"})
    assert isinstance(made, Card)
    assert [kind for kind, _ in made.forms] == ["loc"]
    assert made.written(("int",)).forms == made.forms


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("+33.123456789", "+33.123456789"), ("+33123456789", "+33.123456789"), ("+1 (212) 555-0100", "+1.2125550100"),
        ("+352 27 00 27", "+352.270027"), ("0612345678", ""), ("", ""), ("+33.1234567890123456", ""),
    ],
)  # fmt: skip
def test_a_phone_number_is_sent_with_its_country(given: str, sent: str) -> None:
    made = card({**OWNER, "phone": given})
    assert isinstance(made, Card)
    assert made.voice == sent


def test_what_an_owner_lacks_is_named() -> None:
    assert card({}) == ["name", "city", "country", "email"]


def test_ids_and_auth_codes_follow_from_the_transaction() -> None:
    assert (
        contact_id(b"secret", "ordain-1-2")
        == contact_id(b"secret", "ordain-1-2")
        != contact_id(b"secret", "ordain-1-3")
    )
    assert 3 <= len(contact_id(b"secret", "ordain-1-2")) <= 16
    code = password(b"secret", "ordain-1-2")
    assert code == password(b"secret", "ordain-1-2") not in (password(b"other", "ordain-1-2"), "ordain-1-2")
    assert 6 <= len(code) <= 16


def test_what_is_shown_of_an_owner() -> None:
    assert disclosed([Disclosure("owner", ("city", "name", "zip")), Disclosure("admin", ("email",))]) == (
        "addr",
        "name",
    )


@pytest.mark.parametrize(
    ("reason", "meant"),
    [("In use", "taken"), ("Domain exists", "taken"), ("Reserved", "reserved"), ("Cannot be delegated", "reserved"),
     ("Quarantined", None), (None, None)],
)  # fmt: skip
def test_why_a_name_is_not_available(reason: str | None, meant: str | None) -> None:
    assert state(reason) == meant


@pytest.mark.parametrize(
    ("words", "label"),
    [("Invalid TMCH claims noticeID format", "CLAIMS_NOTICE"), ("Missing allocation token", "PROTECTED_CODE"),
     ("The registrar's policy", None)],
)  # fmt: skip
def test_what_a_customer_can_correct(words: str, label: str | None) -> None:
    assert argument(words) == label


def test_codes_of_failure_are_asked_again_and_unknown_ones_mean_what_their_class_does() -> None:
    told: dict[int, Any] = {2400: "again", 2500: "again", 2502: "again", 2302: "lost", 2303: "gone", 2306: "refused",
                            1001: "pending", 1099: "done", 2399: "refused", 2599: "again"}  # fmt: skip
    assert {code: meaning(code) for code in told} == told
