"""The settings: defaults, environment over file, every wrong value named at once, nothing unsafe."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ordain import settings
from ordain.settings import TABLE, SettingError, Settings

LONG_SECRET = "a secret that is long enough to be one"


def read(state: Path, **given: str) -> Settings:
    return settings.read(
        {"ORDAIN_STATE": str(state), **{f"ORDAIN_{name.upper()}": value for name, value in given.items()}}
    )


def refused(state: Path, **given: str) -> list[str]:
    with pytest.raises(SettingError) as raised:
        read(state, **given)
    return str(raised.value).splitlines()


def test_every_setting_has_a_default(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.listen == ("127.0.0.1", 8080)
    assert found.public_url == "http://127.0.0.1:8080"
    assert (found.tls_listen, found.tls_url) == (None, "")
    assert found.database == f"sqlite:{tmp_path / 'ordain.db'}"
    assert (found.catalogue / "subsidiaries.toml").exists()
    assert found.registry == "sandbox"
    assert found.name_servers == ("ns1.ordain.example", "ns2.ordain.example")
    assert (found.nic_suffix, found.sandbox_delay, found.log) == ("ordain", 0, "info")
    assert len(found.secret) >= 32


def test_the_table_tells_of_every_setting() -> None:
    names = [setting.name for setting in TABLE]
    assert sorted(names) == sorted(name for name in Settings.__struct_fields__ if name != "proxied")
    assert all(setting.told.endswith(".") for setting in TABLE)


GOOD = {
    "listen": ("[::1]:81", ("::1", 81)),
    "tls_listen": ("localhost:443", ("localhost", 443)),
    "public_url": ("http://localhost:9999/", "http://localhost:9999"),
    "database": ("postgresql://u@h/n", "postgresql://u@h/n"),
    "catalogue": ("elsewhere", Path("elsewhere")),
    "enabled_extensions": (".lu, tm.fr,ALL", ("lu", "tm.fr", "all")),
    "secret": ("short but local", "short but local"),
    "name_servers": (" a.example , B.Example,", ("a.example", "b.example")),
    "nic_suffix": ("ovh", "ovh"),
    "sandbox_delay": ("0.25", 0.25),
    "registry": ("epp", "epp"),
    "epp_port": ("3121", 3121),
    "epp_currency": ("USD", "USD"),
    "sandbox_listen": ("[::1]:7001", ("::1", 7001)),
    "stripe_url": ("http://127.0.0.1:8420/", "http://127.0.0.1:8420"),
    "dns_address": ("[2001:db8::53]:53", ("2001:db8::53", 53)),
    "dns_signs": ("no", "no"),
    "dns_timeout": ("2.5", 2.5),
    "powerdns_account": ("mine", "mine"),
    "powerdns_kind": ("master", "master"),
    "tsig_algorithm": ("hmac-sha512", "hmac-sha512"),
    "smtp_port": ("465", 465),
    "smtp_tls": ("tls", "tls"),
    "smtp_sender": ("Shop <no-reply@shop.example>", "Shop <no-reply@shop.example>"),
    "operator_mail": ("ops@shop.example", "ops@shop.example"),
    "log": ("debug", "debug"),
}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_the_environment_sets_it(tmp_path: Path, name: str) -> None:
    text, value = GOOD[name]
    assert getattr(read(tmp_path, **{name: text}), name) == value


@pytest.mark.parametrize("name", sorted(GOOD))
def test_the_file_sets_it(tmp_path: Path, name: str) -> None:
    text, value = GOOD[name]
    file = tmp_path / "ordain.toml"
    file.write_text(f'{name} = "{text}"\n')
    assert getattr(read(tmp_path, config=str(file)), name) == value


def test_the_environment_outweighs_the_file(tmp_path: Path) -> None:
    file = tmp_path / "ordain.toml"
    file.write_text(
        'log = "error"\nnic_suffix = "file"\nsandbox_delay = 0.5\nname_servers = ["a.example", "b.example"]\n'
    )
    found = read(tmp_path, config=str(file), log="debug")
    assert (found.log, found.nic_suffix, found.sandbox_delay) == ("debug", "file", 0.5)
    assert found.name_servers == ("a.example", "b.example")


WRONG = {
    "listen": ["8080", "127.0.0.1", ":8080", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:http", "127.0.0.1:²"],
    "tls_listen": ["8443", "localhost", ":8443", "localhost:", "localhost:65536", "localhost:https"],
    "public_url": ["localhost", "ftp://x.example", "http://", "http://x.example/shop", "https://[", "http://x.example?a",
                   "http://x.example#a"],
    "database": ["mysql://x", "ordain.db", "sqlite"],
    "registry": ["nowhere", "Sandbox", ""],
    "epp_port": ["", "0", "epp"],
    "epp_authority": ["/nowhere/ca.pem"],
    "epp_sessions": ["", "0", "two"],
    "epp_timeout": ["0", "61", "soon"],
    "epp_currency": ["", "eur", "EURO"],
    "epp_dialect": ["", "dialect"],
    "sandbox_listen": ["7000", "localhost:"],
    "name_servers": ["", "one.example", "one.example,", "a.example,not a host"],
    "nic_suffix": ["", "x", "a" * 17, "OVH", "a-b", "é2"],
    "sandbox_delay": ["", "soon", "-1", "61", "nan", "inf"],
    "stripe_url": ["https://api.stripe.com", "http://192.0.2.1", "127.0.0.1:8420", "http://[", "http://localhost/v1"],
    "bank_account": ["FR7630006000011234567890188", "my bank"],
    "name_server": ["", "bind", "PowerDNS"],
    "dns_address": ["192.0.2.53", "ns1.example:53", "192.0.2.53:dns", "192.0.2.53:65536"],
    "dns_signs": ["", "true"],
    "powerdns_url": ["http://192.0.2.1:8081", "127.0.0.1:8081", "ftp://localhost"],
    "powerdns_kind": ["", "slave"],
    "tsig_name": ["a..b", "é"],
    "tsig_algorithm": ["", "hmac-md5"],
    "dns_catalog": ["a..b"],
    "dns_zone_command": ["/nowhere/at-all", "'", "''"],
    "smtp_port": ["", "0", "65536", "smtp", "²"],
    "smtp_tls": ["", "yes", "TLS"],
    "smtp_sender": ["é@shop.example", "a..b@shop.example", "a@x-.exämple", "Shop", "@shop.example", "a@b",
                    "Shop <no-reply@shop.example>\nBcc: a@b.example"],
    "operator_mail": ["Ops <a..b@shop.example>", "ops", "@shop.example"],
    "log": ["", "loud", "INFO"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_a_wrong_value_is_named_with_what_it_should_be(tmp_path: Path, name: str, text: str) -> None:
    [line] = refused(tmp_path, **{name: text})
    assert line.startswith(f"ORDAIN_{name.upper()} is ")
    assert line.endswith(f": got {text!r}")
    assert not (tmp_path / "secret").exists()


def test_every_wrong_value_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "ordain.toml"
    file.write_text('log = "loud"\ncolour = "red"\n')
    given = {name: texts[-1] for name, texts in WRONG.items() if name != "log"}
    lines = refused(tmp_path, config=str(file), **given)
    assert {line.split()[0] for line in lines if line.startswith("ORDAIN_")} == {
        f"ORDAIN_{name.upper()}" for name in WRONG
    }
    assert [line for line in lines if not line.startswith("ORDAIN_")] == [
        "there is no setting 'colour' in the configuration file"
    ]


@pytest.mark.parametrize("content", [b"log = ", b'log = "d\xe9bug"', b"name_servers = [1]", b"[log]\nlevel = 1", None])
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ordain.toml"
    if content is not None:
        file.write_bytes(content)
    [line] = refused(tmp_path, config=str(file))
    assert line.startswith("ORDAIN_")


def test_a_certificate_and_its_key_are_given_together(tmp_path: Path) -> None:
    for given in ({"tls_certificate": "server.pem"}, {"tls_key": "server.key"}):
        assert refused(tmp_path, **given) == [
            "ORDAIN_TLS_CERTIFICATE and ORDAIN_TLS_KEY are given together, or neither"
        ]


# --- what must not meet the public ---


@pytest.mark.parametrize(
    "given",
    [
        {"listen": "0.0.0.0:8080"},
        {"listen": "[::]:8080"},
        {"listen": "192.0.2.7:8080"},
        {"public_url": "https://order.example"},
        {"public_url": "https://localhost.example"},
        {"listen": "order.example:80"},
        {"tls_listen": "0.0.0.0:443"},
        {"tls_listen": "order.example:443"},
    ],
)
@pytest.mark.parametrize(("secret", "problem"), [("", "must be given"), ("short", "at least 32"), (LONG_SECRET, None)])
def test_the_sandbox_and_a_weak_secret_stay_on_this_machine(
    tmp_path: Path, given: dict[str, str], secret: str, problem: str | None
) -> None:
    lines = refused(tmp_path, **given, secret=secret)
    assert "sandbox" in lines[0]
    assert len(lines) == (2 if problem else 1)
    assert (problem or "sandbox") in lines[-1]
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize(
    "given",
    [{"listen": "127.0.0.2:80"}, {"listen": "[::1]:80"}, {"listen": "localhost:80"},
     {"public_url": "http://ordain.localhost:80"}, {"tls_listen": "localhost:443"}],
)  # fmt: skip
def test_on_this_machine_everything_may_be_a_default(tmp_path: Path, given: dict[str, str]) -> None:
    assert read(tmp_path, **given).registry == "sandbox"


# --- the mail server ---

MAILING = {"smtp_host": "mail.example", "smtp_sender": "no-reply@shop.example"}


def test_a_registry_needs_a_password_and_a_whole_certificate(tmp_path: Path) -> None:
    whole = {"registry": "epp", "epp_host": "epp.registry.example", "epp_password": "secret-1234",
             "name_servers": "ns1.shop.example,ns2.shop.example"}  # fmt: skip
    assert not read(tmp_path, **whole).rehearsal
    assert refused(tmp_path, **whole | {"epp_password": ""}) == [
        "ORDAIN_EPP_PASSWORD must be given with ORDAIN_EPP_HOST"
    ]
    assert refused(tmp_path, **whole | {"name_servers": "NS1.ordain.example,ns2.shop.example"}) == [
        "ORDAIN_NAME_SERVERS must be given with ORDAIN_EPP_HOST: ns1.ordain.example is made up"
    ]
    assert refused(tmp_path, **whole | {"registry": "sandbox"}) == [
        "ORDAIN_EPP_HOST is given and ORDAIN_REGISTRY is sandbox: names would not be registered there"
    ]
    assert refused(tmp_path, **whole, epp_key="key.pem") == [
        "ORDAIN_EPP_CERTIFICATE and ORDAIN_EPP_KEY are given together, or neither"
    ]


def test_without_a_host_names_go_to_the_sandbox_of_this_machine(tmp_path: Path) -> None:
    of = read(tmp_path, registry="epp")
    assert (of.rehearsal, of.sandbox_listen, of.epp_password) == (True, ("127.0.0.1", 7000), "sandbox-1234")
    public = {"registry": "epp", "listen": "0.0.0.0:80", "secret": LONG_SECRET}
    assert refused(tmp_path, **public) == [
        "ORDAIN_EPP_HOST must be given: without it names go to the sandbox registry of this machine"
    ]
    assert refused(tmp_path, sandbox_listen="0.0.0.0:7000") == [
        "ORDAIN_SANDBOX_LISTEN: the sandbox registry is for this machine only, such as 127.0.0.1:7000"
    ]


IBAN = "FR76 3000 6000 0112 3456 7890 189"


def test_means_of_payment_are_given_whole(tmp_path: Path) -> None:
    both = "ORDAIN_STRIPE_KEY and ORDAIN_STRIPE_WEBHOOK_SECRET are given together, or neither"
    assert refused(tmp_path, stripe_key="sk_test_1") == [both]
    assert refused(tmp_path, stripe_webhook_secret="whsec_1") == [both]
    holder = "ORDAIN_BANK_ACCOUNT and ORDAIN_BANK_ACCOUNT_HOLDER are given together, or neither"
    assert refused(tmp_path, bank_account=IBAN) == [holder]
    assert refused(tmp_path, bank_account_holder="Ordain SAS") == [holder]
    found = read(tmp_path, bank_account=IBAN, bank_account_holder="Ordain SAS", stripe_key="sk_test_1",
                 stripe_webhook_secret="whsec_1")  # fmt: skip
    assert (found.bank_account, found.stripe_key) == ("FR7630006000011234567890189", "sk_test_1")


def test_real_cards_are_not_charged_for_names_of_a_sandbox(tmp_path: Path) -> None:
    [said] = refused(tmp_path, stripe_key="sk_live_1", stripe_webhook_secret="whsec_1")
    assert said.startswith("ORDAIN_STRIPE_KEY charges real cards")


def test_a_mail_server_needs_a_sender_and_a_whole_login(tmp_path: Path) -> None:
    assert read(tmp_path, **MAILING).smtp_host == "mail.example"
    assert refused(tmp_path, smtp_host="mail.example") == ["ORDAIN_SMTP_SENDER must be given with ORDAIN_SMTP_HOST"]
    [line] = refused(tmp_path, **MAILING, smtp_user="ordain")
    assert line == "ORDAIN_SMTP_USER and ORDAIN_SMTP_PASSWORD are given together or not at all"


@pytest.mark.parametrize("text", ["Ops <ops@shop.example>", '"Smith, Ann" <ops@shop.example>', " ops@shop.example"])
def test_the_operator_is_written_to_by_the_address_alone(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, operator_mail=text).operator_mail == "ops@shop.example"


def test_a_password_does_not_cross_the_network_in_clear(tmp_path: Path) -> None:
    login = {**MAILING, "smtp_user": "ordain", "smtp_password": "secret", "smtp_tls": "none"}
    [line] = refused(tmp_path, **login)
    assert line.startswith("ORDAIN_SMTP_TLS is none")
    assert "secret" not in line
    assert read(tmp_path, **{**login, "smtp_host": "localhost"}).smtp_password == "secret"


# --- the name server ---

POWERDNS = {"name_server": "powerdns", "powerdns_url": "http://127.0.0.1:8081", "powerdns_key": "open, sesame"}
UPDATES = {"name_server": "rfc2136", "dns_address": "192.0.2.53:53", "tsig_name": "ordain",
           "tsig_secret": "c2VjcmV0cyBvZiBhIG1hZGUtdXAgd29ybGQ=", "dns_catalog": "catalog.example."}  # fmt: skip


def test_a_name_server_is_told_whole(tmp_path: Path) -> None:
    assert read(tmp_path).name_server == "own"
    assert read(tmp_path, **POWERDNS).powerdns_url == "http://127.0.0.1:8081"
    assert read(tmp_path, **UPDATES).dns_catalog == "catalog.example"
    assert read(tmp_path, **UPDATES | {"dns_catalog": "", "dns_zone_command": "sh 'a b'"}).dns_zone_command == (
        "sh",
        "a b",
    )
    for given, lacking in ((POWERDNS, "powerdns_url"), (POWERDNS, "powerdns_key"), (UPDATES, "dns_address"),
                           (UPDATES, "tsig_name"), (UPDATES, "tsig_secret")):  # fmt: skip
        assert refused(tmp_path, **given | {lacking: ""}) == [
            f"ORDAIN_{lacking.upper()} must be given where ORDAIN_NAME_SERVER is {given['name_server']}"
        ]
    one = "ORDAIN_DNS_CATALOG or ORDAIN_DNS_ZONE_COMMAND must be given, one of them: updates alone make no zone"
    assert refused(tmp_path, **UPDATES | {"dns_catalog": ""}) == [one]
    assert refused(tmp_path, **UPDATES, dns_zone_command="sh") == [one]
    assert refused(tmp_path, **POWERDNS, dns_catalog="catalog.example") == [
        "ORDAIN_DNS_CATALOG is given and ORDAIN_NAME_SERVER is powerdns: it would not be used"
    ]
    assert refused(tmp_path, powerdns_key="open, sesame") == [
        "ORDAIN_POWERDNS_KEY is given and ORDAIN_NAME_SERVER is own: it would not be used"
    ]


def test_a_powerdns_key_no_header_can_carry_is_refused_and_not_shown(tmp_path: Path) -> None:
    given = {"name_server": "powerdns", "powerdns_url": "https://dns.example"}
    for odd in ("s3cret\rkey", "s3cret\u20ackey", "s3cret\nkey"):
        [line] = refused(tmp_path, **given | {"powerdns_key": odd})
        assert line.startswith("ORDAIN_POWERDNS_KEY has letters other than")
        assert "s3cret" not in line


def test_a_weak_tsig_secret_is_refused_and_not_shown(tmp_path: Path) -> None:
    for weak in ("short", "not base64 at all, not at all"):
        [line] = refused(tmp_path, **UPDATES | {"tsig_secret": weak})
        assert line.startswith("ORDAIN_TSIG_SECRET is 16 octets or more in base64")
        assert weak not in line


# --- the secret ---


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    state = tmp_path / "new" / "state"
    first = read(state).secret
    file = state / "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() == first
    assert read(state).secret == first
    assert [path.name for path in state.iterdir()] == ["secret"]
    assert read(tmp_path / "other").secret != first


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64], ids=["empty", "short", "binary"])
def test_a_secret_that_is_none_is_not_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    [line] = refused(tmp_path)
    assert line.endswith("holds no secret of 32 characters: put back the one that was there")
    assert (tmp_path / "secret").read_bytes() == content


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len({found.secret for found in pool.map(read, [tmp_path / "state"] * 16)}) == 1


def test_a_secret_that_is_given_is_not_written_down(tmp_path: Path) -> None:
    assert read(tmp_path, secret=LONG_SECRET).secret == LONG_SECRET
    assert list(tmp_path.iterdir()) == []


def test_a_private_file_is_written_anew_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "ovh.conf"
    file.write_text("open to all")
    file.chmod(0o644)
    settings.write_private(file, "mine")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("mine", 0o600)
    assert list(tmp_path.iterdir()) == [file]


def test_the_sandbox_does_not_wait_for_the_right_to_withdraw_unless_asked_to(tmp_path: Path) -> None:
    assert [read(tmp_path, withdrawal=given).withdrawal for given in ("", "wait", "deliver")] == [
        "deliver",
        "wait",
        "deliver",
    ]
    [line] = refused(tmp_path, withdrawal="later")
    assert line == "ORDAIN_WITHDRAWAL is one of wait, deliver: got 'later'"
