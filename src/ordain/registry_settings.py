"""The settings of the registry names are delivered at, and what of them does not go together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ordain.adapters.epp_dialects import DIALECTS
from ordain.adapters.registry_files import LOGIN, PASSWORD, Accounts, load
from ordain.payment_settings import is_local
from ordain.setting_texts import Setting, certificate, choice, count, lease, listen, port

if TYPE_CHECKING:
    from collections.abc import Mapping

SANDBOX_PASSWORD = "sandbox-1234"  # noqa: S105 - it opens nothing but a sandbox of this machine


def currency(text: str) -> str:
    """A currency's code."""
    if not (text.isascii() and text.isalpha() and text.isupper() and len(text) == 3):
        message = "is a currency's three letters, such as EUR"
        raise ValueError(message)
    return text


def accounts(text: str) -> Accounts | None:
    """The accounts at several registries, or nothing."""
    return load(Path(text)) if text else None


TABLE = (
    Setting("registry", "sandbox", "Where names are delivered: `sandbox`, in this process, or `epp`, at a registry.",
            choice("sandbox", "epp")),
    Setting("registries", "", "TOML file with an account for each registry, in the place of the one of `epp_…`"
            " ([epp.md](epp.md)).", accounts),
    Setting("epp_host", "", "The registry's EPP server; by default `ordain sandbox-registry` on this machine.", str),
    Setting("epp_port", "700", "Its port.", port),
    Setting("epp_login", "ordain", "The registrar's login there (clID).", str),
    Setting("epp_password", "", "The password that goes with it; by default, at the sandbox only, one it knows.", str),
    Setting("epp_authority", "", "PEM file of the authority that vouches for the server; by default the machine's.",
            certificate),
    Setting("epp_certificate", "", "PEM file of the registrar's own certificate, if the server asks for one.", str),
    Setting("epp_key", "", "PEM file of that certificate's key.", str),
    Setting("epp_sessions", "2", "Sessions each process has with the server, at most.", count),
    Setting("epp_timeout", "30", "Seconds the server may take to answer.", lease),
    Setting("epp_currency", "EUR", "The currency the registry's fees are in.", currency),
    Setting("epp_dialect", "generic", "What the registry wants beside the RFCs: a name of those in [epp.md](epp.md).",
            choice(*DIALECTS)),
    Setting("sandbox_listen", "127.0.0.1:7000", "Address and port of `ordain sandbox-registry`.", listen),
)  # fmt: skip


class RegistrySettings(Struct, frozen=True, kw_only=True):
    """These settings as read: see `TABLE` for each one's meaning."""

    registry: str
    registries: Accounts | None
    epp_host: str
    epp_port: int
    epp_login: str
    epp_password: str
    epp_authority: Path | None
    epp_certificate: str
    epp_key: str
    epp_sessions: int
    epp_timeout: float
    epp_currency: str
    epp_dialect: str
    sandbox_listen: tuple[str, int]

    @property
    def rehearsal(self) -> bool:
        """Nothing real is registered: names go to the sandbox, in this process or over EPP."""
        return is_rehearsal({name: getattr(self, name) for name in ("registry", "registries", "epp_host")})


def is_rehearsal(values: Mapping[str, Any]) -> bool:
    """Nothing real is registered: names go to the sandbox, in this process or over EPP."""
    if values["registry"] == "sandbox":
        return True
    return values["registries"].rehearsal if values["registries"] else not values["epp_host"]


def registry_problems(values: dict[str, Any]) -> list[str]:
    """What of the registry's settings does not go together."""
    problems = _several(values) if values["registries"] else []
    if bool(values["epp_certificate"]) != bool(values["epp_key"]):
        problems.append("ORDAIN_EPP_CERTIFICATE and ORDAIN_EPP_KEY are given together, or neither")
    if values["registry"] == "epp" and values["epp_host"] and not values["epp_password"]:
        problems.append("ORDAIN_EPP_PASSWORD must be given with ORDAIN_EPP_HOST")
    if values["epp_password"] and len(values["epp_password"]) not in PASSWORD:
        problems.append("ORDAIN_EPP_PASSWORD is 6 to 16 letters long (RFC 5730)")
    if len(values["epp_login"]) not in LOGIN:
        problems.append("ORDAIN_EPP_LOGIN is 3 to 16 letters long (RFC 5730)")
    if values["registry"] == "sandbox" and values["epp_host"]:
        problems.append("ORDAIN_EPP_HOST is given and ORDAIN_REGISTRY is sandbox: names would not be registered there")
    made_up = [host for host in values["name_servers"] if host.endswith(".ordain.example")]
    if made_up and not is_rehearsal(values):
        host = "ORDAIN_REGISTRIES" if values["registries"] else "ORDAIN_EPP_HOST"
        problems.append(f"ORDAIN_NAME_SERVERS must be given with {host}: {made_up[0]} is made up")
    if not is_local(values["sandbox_listen"][0]):
        problems.append("ORDAIN_SANDBOX_LISTEN: the sandbox registry is for this machine only, such as 127.0.0.1:7000")
    if not problems and not values["epp_host"]:
        values["epp_password"] = values["epp_password"] or SANDBOX_PASSWORD
    return problems


def _several(values: Mapping[str, Any]) -> list[str]:
    """What does not go together with accounts at several registries."""
    problems = []
    if values["registry"] == "sandbox":
        problems.append("ORDAIN_REGISTRIES is given and ORDAIN_REGISTRY is sandbox: no name would be registered there")
    if values["epp_host"]:
        problems.append("ORDAIN_REGISTRIES and ORDAIN_EPP_HOST are not given together: the file has all accounts")
    strangers = [each.host for each in values["registries"].account.values() if not is_local(each.host)]
    if values["registries"].rehearsal and strangers:
        problems.append(f"ORDAIN_REGISTRIES is a rehearsal, and {strangers[0]} is not on this machine")
    return problems
