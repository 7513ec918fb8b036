"""The settings, in one table: each is read from `ORDAIN_<NAME>`, else from the TOML file, else has a default."""

from __future__ import annotations

import os
import secrets
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ordain import name_server_settings, registry_settings
from ordain.adapters.registry_files import with_passwords
from ordain.name_server_settings import NameServerSettings, name_server_problems
from ordain.payment_settings import iban, is_local, loopback, money_problems
from ordain.registry_settings import is_rehearsal, registry_problems
from ordain.setting_texts import (
    TOKEN,
    Setting,
    addresses,
    certificate,
    choice,
    count,
    count_or_not,
    database,
    hosts,
    https,
    lease,
    listen,
    listen_or_not,
    names,
    port,
    recipient,
    seconds,
    sender,
    shown,
    suffix,
    url,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class SettingError(ValueError):
    """One or more settings are wrong; the message has a line for each."""


TABLE = (
    Setting("listen", "127.0.0.1:8080", "Address and port of the API.", listen),
    Setting("tls_listen", "", "Address and port of the API over TLS, beside `listen`; by default there is none.",
            listen_or_not),
    Setting("tls_certificate", "", "PEM file of a certificate and its chain; by default one is made in `state`.", str),
    Setting("tls_key", "", "PEM file of the certificate's key.", str),
    Setting("public_url", "", "Where customers reach the server, if not at `listen`.", url),
    Setting("state", "state", "Folder for everything local: SQLite database, secret, client configuration.", Path),
    Setting("database", "", "`sqlite:PATH` or `postgresql://…`; by default `ordain.db` in `state`.", database),
    Setting("catalogue", "", "Folder of what is sold, as files; by default the one shipped.", str),
    Setting("enabled_extensions", "",
            "Extensions to sell although they are withheld, separated by commas; `all`: those too "
            "little is known of.", names),
    Setting("secret", "", "What application secrets are sealed with; by default made once and kept in `state`.", str),
    Setting("mark_root", "", "PEM file of the trademark clearing house's root certificate; by default, in the sandbox"
            " only, its pilot's.", certificate),
    Setting("claims_url", "", "Where its claims database is, before `/cnis/`; by default, in the sandbox only, notices"
            " are made up.", https),
    Setting("claims_user", "", "The registrar's login there.", str),
    Setting("claims_password", "", "The password that goes with it.", str),
    Setting("vies_url", "", "Where VAT numbers are checked, before `/check-vat-number`; by default nowhere.", https),
    Setting("vat_check_days", "30", "Days after which a VAT number is checked again.", count),
    Setting("vat_grace_days", "90", "Days a number that was valid counts while VIES cannot tell.", count),
    Setting("vat_unanswered", "consumer", "How others are taxed meanwhile.", choice("consumer", "reverse-charge")),
    Setting("withdrawal", "", "What consumers order who did not waive the right of withdrawal: `wait` delivers it when"
            " the right has ended, `deliver` at once; by default `deliver` in the sandbox, else `wait`.",
            choice("wait", "deliver", "")),
    Setting("name_servers", "ns1.ordain.example,ns2.ordain.example", "Name servers of the zones hosted here.", hosts),
    Setting("dns_listen", "127.0.0.1:5353", "Address and port where the embedded name server answers for those zones,"
            " by UDP and TCP; nothing: it does not. Outside the sandbox it signs only at an address others reach.",
            listen_or_not),
    Setting("ds_ttl", "", "Seconds for which resolvers may remember a DS record that was withdrawn: so much longer its"
            " zone stays signed; by default 1 in the sandbox, else a day.", count_or_not),
    Setting("redirection_addresses", "192.0.2.80,2001:db8::80",
            "Addresses of the machine that answers for redirected names; nothing: redirections are not offered.",
            addresses),
    Setting("bill_fonts", "", "Folder of more fonts for bills, for Chinese, Japanese or Korean names.", str),
    Setting("nic_suffix", "ordain", "The end of new accounts' names: `ordain` in ab12345-ordain.", suffix),
    Setting("sandbox_delay", "0", "Seconds the sandbox registry takes to answer a create or transfer.", seconds),
    Setting("lease", "60", "Seconds a worker may be silent about a task before another takes it up.", lease),
    Setting("requests", "12000", "Requests an address, and an account, may send to one process in a minute.", count),
    Setting("search_cache", "15", "Seconds for which a search may tell a registry's answer again; 0: it asks anew.",
            seconds),
    Setting("search_names", "30000", "Names a caller may have searched for in a minute.", count),
    Setting("stripe_key", "", "The secret key of the Stripe account that charges cards; without one none are.", str),
    Setting("stripe_webhook_secret", "", "What Stripe signs its messages to `/ordain/v1/webhooks/stripe` with.", str),
    Setting("stripe_url", "", "Where Stripe's API is, if it is a stand-in on this machine.", loopback),
    Setting("bank_account", "", "IBAN that orders are paid to by bank transfer; without one they are not.", iban),
    Setting("bank_account_holder", "", "Whose bank account it is, as its bank has it.", str),
    Setting("smtp_host", "", "The mail server that takes mails to customers; without one they are only kept.", str),
    Setting("smtp_port", "587", "Its port: 587 for `starttls`, 465 for `tls`, mostly.", port),
    Setting("smtp_tls", "starttls", "How the connection is secured: `starttls`, `tls` from the start, or `none`.",
            choice("starttls", "tls", "none")),
    Setting("smtp_user", "", "The name to log in with; without one there is no login.", str),
    Setting("smtp_password", "", "The password that goes with it.", str),
    Setting("smtp_sender", "", "Whom mails are from: `no-reply@shop.example`, or `Shop <no-reply@shop.example>`.",
            sender),
    Setting("operator_mail", "", "Your own address: what only you can mend is mailed there; by default it is only"
            " logged.", recipient),
    Setting("approval_limit", "100", "Whole units of its currency that the staff gives an account within a day, as"
            " credit or refund, before somebody else has to allow it.", count),
    Setting("traces", "", "Root of a collector of traces (OTLP over HTTP); without one none are made.", url),
    Setting("metrics_token", "", "Who bears it may read `/ordain/v1/metrics`; without one only this machine may.", str),
    Setting("drain", "0", "Seconds a process that was told to end still serves, not ready, before it takes no more.",
            seconds),
    Setting("log", "info", "How much is logged: debug, info, warning or error.",
            choice("debug", "info", "warning", "error")),
    Setting("log_format", "text", "How: `text` for people, `json` for programs, a line each.", choice("text", "json")),
    *registry_settings.TABLE,
    *name_server_settings.TABLE,
)  # fmt: skip


class Settings(NameServerSettings, frozen=True, kw_only=True):
    """The settings as read: see `TABLE` for each one's meaning."""

    listen: tuple[str, int]
    tls_listen: tuple[str, int] | None
    tls_certificate: str
    tls_key: str
    public_url: str
    proxied: bool
    """A `public_url` was given: something stands between it and us."""
    state: Path
    database: str
    catalogue: Path
    enabled_extensions: tuple[str, ...]
    secret: str
    mark_root: Path | None
    claims_url: str
    claims_user: str
    claims_password: str
    vies_url: str
    vat_check_days: int
    vat_grace_days: int
    vat_unanswered: str
    withdrawal: str
    name_servers: tuple[str, ...]
    dns_listen: tuple[str, int] | None
    ds_ttl: int
    redirection_addresses: tuple[str, ...]
    bill_fonts: str
    nic_suffix: str
    sandbox_delay: float
    lease: float
    requests: int
    search_cache: float
    search_names: int
    stripe_key: str
    stripe_webhook_secret: str
    stripe_url: str
    bank_account: str
    bank_account_holder: str
    smtp_host: str
    operator_mail: str
    approval_limit: int
    smtp_port: int
    smtp_tls: str
    smtp_user: str
    smtp_password: str
    smtp_sender: str
    traces: str
    metrics_token: str
    drain: float
    log: str
    log_format: str

    @property
    def tls_url(self) -> str:
        """Where the API is over TLS, empty where it is not."""
        return f"https://{_shown(self.tls_listen)}" if self.tls_listen else ""


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """All settings. Raises SettingError naming every one that is wrong."""
    file, problems = _from_file(environment.get("ORDAIN_CONFIG"))
    values: dict[str, Any] = {}
    for setting in TABLE:
        text = environment.get(f"ORDAIN_{setting.name.upper()}", _text(file.pop(setting.name, setting.default)))
        try:
            values[setting.name] = setting.read(text)
        except ValueError as error:
            problems.append(f"ORDAIN_{setting.name.upper()} {error}: got {shown(text)!r}")
    problems += [f"there is no setting {name!r} in the configuration file" for name in file]
    if not problems and values["registries"]:
        known = with_passwords(values["registries"], environment)
        problems, values["registries"] = (known, None) if isinstance(known, list) else ([], known)
    if not problems:
        problems = _fill_in(values)
    if problems:
        raise SettingError("\n".join(problems))
    return Settings(**values)


def _from_file(path: str | None) -> tuple[dict[str, Any], list[str]]:
    if not path:
        return {}, []
    try:
        return tomllib.loads(Path(path).read_text("utf-8")), []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"ORDAIN_CONFIG {path}: {error}"]


def _text(value: object) -> str:
    """A value of the file as it would be written in the environment: a list is separated by commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _fill_in(values: dict[str, Any]) -> list[str]:
    """Defaults that depend on other settings, and combinations that are not safe."""
    state, secret_given = values["state"], bool(values["secret"])
    values["database"] = values["database"] or f"sqlite:{state / 'ordain.db'}"
    values["catalogue"] = Path(values["catalogue"]) if values["catalogue"] else _shipped_catalogue()
    rehearsal = is_rehearsal(values)
    values["withdrawal"] = values["withdrawal"] or ("deliver" if rehearsal else "wait")
    values["ds_ttl"] = values["ds_ttl"] or (1 if rehearsal else 86400)
    values["proxied"] = bool(values["public_url"])
    public = values["public_url"] = values["public_url"] or f"http://{_shown(values['listen'])}"
    problems = _mail_problems(values)
    problems += [*money_problems(values, rehearsal=rehearsal), *registry_problems(values)]
    problems += name_server_problems(values)
    if bool(values["tls_certificate"]) != bool(values["tls_key"]):
        problems.append("ORDAIN_TLS_CERTIFICATE and ORDAIN_TLS_KEY are given together, or neither")
    if values["metrics_token"] and not TOKEN.fullmatch(values["metrics_token"]):
        problems.append("ORDAIN_METRICS_TOKEN is at least 16 characters of ASCII, without spaces")
    listening = [values["listen"][0], *(values["tls_listen"] or ())[:1]]
    if not all(map(is_local, [*listening, urlsplit(public).hostname or ""])):
        problems += _unsafe(values, secret_given=secret_given)
    if not problems and not secret_given:
        values["secret"] = _own_secret(state)
    return problems


def _shown(listening: tuple[str, int]) -> str:
    """An address as a URL has it."""
    host, port = listening
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _unsafe(values: Mapping[str, Any], *, secret_given: bool) -> list[str]:
    """What must not meet the public."""
    problems = []
    if values["registry"] == "sandbox":
        problems.append("ORDAIN_REGISTRY is sandbox: it may only be served on this machine, not at a public address")
    elif values["registries"] and values["registries"].rehearsal:
        problems.append("ORDAIN_REGISTRIES is a rehearsal: it may only be served on this machine")
    elif not (values["registries"] or values["epp_host"]):
        problems.append("ORDAIN_EPP_HOST must be given: without it names go to the sandbox registry of this machine")
    if not secret_given:
        problems.append("ORDAIN_SECRET must be given where the server is reached from outside this machine")
    elif len(values["secret"]) < 32:
        problems.append("ORDAIN_SECRET is at least 32 characters long")
    return problems


def _mail_problems(values: Mapping[str, Any]) -> list[str]:
    """What of the mail server's settings does not go together."""
    if not values["smtp_host"]:
        return []
    problems = []
    if not values["smtp_sender"]:
        problems.append("ORDAIN_SMTP_SENDER must be given with ORDAIN_SMTP_HOST")
    if bool(values["smtp_user"]) is not bool(values["smtp_password"]):
        problems.append("ORDAIN_SMTP_USER and ORDAIN_SMTP_PASSWORD are given together or not at all")
    if values["smtp_password"] and values["smtp_tls"] == "none" and not is_local(values["smtp_host"]):
        problems.append("ORDAIN_SMTP_TLS is none: a password would cross the network in clear text")
    return problems


def _shipped_catalogue() -> Path:
    """Beside the package when installed from a wheel, at the repository's root in a checkout."""
    installed = Path(__file__).parent / "catalogue_data"
    return installed if installed.exists() else Path(__file__).parents[2] / "catalogue"


def _own_secret(state: Path) -> str:
    file = state / "secret"
    if not file.exists():
        state.mkdir(parents=True, exist_ok=True)
        # Of a server and a worker that start at once, the first one's is everybody's.
        with suppress(FileExistsError):
            write_private(file, secrets.token_hex(32), os.link)
    try:
        secret = file.read_text("utf-8").strip()
    except UnicodeDecodeError:  # none of ours
        secret = ""
    if len(secret) < 32:
        message = f"{file} holds no secret of 32 characters: put back the one that was there"
        raise SettingError(message)
    return secret


def write_private(file: Path, text: str, put: Callable[[Path, Path], object] = os.replace) -> None:
    """Write a file only its owner can read, wholly or not at all; with `os.link`, FileExistsError if there is one."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "w") as out:
            out.write(text)
            out.flush()
            os.fsync(handle)
        put(new, file)
    finally:
        new.unlink(missing_ok=True)
