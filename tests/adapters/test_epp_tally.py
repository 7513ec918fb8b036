"""EPP commands are counted by registry, command and code, and how long they took."""

from __future__ import annotations

from lxml import etree

from ordain.adapters import epp_frames
from ordain.adapters.epp_answers import Greeting
from ordain.adapters.epp_tally import Tally, command
from ordain.core.measure import text

SPACES = {"d": "urn:ietf:params:xml:ns:domain-1.0", "e": "urn:ietf:params:xml:ns:epp-1.0"}


def test_a_command_goes_by_its_verb_and_object() -> None:
    check = etree.fromstring(f'<check xmlns="{SPACES["e"]}"><d:check xmlns:d="{SPACES["d"]}"/></check>')
    assert command(check) == "check domain"
    assert command(epp_frames.logout().verb) == "logout"
    assert command(epp_frames.login("us", "a password", Greeting("", (), (), ())).verb) == "login"


def test_outcomes_and_times_are_told_by_registry() -> None:
    tally = Tally()
    assert tally.families() == []
    for outcome, micros in (("1000", 20_000), ("1000", 60_000), ("silence", 31_000_000)):
        tally.add("epp.example", "create domain", outcome, micros)
    told = text(tally.families()).splitlines()
    labels = 'registry="epp.example",command="create domain"'
    assert f'ordain_epp_commands_total{{{labels},outcome="1000"}} 2' in told
    assert f'ordain_epp_commands_total{{{labels},outcome="silence"}} 1' in told
    assert f'ordain_epp_seconds_bucket{{{labels},le="0.05"}} 1' in told
    assert f'ordain_epp_seconds_bucket{{{labels},le="30"}} 2' in told
    assert f'ordain_epp_seconds_bucket{{{labels},le="+Inf"}} 3' in told
    assert f"ordain_epp_seconds_sum{{{labels}}} 31.08" in told
