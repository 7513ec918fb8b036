"""What a registrar says in EPP, as values: each function makes one command; a session numbers and sends it.

RFC 5730 (sessions, poll), 5731 (domains), 5732 (hosts), 5733 (contacts), 5910 (secDNS), 3915 (rgp), 8334 (launch) and
8748 (fee).
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, structs

from ordain.adapters.epp_xml import NAMESPACES, instant, make, sent
from ordain.core.money import decimal_text
from ordain.core.registry import Host

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.adapters.epp_answers import Greeting
    from ordain.adapters.epp_xml import Element
    from ordain.core.money import Money
    from ordain.core.registry import AcceptedNotice


class Asked(Struct, frozen=True):
    """A command: its verb with the object, and its extensions."""

    verb: Any
    extensions: tuple[Any, ...] = ()

    def frame(self, transaction: str) -> bytes:
        """Its bytes under a client transaction id. Raises epp_xml.Malformed."""
        extension = make("extension", *self.extensions) if self.extensions else None
        return sent(make("epp", make("command", self.verb, extension, make("clTRID", transaction))))


def hello() -> bytes:
    """A frame that only asks for a greeting (RFC 5730 §2.3)."""
    return sent(make("epp", make("hello")))


def login(name: str, password: str, greeting: Greeting) -> Asked:
    """Log in, with those of the announced services that are spoken here."""
    spoken = set(NAMESPACES.values())
    objects = [make("objURI", uri) for uri in greeting.objects if uri in spoken]
    extensions = [make("extURI", uri) for uri in greeting.extensions if uri in spoken]
    language = "en" if "en" in greeting.languages or not greeting.languages else greeting.languages[0]
    options = make("options", make("version", "1.0"), make("lang", language))
    services = make("svcs", *objects, make("svcExtension", *extensions) if extensions else None)
    return Asked(make("login", make("clID", name), make("pw", password), options, services))


def logout() -> Asked:
    """End the session."""
    return Asked(make("logout"))


def poll() -> Asked:
    """Ask for the first message of the queue (RFC 5730 §2.9.2.3)."""
    return Asked(make("poll", op="req"))


def acknowledge(message: str) -> Asked:
    """Have a message taken off the queue."""
    return Asked(make("poll", op="ack", msgID=message))


# Domains


def check(names: Sequence[str], currency: str | None = None) -> Asked:
    """Whether names can be had, and with a currency what they cost for a year (RFC 8748 §3.1)."""
    asked = make("domain:check", *(make("domain:name", name) for name in names))
    if currency is None:
        return Asked(make("check", asked))
    commands = [make("fee:command", _period(1, "fee") if verb != "restore" else None, {"name": verb}) for verb in FEES]
    return Asked(make("check", asked), (make("fee:check", make("fee:currency", currency), *commands),))


FEES = ("create", "renew", "transfer", "restore")
"""Commands whose fees are asked for."""


def check_claims(names: Sequence[str]) -> Asked:
    """Whether trademarks claim names (RFC 8334 §3.1.1)."""
    asked = make("domain:check", *(make("domain:name", name) for name in names))
    return Asked(make("check", asked), (make("launch:check", make("launch:phase", "claims"), type="claims"),))


def info(name: str, auth_info: str | None = None) -> Asked:
    """Tell all there is of a name; of somebody else's, what whoever has its code may know (RFC 5731 §3.1.2)."""
    code = password("domain", auth_info) if auth_info else None
    return Asked(make("info", make("domain:info", make("domain:name", name, hosts="all"), code)))


class NewName(Struct, frozen=True, kw_only=True):
    """A name to register. The contacts are the registry's own ids; hosts exist there."""

    name: str
    years: int
    name_servers: tuple[str | Host, ...]
    """Known to the registry by name; as a Host with its addresses where it takes them as attributes of the name."""
    registrant: str
    roles: tuple[str, ...]
    """The further parts the same contact plays: admin, tech, billing."""
    auth_info: str


def create(new: NewName, *extensions: Element | None) -> Asked:
    """Register a name (RFC 5731 §3.2.1)."""
    servers = [server(host) for host in new.name_servers]
    asked = make(
        "domain:create",
        make("domain:name", new.name),
        _period(new.years, "domain"),
        make("domain:ns", *servers) if servers else None,
        make("domain:registrant", new.registrant),
        *(make("domain:contact", new.registrant, type=role) for role in new.roles),
        password("domain", new.auth_info),
    )
    return Asked(make("create", asked), _present(extensions))


def renew(name: str, years: int, expires: datetime, *extensions: Element | None) -> Asked:
    """Renew a name that expires on this day (RFC 5731 §3.2.3): the same command twice renews once."""
    day = make("domain:curExpDate", f"{expires:%Y-%m-%d}")
    asked = make("domain:renew", make("domain:name", name), day, _period(years, "domain"))
    return Asked(make("renew", asked), _present(extensions))


def delete(name: str) -> Asked:
    """Give a name up."""
    return Asked(make("delete", make("domain:delete", make("domain:name", name))))


def transfer(name: str, years: int, auth_info: str | None, *extensions: Element | None) -> Asked:
    """Ask for a name that another registrar sponsors (RFC 5731 §3.2.4)."""
    asked = make(
        "domain:transfer",
        make("domain:name", name),
        _period(years, "domain"),
        password("domain", auth_info) if auth_info else None,
    )
    return Asked(make("transfer", asked, op="request"), _present(extensions))


def transfer_answer(name: str, answer: Literal["approve", "reject"]) -> Asked:
    """Answer another registrar's request for a name of ours."""
    return Asked(make("transfer", make("domain:transfer", make("domain:name", name)), op=answer))


def transfer_query(name: str) -> Asked:
    """How the last transfer of a name stands."""
    return Asked(make("transfer", make("domain:transfer", make("domain:name", name)), op="query"))


class Edit(Struct, frozen=True, kw_only=True):
    """What an update of a name adds, takes away and sets."""

    add_servers: tuple[str | Host, ...] = ()
    remove_servers: tuple[str | Host, ...] = ()
    add_status: tuple[str, ...] = ()
    remove_status: tuple[str, ...] = ()
    registrant: str | None = None
    auth_info: str | None = None


def update(name: str, edit: Edit, *extensions: Element | None) -> Asked:
    """Change a name (RFC 5731 §3.2.5)."""
    changed = (edit.registrant, edit.auth_info) != (None, None)
    added = _lists("domain:add", edit.add_servers, edit.add_status)
    removed = _lists("domain:rem", edit.remove_servers, edit.remove_status)
    # The schema wants one of the three, and extensions alone are such a change (RFC 3915 §4.2.5).
    bare = added is None and removed is None
    new = [
        make("domain:registrant", edit.registrant) if edit.registrant else None,
        password("domain", edit.auth_info) if edit.auth_info else None,
    ]
    chg = make("domain:chg", *new) if changed or bare else None
    return Asked(
        make("update", make("domain:update", make("domain:name", name), added, removed, chg)), _present(extensions)
    )


def server(host: str | Host) -> Element:
    """A name server of a name: a host that is known there, or one told in full (RFC 5731 §1.1)."""
    if isinstance(host, str):
        return make("domain:hostObj", host)
    addresses = [make("domain:hostAddr", ip, ip="v6" if ":" in ip else "v4") for ip in host.ips]
    return make("domain:hostAttr", make("domain:hostName", host.name), *addresses)


def _lists(name: str, servers: Sequence[str | Host], statuses: Sequence[str]) -> Element | None:
    hosts = make("domain:ns", *map(server, servers)) if servers else None
    states = [make("domain:status", s=status) for status in statuses]
    return make(name, hosts, *states) if servers or statuses else None


def restore(name: str, *extensions: Element | None) -> Asked:
    """Ask for a deleted name back (RFC 3915 §4.2.5)."""
    return update(name, Edit(), make("rgp:update", make("rgp:restore", op="request")), *extensions)


class Report(Struct, frozen=True):
    """What a registry wants to be told of a restored name (RFC 3915 §4.2.5), on the registrar's word."""

    before: str
    after: str
    deleted: datetime
    restored: datetime


_NOT_FOR_ITSELF = (
    "This registrar has not restored the Registered Name in order to assume the rights to use or sell the Registered"
    " Name for itself or for any third party."
)
_TRUE = (
    "The information in this report is true to best of this registrar's knowledge, and this registrar acknowledges that"
    " intentionally supplying false information in this report shall constitute an incurable material breach of the"
    " Registry-Registrar Agreement."
)
STATEMENTS = (_NOT_FOR_ITSELF, _TRUE)
"""The two that every report has to make, in ICANN's words."""


def restore_report(name: str, report: Report) -> Asked:
    """Tell why it came back."""
    told = make(
        "rgp:report",
        make("rgp:preData", report.before),
        make("rgp:postData", report.after),
        make("rgp:delTime", instant(report.deleted)),
        make("rgp:resTime", instant(report.restored)),
        make("rgp:resReason", "Registrant error."),
        *(make("rgp:statement", statement) for statement in STATEMENTS),
    )
    return update(name, Edit(), make("rgp:update", make("rgp:restore", told, op="report")))


# Extensions of commands about domains


class Ds(Struct, frozen=True):
    """A DS record (RFC 4034 §5, RFC 5910 §4.1) of a key."""

    tag: int
    algorithm: int
    digest_type: int
    digest: str
    """Upper-case hexadecimal."""
    flags: int | None = None
    public_key: str | None = None
    """The key itself, base64, where it is told."""


def secure(add: Sequence[Ds], remove: Sequence[Ds], form: str = "both") -> Element | None:
    """The DS records or keys an update adds and takes away (RFC 5910 §5.2.5); None for neither.

    `form`: DS records with their keys ("both"), without ("ds"), or the keys alone ("key").
    """
    if not (add or remove):
        return None
    written = {"both": ds_record, "ds": _without_key, "key": _key}[form]
    gone = make("secDNS:rem", *map(written, remove)) if remove else None
    return make("secDNS:update", gone, make("secDNS:add", *map(written, add)) if add else None)


def _key(ds: Ds) -> Element | None:
    if not ds.public_key:
        return None
    return make(
        "secDNS:keyData",
        make("secDNS:flags", str(ds.flags)),
        make("secDNS:protocol", "3"),
        make("secDNS:alg", str(ds.algorithm)),
        make("secDNS:pubKey", ds.public_key),
    )


def _without_key(ds: Ds) -> Element:
    return ds_record(structs.replace(ds, public_key=None))


def ds_record(ds: Ds) -> Element:
    """One DS record, with its key if that is known."""
    return make(
        "secDNS:dsData",
        make("secDNS:keyTag", str(ds.tag)),
        make("secDNS:alg", str(ds.algorithm)),
        make("secDNS:digestType", str(ds.digest_type)),
        make("secDNS:digest", ds.digest),
        _key(ds),
    )


def most(verb: str, fee: Money) -> Element:
    """The most a command may cost: a registry refuses rather than charge more (RFC 8748 §3.2)."""
    return make(f"fee:{verb}", make("fee:currency", fee.currency), make("fee:fee", decimal_text(fee)))


def launch(phase: str, notice: AcceptedNotice | None = None, mark: str | None = None) -> Element:
    """What a create in a launch carries: the accepted notice or the signed mark, given as XML (RFC 8334 §3.3)."""
    smd = b64encode(mark.encode()).decode() if mark else None
    accepted = None
    if notice:
        accepted = make(
            "launch:notice",
            make("launch:noticeID", notice.id),
            make("launch:notAfter", instant(notice.not_after)),
            make("launch:acceptedDate", instant(notice.accepted)),
        )
    return make(
        "launch:create",
        make("launch:phase", phase),
        make("smd:encodedSignedMark", smd) if smd else None,
        accepted,
        type="registration",
    )


def token(code: str) -> Element:
    """The code that lets somebody have a protected name (RFC 8495)."""
    return make("allocationToken:allocationToken", code)


def _period(years: int, prefix: str) -> Element:
    return make(f"{prefix}:period", str(years), unit="y")


def password(prefix: str, auth_info: str) -> Element:
    """The auth code of a name or a contact."""
    return make(f"{prefix}:authInfo", make(f"{prefix}:pw", auth_info))


def _present(extensions: Sequence[Element | None]) -> tuple[Element, ...]:
    return tuple(extension for extension in extensions if extension is not None)
