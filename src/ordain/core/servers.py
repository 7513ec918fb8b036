"""A name's servers and its glue: what they may become, decided from the domain as it is (RFC 1034 §4.1, RFC 5732)."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.configuration import MOST_NAME_SERVERS, is_host
from ordain.core.refusal import Refusal, refusal
from ordain.core.registry import Host, Update

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ordain.core.delivery import Domain

FEWEST_NAME_SERVERS = 2
MOST_ADDRESSES = 13


class Server(Struct, frozen=True):
    """A name server as somebody wishes for it. Several of one name are one with several addresses."""

    host: str
    ips: tuple[str, ...] = ()


def number(host: str) -> int:
    """A name server's id: it follows from its name, and stays while others come and go."""
    return int.from_bytes(hashlib.sha256(host.encode()).digest()[:6])


def plain(host: str) -> str:
    """A host's name in the one form it is compared in."""
    return host.strip().lower().removesuffix(".")


def below(host: str, name: str) -> bool:
    """Whether a host lies in the name itself: then the registry has to know its addresses."""
    return host == name or host.endswith(f".{name}")


def addresses(domain: Domain, host: str) -> tuple[str, ...]:
    """The addresses known of a host: its glue, or those the customer noted."""
    return next((known.ips for known in (*domain.hosts, *domain.addresses) if known.name == host), ())


def replaced(domain: Domain, wanted: Sequence[Server], field: str) -> Update | list[Refusal]:
    """These servers, and no others. A server below the name needs an address, or has one already."""
    hosts = _merged(wanted)
    if not FEWEST_NAME_SERVERS <= len(hosts) <= MOST_NAME_SERVERS:
        message = "A name has %(fewest)s to %(most)s different name servers: got %(got)s"
        return [
            refusal(
                "invalid",
                message,
                field,
                fewest=FEWEST_NAME_SERVERS,
                most=MOST_NAME_SERVERS,
                got=len(hosts),
            )
        ]
    known = {host.name for host in domain.hosts}
    refusals = [refusal for host in hosts.values() for refusal in _server_refusals(host, domain.name, known, field)]
    if refusals:
        return refusals
    glue = [host for host in hosts.values() if below(host.name, domain.name) and host.ips]
    return Update(
        name_servers=tuple(hosts),
        hosts=tuple(host for host in glue if not set(host.ips) <= set(addresses(domain, host.name))) or None,
        addresses=tuple(host for host in hosts.values() if host.ips and not below(host.name, domain.name)),
    )


def _merged(wanted: Sequence[Server]) -> dict[str, Host]:
    hosts: dict[str, Host] = {}
    for server in wanted:
        name = plain(server.host)
        before = hosts[name].ips if name in hosts else ()
        hosts[name] = Host(name, (*before, *(_plain_ip(ip) for ip in server.ips if _plain_ip(ip) not in before)))
    return hosts


def _server_refusals(host: Host, name: str, known: Iterable[str], field: str) -> list[Refusal]:
    if not is_host(host.name):
        message = "A name server is a host's name, such as ns1.example.net: got %(name)r"
        return [refusal("invalid", message, field, name=host.name[:100])]
    if below(host.name, name) and not host.ips and host.name not in known:
        message = "%(name)s is below %(name2)s: it needs an address"
        return [refusal("invalid", message, field, name=host.name, name2=name)]
    return _ip_refusals(host, field)


def added(domain: Domain, wanted: Sequence[Server], field: str) -> Update | list[Refusal]:
    """These servers beside those there are."""
    return replaced(domain, [*_present(domain), *wanted], field)


def removed(domain: Domain, server_id: int) -> Update | list[Refusal]:
    """All servers but this one. Refused: one there is not, and one that cannot be spared."""
    rest = [server for server in _present(domain) if number(server.host) != server_id]
    if len(rest) == len(domain.name_servers):
        return [Refusal("not-found", f"Name server {server_id} does not exist", "id")]
    if len(rest) < FEWEST_NAME_SERVERS:
        message = f"{domain.name} has {len(domain.name_servers)} name servers and needs {FEWEST_NAME_SERVERS}"
        return [Refusal("conflict", message, "id")]
    return replaced(domain, rest, "id")


def _present(domain: Domain) -> list[Server]:
    return [Server(host, addresses(domain, host)) for host in domain.name_servers]


def glue_created(domain: Domain, host: str, ips: Sequence[str]) -> Update | list[Refusal]:
    """A new host below the name."""
    name = plain(host)
    if not (is_host(name) and below(name, domain.name)):
        message = f"A glue record is of a host below {domain.name}: got {name[:100]!r}"
        return [Refusal("invalid", message, "host")]
    if any(known.name == name for known in domain.hosts):
        return [Refusal("conflict", f"The glue record {name} exists already", "host")]
    return _glue(name, ips)


def glue_changed(domain: Domain, host: str, ips: Sequence[str]) -> Update | list[Refusal]:
    """Other addresses for a host there is."""
    name = plain(host)
    return _glue(name, ips) if _has(domain, name) else [no_glue(name)]


def glue_removed(domain: Domain, host: str) -> Update | list[Refusal]:
    """The host goes, unless it serves the name itself."""
    name = plain(host)
    if not _has(domain, name):
        return [no_glue(name)]
    if name in domain.name_servers:
        return [Refusal("conflict", f"{name} is a name server of {domain.name}: replace it first", "host")]
    return Update(hosts=(Host(name, ()),))


def no_glue(host: str) -> Refusal:
    """There is no such glue record."""
    return Refusal("not-found", f"The glue record {host[:100]} does not exist", "host")


def _has(domain: Domain, host: str) -> bool:
    return any(known.name == host for known in domain.hosts)


def _glue(name: str, ips: Sequence[str]) -> Update | list[Refusal]:
    host = Host(name, tuple(dict.fromkeys(_plain_ip(ip) for ip in ips)))
    if not 1 <= len(host.ips) <= MOST_ADDRESSES:
        message = f"A glue record has 1 to {MOST_ADDRESSES} different addresses: got {len(host.ips)}"
        return [Refusal("invalid", message, "ips")]
    return _ip_refusals(host, "ips") or Update(hosts=(host,))


def _plain_ip(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return text.strip()


def _ip_refusals(host: Host, field: str) -> list[Refusal]:
    return [
        refusal(
            "invalid",
            "%(name)s cannot be reached at %(ip)r: an IPv4 or IPv6 address is needed",
            field,
            name=host.name,
            ip=ip[:50],
        )
        for ip in host.ips
        if not _is_reachable(ip)
    ]


def _is_reachable(text: str) -> bool:
    try:
        ip = ip_address(text)
    except ValueError:
        return False
    scoped = "%" in text
    return not (scoped or ip.is_unspecified or ip.is_loopback or ip.is_multicast or ip.is_link_local)
