"""The settings of the name server that zones are published at, and what of them does not go together."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import shlex
import shutil
from typing import TYPE_CHECKING, Any

from ordain.registry_settings import RegistrySettings, is_rehearsal
from ordain.setting_texts import Setting, choice, hosts, https, lease, listen

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512")


def place(text: str) -> tuple[str, int] | None:
    """IP:PORT, or nothing. A name is not enough: it would have to be asked for in the DNS."""
    message = "is an IP address and a port, such as 192.0.2.53:53 or [2001:db8::53]:53"
    try:
        host, port = listen(text) if text else ("", 0)
        return (str(ipaddress.ip_address(host)), port) if text else None
    except ValueError:
        raise ValueError(message) from None


def hosts_or_not(text: str) -> tuple[str, ...]:
    """Name servers, or none."""
    return hosts(text) if text else ()


def zone(text: str) -> str:
    """A zone's name, or nothing."""
    name = text.strip().rstrip(".").lower()
    if text and not all(0 < len(label) < 64 and label.isascii() for label in name.split(".")):
        message = "is a zone's name, such as catalog.ordain.example"
        raise ValueError(message)
    return name


def command(text: str) -> tuple[str, ...]:
    """A program and its first words, or nothing."""
    try:
        words = tuple(shlex.split(text))
    except ValueError:
        words = ("",)
    if words and not shutil.which(words[0]):
        message = "is a program that can be run, and what it is called with"
        raise ValueError(message)
    return words


TABLE = (
    Setting("name_server", "own", "Where zones are published: `own`, kept here; `powerdns`, over its API; `rfc2136`, by"
            " updates, at Knot or BIND ([operating.md](operating.md)).", choice("own", "powerdns", "rfc2136")),
    Setting("dns_address", "", "IP address and port where it answers: zones are looked at there after each change, and"
            " updates go there.", place),
    Setting("dns_signs", "yes", "Whether it signs zones (DNSSEC) that are to be signed: `yes` or `no`.",
            choice("yes", "no")),
    Setting("dns_timeout", "5", "Seconds it may take for an answer; a zone's publication may take four times that.",
            lease),
    Setting("anycast_name_servers", "", "Name servers of an anycast network that answers for the zones hosted here, for"
            " zones with the option DNS Anycast; by default it is not offered.", hosts_or_not),
    Setting("powerdns_url", "", "Where PowerDNS' API is, before `/api/v1`.", https),
    Setting("powerdns_key", "", "Its API key.", str),
    Setting("powerdns_account", "ordain", "What zones of Ordain's carry as their account there; others are never"
            " touched.", str),
    Setting("powerdns_kind", "native", "What zones are made as: `native`, or `master` where secondaries transfer them.",
            choice("native", "master")),
    Setting("tsig_name", "", "The name of the key that updates and transfers are signed with.", zone),
    Setting("tsig_algorithm", "hmac-sha256", "Its algorithm.", choice(*ALGORITHMS)),
    Setting("tsig_secret", "", "Its secret, in base64.", str),
    Setting("dns_catalog", "", "The catalog zone whose members the server makes zones of (Knot).", zone),
    Setting("dns_zone_command", "", "Where there is none (BIND): the program that adds zones, called with `add`,"
            " `sign`, `unsign` or `remove` and the zone's name.", command),
)  # fmt: skip


class NameServerSettings(RegistrySettings, frozen=True, kw_only=True):
    """These settings as read, with the registry's: see `TABLE` for each one's meaning."""

    name_server: str
    dns_address: tuple[str, int] | None
    dns_signs: str
    dns_timeout: float
    anycast_name_servers: tuple[str, ...]
    powerdns_url: str
    powerdns_key: str
    powerdns_account: str
    powerdns_kind: str
    tsig_name: str
    tsig_algorithm: str
    tsig_secret: str
    dns_catalog: str
    dns_zone_command: tuple[str, ...]


_NEEDED = {"powerdns": ("powerdns_url", "powerdns_key", "powerdns_account"),
           "rfc2136": ("dns_address", "tsig_name", "tsig_secret")}  # fmt: skip
_OF = {
    "powerdns": ("powerdns_url", "powerdns_key"),
    "rfc2136": ("tsig_name", "tsig_secret", "dns_catalog", "dns_zone_command"),
}


def _is_printable(key: str) -> bool:
    """Whether a key can stand in a header: from the space to ~."""
    return all(" " <= letter <= "~" for letter in key)


def _strong(secret: str) -> bool:
    """Whether it is 16 octets or more, in base64."""
    try:
        return len(base64.b64decode(secret, validate=True)) >= 16
    except (binascii.Error, ValueError):
        return False


def name_server_problems(values: Mapping[str, Any]) -> list[str]:
    """What of the name server's settings does not go together."""
    chosen = values["name_server"]
    problems = [
        f"ORDAIN_{name.upper()} must be given where ORDAIN_NAME_SERVER is {chosen}"
        for name in _NEEDED.get(chosen, ())
        if not values[name]
    ]
    problems += [
        f"ORDAIN_{name.upper()} is given and ORDAIN_NAME_SERVER is {chosen}: it would not be used"
        for other, names in _OF.items()
        for name in names
        if other != chosen and values[name]
    ]
    made_up = [host for host in values["anycast_name_servers"] if host.endswith(".ordain.example")]
    if made_up and not is_rehearsal(values):
        problems.append(f"ORDAIN_ANYCAST_NAME_SERVERS: {made_up[0]} is made up, and names are real")
    if set(values["anycast_name_servers"]) == set(values["name_servers"]):
        problems.append("ORDAIN_ANYCAST_NAME_SERVERS are those of ORDAIN_NAME_SERVERS: they would be sold for nothing")
    if not _is_printable(values["powerdns_key"]):
        problems.append("ORDAIN_POWERDNS_KEY has letters other than those of ASCII that can be seen, or an end of line")
    if values["tsig_secret"] and not _strong(values["tsig_secret"]):
        # Not where it is read, for what is refused there is shown.
        problems.append("ORDAIN_TSIG_SECRET is 16 octets or more in base64, such as `tsig-keygen` makes")
    if chosen == "rfc2136" and bool(values["dns_catalog"]) is bool(values["dns_zone_command"]):
        problems.append(
            "ORDAIN_DNS_CATALOG or ORDAIN_DNS_ZONE_COMMAND must be given, one of them: updates alone make no zone"
        )
    return problems
