"""The registrar's accounts at several registries, from a TOML file: `docs/epp.md` has an example."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from ordain.adapters.epp_dialects import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOGIN, PASSWORD = range(3, 17), range(6, 17)
"""How long RFC 5730 lets them be (clIDType, pwType)."""


class RegistryAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A registrar's account at one registry, and whose names it is for."""

    registries: tuple[str, ...] = ()
    """As the files of extensions name them (`registry`): all of their extensions."""
    extensions: tuple[str, ...] = ()
    """Extensions by their names; they come before registries."""
    host: str
    port: int = 700
    login: str
    password_env: str = ""
    """The environment variable that holds the password."""
    authority: str = ""
    certificate: str = ""
    key: str = ""
    sessions: int = 2
    timeout: float = 30
    currency: str = "EUR"
    dialect: str = "generic"


class Accounts(Struct, frozen=True):
    """All of a file's accounts, by the names it gives them."""

    account: dict[str, RegistryAccount]
    rehearsal: bool = False
    """They are a sandbox's, on this machine."""
    passwords: dict[str, str] = {}
    """What the environment holds for each account."""


class _File(Struct, forbid_unknown_fields=True):
    account: dict[str, RegistryAccount]
    rehearsal: bool = False


def load(file: Path) -> Accounts:
    """The accounts, without their passwords. Raises ValueError: all that is wrong, as the end of a sentence."""
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File)
    except OSError as error:
        message = f"is a file that can be read ({error.strerror})"
        raise ValueError(message) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"is a file of accounts ({error})"
        raise ValueError(message) from error
    wrong = [f"[account.{name}] {told}" for name, each in found.account.items() for told in _problems(each)]
    wrong += _twice(found.account)
    if not found.account:
        wrong.append("there is no [account.NAME] in it")
    if wrong:
        message = f"is a file of accounts ({'; '.join(wrong)})"
        raise ValueError(message)
    beside = {name: _beside(file.parent, each) for name, each in found.account.items()}
    return Accounts(beside, found.rehearsal)


def _problems(of: RegistryAccount) -> list[str]:
    currency = of.currency.isascii() and of.currency.isalpha() and of.currency.isupper() and len(of.currency) == 3
    told = (
        (of.registries or of.extensions, "names neither registries nor extensions it is for"),
        (of.host, "has no host"),
        (1 <= of.port <= 65535, f"has the port {of.port}"),
        (len(of.login) in LOGIN, "has a login that is not 3 to 16 letters long (RFC 5730)"),
        (of.password_env, "does not say which environment variable holds its password: password_env"),
        (bool(of.certificate) is bool(of.key), "has a certificate without a key, or a key without a certificate"),
        (of.sessions >= 1, "has no sessions"),
        (1 <= of.timeout <= 60, "has a timeout that is not 1 to 60 seconds"),
        (currency, f"has the currency {of.currency!r}, which is not three letters such as EUR"),
        (of.dialect in DIALECTS, f"has the dialect {of.dialect!r}, which is none of {', '.join(DIALECTS)}"),
    )
    return [problem for right, problem in told if not right]


def _twice(accounts: Mapping[str, RegistryAccount]) -> list[str]:
    known: dict[str, str] = {}
    found = []
    for name, each in accounts.items():
        for what in (*each.registries, *(f".{extension}" for extension in each.extensions)):
            if what in known:
                found.append(f"{what} is at [account.{known[what]}] and at [account.{name}]")
            known[what] = name
    return found


def _beside(folder: Path, of: RegistryAccount) -> RegistryAccount:
    """Files that are told by their names alone are beside this one."""
    files = {name: str(folder / told) for name in ("authority", "certificate", "key") if (told := getattr(of, name))}
    return structs.replace(of, **files)


def with_passwords(of: Accounts, environment: Mapping[str, str]) -> Accounts | list[str]:
    """The accounts with what the environment holds for them, or what is missing there, in sentences."""
    found = {name: environment.get(each.password_env, "") for name, each in of.account.items()}
    wrong = []
    for name, password in found.items():
        variable = f"{of.account[name].password_env}, the password of [account.{name}] in ORDAIN_REGISTRIES,"
        if not password:
            wrong.append(f"{variable} is not in the environment")
        elif len(password) not in PASSWORD:
            wrong.append(f"{variable} is not 6 to 16 letters long (RFC 5730)")
    return wrong or structs.replace(of, passwords=found)
