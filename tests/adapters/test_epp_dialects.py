"""Registries that want something else than the RFCs leave as usual: each difference against the sandbox over TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs

from ordain.adapters import epp_answers, epp_object_frames, sandbox_epp_answers, sandbox_epp_objects, sandbox_epp_server
from ordain.adapters.epp_contact_extras import EXTRAS, extras
from ordain.adapters.epp_contacts import Card, card
from ordain.adapters.epp_dialects import DIALECTS, Dialect
from ordain.adapters.epp_registry import EppRegistry
from ordain.adapters.epp_xml import EXTENSIONS, Malformed, Unreadable, make, received, violations
from ordain.core.change import is_so
from ordain.core.registry import Done, Host, Key, Lost, NoAnswer, Refusal, Update
from tests import conformance, marks
from tests.epp_wire import OWNER, command

if TYPE_CHECKING:
    from ordain.adapters.sandbox_epp_answers import Said
    from ordain.adapters.sandbox_epp_desk import Place, Spoken
    from tests.epp_wire import Wire

KEY = Key(257, 13, 2371, "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==")


def client(wire: Wire, dialect: str | Dialect) -> EppRegistry:
    """A client that speaks like this."""
    spoken = DIALECTS[dialect] if isinstance(dialect, str) else dialect
    made = EppRegistry(wire.account(), spoken, wire.notes, lambda: wire.now)
    wire.clients.append(made)
    return made


# Name servers as attributes of a name (RFC 5731 §1.1)


@pytest.mark.parametrize(
    "rule",
    # A host that serves no name is not to be had there: that one rule is about such.
    [rule for rule in conformance.REGISTRY_RULES if rule is not conformance.holds_what_was_changed],
    ids=lambda rule: rule.__name__,
)
def test_without_host_objects_it_is_a_registry_all_the_same(rule: conformance.Rule, wire: Wire) -> None:
    on_trial = conformance.RegistryOnTrial(
        registry=client(wire, "attributes"), free=("foo.fr", "bar.com"), taken="taken.fr", code="right", owner=OWNER
    )
    wire.run(rule(on_trial))
    assert not [verb for verb in wire.server.heard if verb.startswith("host:")]


def test_glue_goes_with_the_names_servers(wire: Wire) -> None:
    registry = client(wire, "attributes")
    assert isinstance(wire.run(registry.create(command("foo.fr"))), Done)
    served = ("ns1.foo.fr", "ns2.ordain.example")

    def changed(change: Update) -> Any:
        return wire.run(registry.change("t-2", "foo.fr", change))

    alone = changed(Update(hosts=(Host("ns9.foo.fr", ("192.0.2.9",)),)))
    assert isinstance(alone, Refusal)
    assert alone.reason == "The registry knows a host as a name server alone, and ns9.foo.fr is none"
    glue = Host("ns1.foo.fr", ("192.0.2.1", "2001:db8::1"))
    assert isinstance(changed(Update(name_servers=served, hosts=(glue,))), Done)
    held = wire.run(registry.find("foo.fr"))
    assert (set(held.name_servers), held.hosts) == (set(served), (glue,))
    moved = Host("ns1.foo.fr", ("192.0.2.2",))
    assert isinstance(changed(Update(hosts=(moved,))), Done)
    assert wire.run(registry.find("foo.fr")).hosts == (moved,)
    assert isinstance(changed(Update(name_servers=("ns2.ordain.example", "ns3.ordain.example"))), Done)
    assert wire.run(registry.find("foo.fr")).hosts == ()
    assert not [verb for verb in wire.server.heard if verb.startswith("host:")]


# Keys


def test_a_registry_that_takes_ds_records_alone_is_told_no_keys(wire: Wire) -> None:
    registry, heard = client(wire, "ds"), wire.listen("domain:update")
    assert isinstance(wire.run(registry.create(command("foo.fr"))), Done)
    assert isinstance(wire.run(registry.change("t-2", "foo.fr", Update(keys=(KEY,)))), Done)
    assert "secDNS:dsData" in heard[0]
    assert "keyData" not in heard[0]
    signed = wire.run(registry.find("foo.fr"))
    assert (signed.keys, signed.untold_keys) == ((), 1)
    assert not is_so(Update(keys=()), signed)
    assert isinstance(wire.run(registry.change("t-3", "foo.fr", Update(keys=(KEY,)))), Done)
    assert len(heard) == 1
    assert isinstance(wire.run(registry.change("t-4", "foo.fr", Update(keys=()))), Done)
    assert "secDNS:rem" in heard[1]
    assert is_so(Update(keys=()), wire.run(registry.find("foo.fr")))


def test_where_keys_are_objects_of_another_kind_a_name_is_not_signed(wire: Wire) -> None:
    registry = client(wire, structs.replace(DIALECTS["generic"], keys_of={"cz": "none"}))
    for name in ("foo.cz", "foo.fr"):
        assert isinstance(wire.run(registry.create(command(name, f"t-{name}"))), Done)
    refused = wire.run(registry.change("t-2", "foo.cz", Update(keys=(KEY,))))
    assert isinstance(refused, Refusal)
    assert refused.reason == "This registry takes keys as objects of their own, which cannot be made here"
    assert isinstance(wire.run(registry.change("t-3", "foo.fr", Update(keys=(KEY,)))), Done)


def told(key: str, written: str) -> epp_answers.Reply:
    """An info with this key in it, written so."""
    numbers = {"flags": "257", "protocol": "3", "alg": "13", "pubKey": key}
    data = make("secDNS:keyData", *(make(f"secDNS:{name}", value) for name, value in numbers.items()))
    who = make("domain:roid", "1-X"), make("domain:clID", "ordain")
    name = make("domain:infData", make("domain:name", "foo.fr"), *who)
    said = sandbox_epp_answers.Said(result=name, extensions=(make("secDNS:infData", data),))
    frame = sandbox_epp_answers.said(said, "t-1").replace(key.encode(), written.encode())
    return epp_answers.reply(received(frame))


def test_a_key_that_is_told_by_itself_is_read_as_its_ds_record() -> None:
    """RFC 4034 tells how one follows from the other."""
    [ds] = epp_answers.held(told(KEY.public_key, KEY.public_key)).keys
    assert (ds.tag, ds.algorithm, ds.digest_type, ds.public_key) == (KEY.tag, 13, 2, KEY.public_key)
    with pytest.raises(Unreadable, match="a key that cannot be read"):
        epp_answers.held(told(KEY.public_key, "AAA"))


# Contacts as AFNIC wants them


@pytest.fixture
def afnic(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A registry that announces AFNIC's extension, and chooses the ids of contacts by who they are."""
    spoken = (*EXTENSIONS, "frnic")
    for module in (sandbox_epp_server, sandbox_epp_answers):
        monkeypatch.setattr(module, "EXTENSIONS", spoken)

    async def chosen(place: Place, asked: Spoken) -> Said:
        name = asked.about.findtext("{*}postalInfo/{*}name")
        asked.about.find("{*}id").text = f"{name[:2].upper()}-FRNIC"
        answer = await sandbox_epp_objects.create_contact(place, asked)
        if answer.code == 2302:  # the same person's is the same
            since = make("contact:crDate", "2026-11-23T12:00:00Z")
            there = make("contact:creData", make("contact:id", asked.subject), since)
            return sandbox_epp_answers.Said(result=there)
        return answer

    monkeypatch.setitem(sandbox_epp_server.COMMANDS, "contact:create", chosen)
    return wire


def test_a_registry_may_choose_the_ids_of_contacts(afnic: Wire) -> None:
    """Which order brought the name is told by the auth code then."""
    registry, heard = client(afnic, "afnic"), afnic.listen("contact:create")
    owner = {**OWNER, "legalForm": "individual", "birthDay": "1990-05-17", "birthCountry": "FR"}
    for number, name in enumerate(("foo.fr", "bar.fr")):
        assert isinstance(afnic.run(registry.create(command(name, f"t-{number}", owner=owner))), Done)
        assert afnic.run(afnic.sandbox.find(name)).owner["registrant"] == "LE-FRNIC"
        assert afnic.run(registry.find(name)).transaction == f"t-{number}"
        assert isinstance(afnic.run(registry.create(command(name, "another", owner=owner))), Lost)
    frame = etree.fromstring(heard[0])
    assert frame.findtext(".//{*}firstName") == "Zoé"
    assert frame.findtext(".//{*}postalInfo[@type='loc']/{*}name") == "Lefèvre"
    assert frame.findtext(".//{*}individualInfos/{*}birthDate") == "1990-05-17"


def test_contacts_a_registry_gives_to_several_names_are_never_deleted(afnic: Wire) -> None:
    registry = client(afnic, "afnic")
    assert isinstance(afnic.run(registry.create(command("refused.fr"))), Refusal)
    afnic.wrong("cut-before", "domain:create")
    with pytest.raises(NoAnswer):
        afnic.run(registry.create(command("foo.fr")))
    afnic.well()
    afnic.now = afnic.now.replace(year=afnic.now.year + 1)
    afnic.run(registry.tidy("foo.fr"))
    assert "contact:delete" not in afnic.server.heard


def test_another_owner_is_another_contact_of_the_registrys_choice(afnic: Wire) -> None:
    registry = client(afnic, "afnic")
    assert isinstance(afnic.run(registry.create(command("foo.fr", "t-1"))), Done)
    anna = {**OWNER, "firstName": "Anna", "lastName": "Nowak"}
    assert isinstance(afnic.run(registry.change("t-2", "foo.fr", Update(owner=anna))), Done)
    assert afnic.run(afnic.sandbox.find("foo.fr")).owner["registrant"] == "NO-FRNIC"
    assert "contact:update" not in afnic.server.heard  # another name may have the same contact


@given(
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(("firstName", "lastName", "organisationName", "birthCity", "insee"), st.text(max_size=80)),
            **dict.fromkeys(("birthCountry",), st.sampled_from(("FR", "DE", None))),
            "legalForm": st.sampled_from(("individual", "corporation", "association", "other", "administration")),
            "birthDay": st.dates().map(str),
            "companyNationalIdentificationNumber": st.text("0123456789", max_size=14),
        },
    )
)
def test_whatever_an_owner_says_the_extras_are_a_frame_or_refused(told: dict[str, Any]) -> None:
    owner = {**OWNER, **told}
    made = card(owner, parted=True)
    if isinstance(made, Card):
        asked = epp_object_frames.contact_create("O1", made.written(("loc",)), "2fooBAR", extras("frnic", owner))
        try:
            frame = asked.frame("t-1")
        except Malformed:
            return
        assert violations(received(frame)) == []


def test_every_dialects_extras_are_known() -> None:
    assert {dialect.extras for dialect in DIALECTS.values()} - {None} == EXTRAS.keys()
    assert extras(None, OWNER) is None


# Launches


def test_in_the_sunrise_a_name_takes_its_holders_mark(wire: Wire) -> None:
    registry, mark = wire.client(), marks.xml()
    refused = wire.run(registry.create(command("other.fr", "t-1", phase="sunrise", signed_mark=mark)))
    assert isinstance(refused, Refusal)
    assert "for the holder of a mark that covers it" in refused.reason
    missing = wire.run(registry.create(command("example-one.fr", "t-2", phase="sunrise")))
    assert isinstance(missing, Refusal)
    heard = wire.listen("domain:create")
    done = wire.run(registry.create(command("example-one.fr", "t-3", phase="sunrise", signed_mark=mark)))
    assert isinstance(done, Done)
    assert "<launch:phase>sunrise</launch:phase>" in heard[0]
    assert "smd:encodedSignedMark" in heard[0]
