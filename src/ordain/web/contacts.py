"""/contacts: the people and bodies that names can belong to, made and changed, and which names are theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ordain.core import account, contact_members, phone
from ordain.core.account import acting
from ordain.core.refusal import Refused
from ordain.flows import contacts, domains, sign_up
from ordain.web import paging
from ordain.web import refused as told
from ordain.web.page import Page
from ordain.web.sign_up import FIELDS, LEGAL_FORMS, LOCALES, OF_BODIES, OF_PERSONS, Asked, countries, strange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.core.account import Contact
    from ordain.core.account_rules import Field
    from ordain.web.page import Visit

PATH = "/contacts/{id:number}"
MOST_NAMES = 100
"""Of a contact, shown."""
LONGEST = 500
MORE = {
    "line2": Asked("Address, second line", "address-line2"),
    "birthCity": Asked("City of birth", "off"),
    "birthZip": Asked("Post code of the place of birth", "off"),
    "birthCountry": Asked("Country of birth", "off"),
}
SENTENCES = tuple(asked.label for asked in MORE.values())


def asked_of(name: str) -> Asked:
    """How a contact's member is asked for."""
    return MORE.get(name) or FIELDS[contact_members.AS_ACCOUNT[name]]


def named(contact: Contact) -> str:
    """Whom a contact stands for, in a line."""
    person = f"{contact.firstName} {contact.lastName}".strip()
    return ", ".join(part for part in (contact.organisationName, person) if part) or contact.email


async def _list(visit: Visit) -> Response:
    found = await contacts.every(visit.engine, acting(visit.session.account, visit.now))
    typed = paging.search(visit)
    wanted = [one for one in found if typed in f"{named(one)} {one.email} {one.address.city}".lower()]
    return visit.show(
        "contacts.html",
        cut=paging.cut(visit, wanted, {"q": typed}),
        held=len(found),
        typed=typed,
        named=named,
        legal_forms=LEGAL_FORMS,
        countries=dict(countries(visit.language.code)),
    )


# One of them


async def _rules(visit: Visit, given: Mapping[str, str]) -> dict[str, Field]:
    kind = {"country": given.get("country", ""), "legalform": given.get("legalForm", "")}
    found = sign_up.rules(visit.engine, {**kind, "ovhSubsidiary": visit.session.account.ovhSubsidiary})
    return contact_members.rules(found)


def _shown_fields(rules: Mapping[str, Field], given: Mapping[str, str]) -> list[str]:
    """The members that the form asks for, in their order: of a person or a body, and what is there already."""
    person = given.get("legalForm") == "individual"
    apart = OF_BODIES if person else OF_PERSONS
    fields = []
    for name, theirs in contact_members.AS_ACCOUNT.items():
        if name in ("legalForm", "country"):
            continue
        asked = FIELDS[theirs]
        usual = theirs not in apart and (asked.always or theirs in OF_BODIES or rules[name].one_of)
        if rules[name].mandatory or given.get(name) or usual:
            fields += [name, *(["line2"] if name == "line1" else [])]
            fields += ["birthCity", "birthZip", "birthCountry"] if name == "birthDay" else []
    return fields


async def _new(visit: Visit) -> Response:
    holder = visit.session.account
    start = {"country": holder.country, "legalForm": "individual", **_chosen(visit.query)}
    return await _form(visit, start, {}, None)


def _chosen(query: Mapping[str, str]) -> dict[str, str]:
    """The country and legal form that were chosen first: they decide what is asked."""
    known = {"country": dict(countries("en")), "legalForm": LEGAL_FORMS}
    return {name: query[name] for name, allowed in known.items() if query.get(name) in allowed}


async def _one(visit: Visit) -> Response:
    caller = acting(visit.session.account, visit.now)
    contact = await contacts.read(visit.engine, caller, visit.path["id"])
    return await _form(visit, {**contact_members.as_typed(contact), **_chosen(visit.query)}, {}, contact)


async def _form(
    visit: Visit, given: Mapping[str, str], problems: Mapping[str, str], contact: Contact | None, status: int = 200
) -> Response:
    caller = acting(visit.session.account, visit.now)
    rules = await _rules(visit, given)
    names = await domains.names(visit.engine, caller, str(contact.id)) if contact else []
    return visit.show(
        "contact.html",
        status=status,
        contact=contact,
        named=named(contact) if contact else "",
        names=names,
        most=MOST_NAMES,
        given=given,
        rules=rules,
        fields=_shown_fields(rules, given),
        asked=asked_of,
        countries=countries(visit.language.code),
        legal_forms=[(code, visit.language.say(label)) for code, label in LEGAL_FORMS.items()],
        choices=lambda rule: [("", ""), *((value, value) for value in rule.one_of)],
        problems=problems,
        saved="saved" in visit.query,
    )


def _sent(visit: Visit) -> dict[str, str]:
    names = (*contact_members.AS_ACCOUNT, *contact_members.APART)
    sent = {name: visit.form[name].strip()[:LONGEST] for name in names if name in visit.form}
    if "phone" in sent:
        sent["phone"] = phone.as_far_as_it_is_one(sent["phone"], sent.get("country", ""))
    return sent


async def _problems(visit: Visit, given: Mapping[str, str]) -> dict[str, str]:
    found = contact_members.faults(await _rules(visit, given), given, visit.now)
    return {one.field: visit.language.say(one.sentence, **one.values) for one in found}


async def _create(visit: Visit) -> Response:
    given = _sent(visit)
    problems = {**await _problems(visit, given), **strange(visit, given)}
    if problems:
        return await _form(visit, given, problems, None, 400)
    parts = contact_members.changes({}, given)
    usual: dict[str, Any] = {"firstName": "", "lastName": "", "email": ""}
    address = {"city": "", "country": "", "line1": "", **parts.pop("address", {})}
    language = LOCALES.get(visit.language.code, visit.session.account.language)
    new = msgspec.convert({**usual, "language": language, **parts, "address": address}, account.Contact)
    made = await contacts.create(visit.engine, acting(visit.session.account, visit.now), new)
    return visit.go(f"/contacts/{made.id}?saved")


async def _change(visit: Visit) -> Response:
    """Registries are told where it owns names; what would make another owner of it is refused there."""
    caller = acting(visit.session.account, visit.now)
    contact = await contacts.read(visit.engine, caller, visit.path["id"])
    before, sent = contact_members.as_typed(contact), _sent(visit)
    given = {**before, **sent}
    known = await _problems(visit, before)
    found = await _problems(visit, given)
    problems = {name: said for name, said in found.items() if name not in known or given[name] != before.get(name)}
    problems |= strange(visit, {name: text for name, text in sent.items() if text != before.get(name)})
    if problems:
        return await _form(visit, given, problems, contact, 400)
    try:
        await contacts.update(visit.engine, caller, contact.id, contact_members.changes(before, sent))
    except Refused as refused:
        fields = {f"OWNER_CONTACT.{name}": name for name in given} | {name: name for name in given}
        return await _form(visit, given, told.problems(visit, refused, fields, ""), contact, told.status(refused))
    return visit.go(f"/contacts/{contact.id}?saved")


PAGES = (
    Page(method="GET", path="/contacts", do=_list, signed_in=True),
    Page(method="GET", path="/contacts/new", do=_new, signed_in=True),
    Page(method="POST", path="/contacts/new", do=_create, signed_in=True),
    Page(method="GET", path=PATH, do=_one, signed_in=True),
    Page(method="POST", path=PATH, do=_change, signed_in=True),
)
