"""Claims notices and signed mark data files over the API."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ordain.core.claims import notice_id
from ordain.core.signed_mark import LONGEST, MOST_FILES
from tests import marks

if TYPE_CHECKING:
    from tests.world import World

SMD = "/domain/data/smd"
NOTICE = "/domain/data/claimNotice"


def give(world: World, data: str, who: str = "camille") -> Any:
    return world.post(SMD, {"data": data}, who)


def test_a_name_under_claims_has_a_notice_that_says_it_is_made_up(world: World) -> None:
    notice = world.get(NOTICE, None, domain="claimed-9.app").ok()
    assert (notice["label"], notice["type"]) == ("claimed-9", "TRADEMARK")
    assert (notice["startingDate"], notice["endingDate"]) == ("2026-11-23T00:00:00+00:00", "2026-11-25T00:00:00+00:00")
    ends = world.now.replace(hour=0) + timedelta(days=2)
    assert notice["id"] == notice_id("claimed-9", ends, int(notice["id"][8:]))
    [claim] = notice["claims"]
    assert "made up by the sandbox" in claim["goodsAndServices"]
    assert world.get(NOTICE, domain="CLAIMED-9.APP").ok() == notice


@pytest.mark.parametrize(
    ("domain", "status"),
    [
        ("foo.app", 404),
        ("foo.nothing", 400),
        ("", 400),
        ("not a name.app", 400),
        ("a.b.app", 400),
        ("x" * 300 + ".app", 400),
        ("claimed..app", 400),
    ],
)
def test_no_notice_without_a_claim(world: World, domain: str, status: int) -> None:
    answer = world.get(NOTICE, None, domain=domain)
    assert (answer.status, list(answer.body["details"])) == (status, ["domain"])


def test_a_file_is_given_read_replaced_and_forgotten(world: World) -> None:
    data = marks.smd(marks.xml())
    given = give(world, data).ok()
    assert str(uuid.UUID(given["id"])) == given["id"]
    assert given == {
        "id": given["id"],
        "smdId": "0000001-65535",
        "data": data,
        "notBefore": "2026-01-01T00:00:00+00:00",
        "notAfter": "2027-01-01T00:00:00+00:00",
        "protectedLabels": [{"label": label, "trademark": "Example & One"} for label in ("example-one", "exampleone")],
    }
    path = f"{SMD}/{given['id']}"
    assert world.get(path).ok() == world.get(path.replace(given["id"], given["id"].upper())).ok() == given
    assert world.get(SMD).ok() == [given]
    other = world.put(path, {"data": marks.xml("0000002-65535", labels=())}).ok()
    assert (other["id"], other["smdId"], other["protectedLabels"]) == (given["id"], "0000002-65535", [])
    assert world.get(path).ok() == other
    assert world.delete(path).ok() is None
    assert world.get(SMD).ok() == []
    assert [world.delete(path).status, world.get(path).status, world.put(path, {"data": data}).status] == [404] * 3


def test_the_same_mark_is_kept_once(world: World) -> None:
    first = give(world, marks.xml()).ok()
    second = give(world, marks.xml("0000002-65535")).ok()
    answer = give(world, marks.smd(marks.xml()))
    assert (answer.status, first["id"] in answer.body["message"]) == (409, True)
    assert world.put(f"{SMD}/{second['id']}", {"data": marks.xml()}).status == 409
    assert world.put(f"{SMD}/{first['id']}", {"data": marks.smd(marks.xml())}).ok()["id"] == first["id"]
    assert len(world.get(SMD).ok()) == 2
    assert give(world, marks.xml(), "dieter").ok()["id"] != first["id"], "another account's is another"


def test_a_strangers_file_is_as_unknown_as_one_that_is_none(world: World) -> None:
    mine = give(world, marks.xml()).ok()["id"]
    for smd_id in (mine, str(uuid.uuid4()), "nothing"):
        path = f"{SMD}/{smd_id}"
        answers = [
            world.get(path, "dieter"),
            world.put(path, {"data": marks.xml()}, "dieter"),
            world.delete(path, "dieter"),
        ]
        said = {"class": "Client::NotFound", "message": f"Signed mark data {smd_id} does not exist",
                "details": {"smdId": f"Signed mark data {smd_id} does not exist"}}  # fmt: skip
        assert [(answer.status, answer.body) for answer in answers] == [(404, said)] * 3
    assert world.get(SMD, "dieter").ok() == []
    assert [world.get(SMD, None).status, world.get(f"{SMD}/{mine}", None).status] == [401, 401]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "data is required"),
        ({"data": None}, "data: "),
        ({"data": 5}, "data: "),
        ({"data": ""}, "not well-formed"),
        ({"data": "nonsense"}, "neither signed mark data"),
        ({"data": "<a/>"}, "no signedMark"),
        ({"data": "A" * (LONGEST + 1)}, "data: "),
        ({"data": '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'}, "document type"),
        ({"data": marks.xml(ends="2026-11-23T11:59:59Z")}, "expired on"),
        ({"data": marks.xml(labels=("UPPER CASE",))}, "a label that is none"),
    ],
)
def test_what_is_no_signed_mark_is_refused_and_not_kept(world: World, body: Any, said: str) -> None:
    given = give(world, marks.xml()).ok()
    for answer in (world.post(SMD, body), world.put(f"{SMD}/{given['id']}", body)):
        assert (answer.status, list(answer.body["details"])) == (400, ["data"])
        assert said in answer.body["message"]
    assert world.get(SMD).ok() == [given]


def test_an_account_keeps_only_so_many(world: World) -> None:
    for number in range(MOST_FILES):
        give(world, marks.xml(f"{number}-1")).ok()
    answer = give(world, marks.xml(f"{MOST_FILES}-1"))
    assert (answer.status, "at most 100" in answer.body["message"]) == (409, True)
