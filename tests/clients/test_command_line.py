"""The command line as a person uses it: what each command says, and one clear sentence where something is wrong."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from facturx import get_xml_from_pdf

from ordain import settings
from ordain.core import ledger
from tests import statements
from tests.clients.python.program import PAGE, run_program, steps_of
from tests.processes import end, installed, kill
from tests.statements import IBAN, entry, statement

if TYPE_CHECKING:
    from tests.processes import Installation

COMMANDS = ("serve", "worker", "migrate", "migrate-data", "backup", "client-config", "clock", "settings", "order",
            "bill", "account", "application", "catalogue", "payment", "registry", "trademarks", "voucher")  # fmt: skip
CAMILLE = ("--email=camille@shop.example", "--firstname=Camille", "--name=Martin", "--country=FR")


@pytest.fixture
def local(tmp_path: Path) -> Installation:
    """An installation on SQLite where nothing is left running."""
    with installed(tmp_path, "") as installation:
        return installation


def refused(of: Installation, *words: str, **changed: str) -> str:
    """What a command says that fails as it should: with a sentence on stderr, no traceback and nothing on stdout."""
    ended = of.run(*words, **changed)
    assert ended.returncode in (1, 2), ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_help_names_every_command(local: Installation) -> None:
    told = local.told("--help")
    for command in COMMANDS:
        assert re.search(rf"^  {command} +[A-Z]", told, re.MULTILINE), command
    assert "--no-worker" in local.run("serve", "--help", listen="nowhere").stdout
    assert "AMOUNT" in local.told("account", "credit", "--help")
    assert not (local.folder / "state").exists(), "asking for help makes nothing"


def test_settings_lists_all_of_them(local: Installation) -> None:
    told = local.told("settings")
    for setting in settings.TABLE:
        assert f"ORDAIN_{setting.name.upper()}" in told
        assert setting.told in told
        assert setting.default in told


def test_lists_of_revoked_marks_are_taken_in_and_only_newer_ones(local: Installation) -> None:
    smdrl = local.folder / "smdrl.csv"
    text = "1,2026-01-02T00:00:00.0Z\nsmd-id,insertion-datetime\n1-1,2026-01-01T00:00:00.0Z\n"
    smdrl.write_text(text)
    assert "1 rows, 1 new, 0 gone" in local.told("trademarks", "take", str(smdrl))
    smdrl.write_text(text.replace("01-02", "01-01"))
    assert "older than the one that was taken" in refused(local, "trademarks", "take", str(smdrl))
    smdrl.write_text(text + "half a row")
    assert "line 4 is no row" in refused(local, "trademarks", "take", str(smdrl))


def test_the_catalogue_is_checked(local: Installation) -> None:
    told = local.told("catalogue", "check", "fr", "--table")
    assert re.search(r"\.fr\b", told)
    assert "Afnic" in told
    assert "1004 extensions, 0 with problems" in told


def test_prices_are_taken_from_a_table_or_refused_as_a_whole(local: Installation, tmp_path: Path) -> None:
    table = tmp_path / "purchase.csv"
    table.write_text("extension,currency,create,renew,transfer,restore\ncom,EUR,5.00,8.10,8.10,60\n")
    told = local.told("catalogue", "prices", str(table), "--dry-run")
    assert ".com: creation 9.99 → 6.99 EUR\n" in told
    assert "Nothing is written." in told
    table.write_text(table.read_text() + "nowhere,EUR,1,1,1,1\ncom,EUR,1,1,x,1\n")
    refused = local.run("catalogue", "prices", str(table))
    assert refused.returncode == 1
    assert "purchase.csv, line 3: there is no extension 'nowhere'" in refused.stderr
    assert "purchase.csv, line 4: transfer 'x' is not an amount" in refused.stderr


def test_what_arrived_by_bank_transfer_is_taken_in(local: Installation, tmp_path: Path) -> None:
    assert "ORDAIN_BANK_ACCOUNT is not set" in refused(local, "payment", "import", str(Path(__file__)))
    bank = {"bank_account": IBAN, "bank_account_holder": "Ordain SAS"}
    file = tmp_path / "statement.xml"
    sums = [entry("A1", "5.99", statements.words("hello")), entry("A2", "7.00", statements.words("rent"))]
    file.write_text(statement(*sums))
    for again in ("", " (taken in before)"):
        told = local.run("payment", "import", str(file), **bank).stdout
        why = "unmatched: it names no order's reference"
        assert told.splitlines()[0] == f"A1  2026-11-24  5.99 EUR  {why}{again} [Camille Martin: hello | NOTPROVIDED]"
    assert local.run("payment", "waiting", **bank).stdout.startswith("A1 ")
    assert "Account zz1-ordain does not exist" in refused(local, "payment", "assign", "A1", "zz1-ordain")
    nic = local.told("account", "create", *CAMILLE).strip()
    told = local.run("payment", "assign", "A1", nic, **bank).stdout
    assert told == f"A1  2026-11-24  5.99 EUR  credited: assigned to {nic}\n"
    told = local.told("payment", "dismiss", "A2", "not ours", "--returned")
    assert (told.startswith("A2  2026-11-24  7.00 EUR  returned on "), told.endswith(": not ours\n")) == (True, True)
    assert local.told("payment", "dismissed") == told
    assert local.told("payment", "waiting") == "Nothing arrived.\n"
    assert "Order 7 does not exist" in refused(local, "payment", "received", "7", "5.99")
    assert "is not an amount" in refused(local, "payment", "received", "7", "5,99")
    file.write_bytes(b"\xff")
    assert "is not written in UTF-8" in refused(local, "payment", "import", str(file), **bank)


def test_two_catalogues_are_compared(local: Installation, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "catalogue"
    other = tmp_path / "other"
    shutil.copytree(shipped, other)
    file = other / "extensions" / "fr.toml"
    file.write_text(file.read_text().replace('renew = "6.99"', 'renew = "7.99"'))
    assert local.told("catalogue", "diff", str(shipped), str(other)) == ".fr: renewal 6.99 → 7.99 EUR\nChanges: 1\n"


def test_accounts_are_made_credited_and_given_keys(empty: Installation) -> None:
    nic = empty.told("account", "create", *CAMILLE).strip()
    assert re.fullmatch(r"mc\d+-ordain", nic)
    assert empty.told("account", "credit", nic, "25.00") == f"ovhAccount of {nic} holds 25.00 EUR.\n"
    told = empty.told("account", "credit", nic, "0.50", "--balance", "fidelityAccount")
    assert told == f"fidelityAccount of {nic} holds 0.50 EUR.\n"
    keys = empty.told("application", "create", nic)
    assert "[ovh-eu]" in keys
    # Who runs Ordain for others gets no demo account, and nobody's keys are printed.
    refused = empty.run("client-config")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "ordain application create" in refused.stderr
    assert empty.told("account", "list").split() == [nic]
    empty.up()
    look = [("Look", 'me = ovh.Client().get("/me")["nichandle"]')]
    assert run_program(look, empty, keys)["Look"]["me"] == nic


def test_an_account_s_data_is_checked(empty: Installation) -> None:
    for word, wrong in (("--country", "France"), ("--language", "klingon"), ("--birth-day", "hello"),
                        ("--subsidiary", "EU"), ("--email", "nobody")):  # fmt: skip
        ended = empty.run("account", "create", *CAMILLE, word, wrong)
        assert (ended.returncode, ended.stdout) == (1, ""), word
        assert ended.stderr.startswith("Error: "), ended.stderr
        assert "Traceback" not in ended.stderr
    nic = empty.told("account", "create", *CAMILLE).strip()
    assert "no such small amounts" in empty.run("account", "credit", nic, "0.00000001").stderr


def test_keys_that_are_another_database_s_are_made_anew(empty: Installation) -> None:
    path = empty.folder / "state" / "ovh.conf"
    first = empty.told("client-config")
    [kept] = [file for file in empty.folder.rglob("ovh.conf") if file.stat().st_mode & 0o777 == 0o600] or [path]
    kept.write_text(re.sub(r"consumer_key=\w+", "consumer_key=" + "x" * 32, first))
    empty.up()
    empty.close()
    assert "x" * 32 not in (second := empty.told("client-config"))
    assert second != first


def test_a_server_that_nothing_delivers_for_does_not_start(empty: Installation, tmp_path: Path) -> None:
    ended = empty.run("serve", "--no-worker", database=f"sqlite:{tmp_path / 'alone.db'}")
    assert (ended.returncode, ended.stderr) == (
        1, "Error: --no-worker needs PostgreSQL: a SQLite file is one process's, and no other could deliver.\n",
    )  # fmt: skip


def test_tasks_are_mended_by_number(empty: Installation) -> None:
    empty.told("migrate")
    for words in (("relaunch", "7"), ("cancel", "7")):
        assert empty.run("task", *words).stderr == "Error: Task 7 does not exist\n"


def test_what_an_account_cannot_have_is_refused(local: Installation) -> None:
    nic = local.told("account", "create", *CAMILLE).strip()
    assert "does not exist" in refused(local, "application", "create", "xx1-ordain")
    assert "xx1-ordain" in refused(local, "account", "credit", "xx1-ordain", "1.00")
    assert "zero" in refused(local, "account", "credit", nic, "--", "-100.00")
    assert "much" in refused(local, "account", "credit", nic, "much")


def test_an_order_tells_its_whole_story(ordain: Installation) -> None:
    steps = run_program(steps_of(PAGE), ordain)
    order_id = steps["Create Purchase Order"]["orderId"]
    story = ordain.told("order", str(order_id))
    assert re.search(rf"Order {order_id} of dc\d+-ordain: delivered", story)
    assert "4.99 EUR + 1.00 EUR tax = 5.99 EUR" in story
    assert "taxed: domestic, 20 % of FR" in story
    parts = re.split(r"^ *(Lines|Payments|Ledger|Tasks|What happened|Mails) *$", story, flags=re.MULTILINE)
    told = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(told) == ["Lines", "Payments", "Ledger", "Tasks", "What happened", "Mails"]
    for number in ("*001.001", "*001"):
        assert told["Lines"].count(f" {number} ") >= 2
    assert "fidelityAccount" in told["Payments"]
    for account in (ledger.balance_of("fidelityAccount"), "sales:fr", "tax:FR"):
        assert account in told["Ledger"]
    assert re.search(r"DomainCreate .* foo\.fr .* done ", told["Tasks"])
    assert re.search(r"ZoneCreate .* foo\.fr .* done ", told["Tasks"])
    assert told["What happened"].count("PAYMENT_") == 2
    assert told["Mails"].count("demo@ordain.example") == 3
    books = ordain.told("ledger")  # beside the server
    assert re.search(r"sales:fr +income +0.00 EUR +4.99 EUR +4.99 EUR", books)
    assert "The chains are whole." in books
    assert f",payment,{order_id},sales:fr,,4.99,EUR" in ordain.told("ledger", "--csv", "--from", "2026-01-01")
    assert f"Order {order_id + 1000} does not exist" in refused(ordain, "order", str(order_id + 1000))


def test_a_bill_is_told_and_written_to_files(ordain: Installation, tmp_path: Path) -> None:
    run_program(steps_of(PAGE), ordain)
    number = f"{datetime.now(UTC).year}-000001"
    while (said := ordain.run("bill", number)).returncode and f"Bill {number} does not exist" in said.stderr:
        time.sleep(0.2)
    assert re.search(rf"Bill {number} of Exemple Domaines SAS, issued", said.stdout)
    assert "4.99 EUR + 1.00 EUR tax = 5.99 EUR" in said.stdout
    pdf, xml = tmp_path / "bill.pdf", tmp_path / "bill.xml"
    assert ordain.told("bill", number, "--pdf", str(pdf), "--xml", str(xml)) == ""
    assert get_xml_from_pdf(pdf.read_bytes()) == ("factur-x.xml", xml.read_bytes())


def test_a_sqlite_file_has_one_process(local: Installation) -> None:
    with installed(local.folder, "") as running:
        server = running.serve()
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            said = refused(running, "serve", listen=f"127.0.0.1:{other.getsockname()[1]}")
            assert f"Another Ordain process is using the SQLite file {running.folder}" in said
            assert f"(pid {server.pid})" in said
        assert said.startswith("Error: ")
        assert said.count("\n") == 1
        assert "Another Ordain process" in refused(running, "worker")
        assert "Another Ordain process" in refused(running, "account", "credit", "xx1-ordain", "1.00")


def test_a_port_in_use_is_said_in_a_sentence(local: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(local, "serve", listen=f"127.0.0.1:{port}")
    assert said.startswith("Error: ORDAIN_LISTEN: Address already in use")
    assert str(port) in said
    assert said.count("\n") == 1
    assert not (local.folder / "state" / "ovh.conf").exists(), "no account is made for a server that does not start"


def test_all_wrong_settings_are_named_at_once(local: Installation) -> None:
    (local.folder / "ordain.toml").write_text('colour = "red"\nnic_suffix = "not good"\n')
    wrong = {"listen": "nowhere", "log": "loud", "sandbox_delay": "long", "database": "mysql:x", "registry": "afnic"}
    wrong |= {"public_url": "ftp://shop.example", "name_servers": "one.example"}
    said = refused(local, "serve", config=str(local.folder / "ordain.toml"), **wrong)
    for name in ("listen", "log", "sandbox_delay", "registry", "public_url", "name_servers", "nic_suffix", "database"):
        assert f"ORDAIN_{name.upper()} is " in said, name
    assert "there is no setting 'colour' in the configuration file" in said
    assert "nothing.toml" in refused(local, "serve", config="nothing.toml")


def test_unsafe_combinations_are_refused(local: Installation) -> None:
    everywhere = f"0.0.0.0:{local.port}"
    for changed in ({"listen": everywhere}, {"public_url": "https://shop.example"}):
        said = refused(local, "serve", **changed)
        assert "ORDAIN_REGISTRY is sandbox" in said
        assert "ORDAIN_SECRET must be given" in said
        assert "at least 32 characters" in refused(local, "serve", secret="short", **changed)
    assert not (local.folder / "state").exists()


def test_a_database_that_does_not_answer_is_said_in_a_sentence(local: Installation) -> None:
    said = refused(local, "serve", database="postgresql://nobody@127.0.0.1:1/nothing")
    assert said.startswith('Error: The PostgreSQL server in the setting "database" cannot be used')
    (local.folder / "file").write_text("")
    assert refused(local, "serve", database=f"sqlite:{local.folder}/file/below").count("\n") == 1


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_processes_end_cleanly(ordain: Installation, by: signal.Signals) -> None:
    worker = ordain.start("worker") if ordain.engine == "postgresql" else None
    if worker:
        wait_until_said(ordain, "worker started", times=2)
    assert [process.wait(10) for process in ordain.ended(by)] == [0] * (3 if worker else 1)
    assert "Traceback" not in ordain.heard()
    assert (
        sorted(file.name for file in (ordain.folder / "state").iterdir() if file.suffix in (".db-wal", ".db-shm")) == []
    )


def wait_until_said(of: Installation, words: str, times: int) -> None:
    until = time.monotonic() + 10
    while of.heard("err").count(words) < times:
        assert time.monotonic() < until, of.heard()
        time.sleep(0.02)


def test_a_first_start_that_is_killed_is_taken_up_by_the_next(empty: Installation) -> None:
    for instant in range(8):
        server = empty.start("serve", "--no-worker")
        time.sleep(0.3 + 0.04 * instant)
        kill(server)
    empty.up()
    nics = empty.told("account", "list").split()
    look = [("Look", 'me = ovh.Client().get("/me")["nichandle"]')]
    assert len(nics) == 1
    assert run_program(look, empty)["Look"]["me"] == nics[0]
    end(server, signal.SIGKILL)
    empty.down()
    for balance in ledger.PREPAID:
        told = empty.told("account", "credit", nics[0], "1.00", "--balance", balance)
        assert told == f"{balance} of {nics[0]} holds 1001.00 EUR.\n"


def test_data_are_backed_up_and_moved(local: Installation, tmp_path: Path) -> None:
    made = local.told("account", "create", *CAMILLE)
    copy = tmp_path / "copy.db"
    assert "bytes" in local.told("backup", str(copy))
    assert "is there already" in refused(local, "backup", str(copy))
    told = local.told("migrate-data", f"sqlite:{copy}", f"sqlite:{tmp_path / 'moved.db'}")
    assert re.search(r"^ +1  account$", told, re.MULTILINE)
    assert local.run("account", "list", database=f"sqlite:{tmp_path / 'moved.db'}").stdout == made
    assert "is not empty" in refused(local, "migrate-data", f"sqlite:{copy}", f"sqlite:{tmp_path / 'moved.db'}")
    assert "no SQLite file" in refused(local, "migrate-data", "sqlite:nowhere.db", f"sqlite:{tmp_path / 'new.db'}")
    assert not (tmp_path / "new.db").exists()


def test_a_password_is_made_and_shown(empty: Installation) -> None:
    nic = empty.told("account", "create", *CAMILLE).strip()
    first, second = (empty.told("account", "password", nic, *more).strip() for more in ((), ("--drop-second-factor",)))
    assert first != second
    assert all(re.fullmatch(r"[a-z0-9]{5}(-[a-z0-9]{5}){3}", word) for word in (first, second))
    assert "xx1-ordain does not exist" in refused(empty, "account", "password", "xx1-ordain")


def test_the_demos_password_is_shown_at_the_first_start_only(local: Installation) -> None:
    for shown in (True, False):
        local.serve()
        local.down()
        greeting = max(local.folder.glob("serve-*.out")).read_text()
        assert f"{local.url}/sign-in" in greeting
        assert ("(shown this once)" in greeting) is shown
        assert ("another one: ordain account password" in greeting) is not shown
