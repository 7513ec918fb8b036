"""EPP commands are counted by registry, command and code, and how long they took."""

from __future__ import annotations

import pytest
from lxml import etree

from ordain.adapters import epp_frames
from ordain.adapters.epp_answers import Greeting, queued, reply
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


def test_open_sessions_and_the_queues_length_are_told() -> None:
    tally = Tally()
    tally.add("epp.example", "login", "1000", 20_000)
    for more in (1, 1, -1):
        tally.session("epp.example", more)
    tally.queued("epp.example", 7)
    told = text(tally.families()).splitlines()
    assert 'ordain_epp_sessions{registry="epp.example"} 1' in told
    assert 'ordain_epp_queue_messages{registry="epp.example"} 7' in told


@pytest.mark.parametrize(
    ("code", "queue", "waiting"),
    [(1301, '<msgQ count="5" id="12"/>', 5), (1300, "", 0), (1000, "", None), (1000, '<msgQ count="3" id="1"/>', 3),
     (1301, '<msgQ count="many" id="12"/>', None), (1301, '<msgQ id="12"/>', None)],
)  # fmt: skip
def test_an_answer_tells_how_many_messages_wait(code: int, queue: str, waiting: int | None) -> None:
    result = f'<result code="{code}"><msg>Well</msg></result>'
    frame = f'<epp xmlns="{SPACES["e"]}"><response>{result}{queue}<trID><svTRID>x</svTRID></trID></response></epp>'
    assert queued(reply(etree.fromstring(frame))) == waiting
