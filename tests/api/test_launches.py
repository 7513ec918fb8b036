"""Trademarks and launches over the wire: claims accepted on record, signed marks, phases, codes, DOMAIN_CONFIG."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import settings
from ordain.adapters.mark_verifier import MarkVerifier
from ordain.core.claims import Notice, notice_id
from ordain.core.money import CENT
from ordain.core.registry import AcceptedNotice, NoAnswer, Refusal
from ordain.core.schedule import Schedule
from ordain.flows import claims, trademarks
from ordain.flows.shelf import Shelf
from ordain.store import claims as claims_store
from tests import marks
from tests.flows.shop import bought, first_task

if TYPE_CHECKING:
    from ordain.core.registry import Answer, Command
    from ordain.flows.ports import Registry
    from tests.world import World

TMCH = Path(__file__).parents[2].parent / "shared" / "vectors" / "tmch"
SMD = "/domain/data/smd"


class Overheard:
    """A registry that writes down what it is told to create. The next `lost` answers are lost on the way.

    Where it is `strict` it creates nothing without a notice, whatever it said of the name before.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.lost = 0
        self.strict = False
        self.commands: list[Command] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.registry, name)

    async def create(self, command: Command) -> Answer:
        self.commands.append(command)
        if self.strict and command.notice is None:
            return Refusal("The name is under a trademark claim by now", "CLAIMS_NOTICE")
        answer = await self.registry.create(command)
        if self.lost:
            self.lost -= 1
            raise NoAnswer(str(answer))
        return answer


def overhear(world: World) -> Overheard:
    """From now on every registry is listened to."""
    heard = Overheard(next(iter(world.engine.registries.values())))
    world.use(structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, heard)))
    return heard


def refusals(world: World, cart_id: str) -> dict[str, str]:
    """What stands in the way of checkout, by label or field: the same at the dry run and at the order."""
    path = f"/order/cart/{cart_id}/checkout"
    dry, wet = world.get(path), world.post(path, {})
    assert (dry.status, dry.body) == (wet.status, wet.body)
    assert dry.status >= 400, dry.body
    return {field.partition(".")[2]: why for field, why in dry.body["details"].items() if "." in field}


def in_cart(world: World, domain: str, *labels: tuple[str, object]) -> str:
    cart_id = world.cart()
    item_id = world.add(cart_id, domain)
    for label, value in labels:
        world.configure(cart_id, item_id, label, value)
    return cart_id


# --- claims ---


def test_a_claimed_name_is_delivered_with_its_notice_and_the_acceptance_is_on_record(world: World) -> None:
    heard = overhear(world)
    assert "mandatory" in refusals(world, in_cart(world, "claimed-1.app"))["CLAIMS_NOTICE"]
    shown = world.get("/domain/data/claimNotice", None, domain="claimed-1.app").ok()
    order_id = bought(world, "claimed-1.app", ("CLAIMS_NOTICE", shown["id"]))
    world.pass_time(hours=1)
    world.deliver()
    assert world.status(order_id) == "delivered"
    [command] = heard.commands
    ends = datetime.fromisoformat(shown["endingDate"])
    placed = world.now - timedelta(hours=1)
    assert command.notice == AcceptedNotice(shown["id"], ends, placed)
    item = (order_id, first_task(world, order_id).item_id)
    [kept] = world.runner.run(world.database.read(lambda tx: claims_store.accepted(tx, world.nics["camille"], item)))
    assert (kept.accepted, kept.address, kept.notice.id) == (placed, world.address, shown["id"])
    assert kept.notice.claims[0].goods_and_services == shown["claims"][0]["goodsAndServices"]
    world.pass_time(days=30)
    assert world.runner.run(claims.sweep(world.engine)) == 1
    assert world.runner.run(world.database.read(lambda tx: claims_store.accepted(tx, world.nics["camille"], item))) == [
        kept
    ]


def test_a_notice_that_is_not_this_name_s_or_not_in_time_is_refused(world: World) -> None:
    own, other = world.notice("claimed-1.app"), world.notice("claimed-2.app")
    ends = datetime(2026, 11, 25, tzinfo=UTC)
    never_shown = notice_id("claimed-1", ends, 7)
    wrong = {
        "accepted": "no notice that was shown",
        "true": "no notice that was shown",
        "1": "no notice that was shown",
        "x" * 5000: "no notice that was shown",
        f"{own} ": "no notice that was shown",
        own.upper() if own.upper() != own else f"0{own}": "no notice that was shown",
        f"00000000{own[8:]}": "no notice that was shown",
        never_shown: "no notice that was shown",
        "'; DROP TABLE claims_notice; --": "no notice that was shown",
        other: "is about 'claimed-2', not about 'claimed-1'",
    }
    for value, said in wrong.items():
        found = refusals(world, in_cart(world, "claimed-1.app", ("CLAIMS_NOTICE", value)))
        assert list(found) == ["CLAIMS_NOTICE"]
        assert said in found["CLAIMS_NOTICE"]
    cart_id = world.cart()
    world.configure(cart_id, world.add(cart_id, "claimed-1.app"), "CLAIMS_NOTICE", own)
    world.put(f"/order/cart/{cart_id}", {"expire": "2026-11-28T00:00:00Z"}).ok()
    world.pass_time(hours=40)
    assert "expired on 2026-11-25" in refusals(world, cart_id)["CLAIMS_NOTICE"]
    assert world.get("/me/order").ok() == []


def test_a_notice_with_a_wrong_checksum_is_refused_even_if_it_was_kept(world: World) -> None:
    forged = Notice(id="deadbeef1", label="claimed-1", begins=None, ends=world.now + timedelta(days=1))
    world.runner.run(world.database.write(lambda tx: claims_store.keep(tx, forged)))
    found = refusals(world, in_cart(world, "claimed-1.app", ("CLAIMS_NOTICE", "deadbeef1")))
    assert "checksum" in found["CLAIMS_NOTICE"]


def test_a_notice_that_ends_before_delivery_is_mended_by_accepting_the_new_one(world: World) -> None:
    heard = overhear(world)
    order_id = bought(world, "claimed-3.app", ("CLAIMS_NOTICE", world.notice("claimed-3.app")))
    world.pass_time(days=3)
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.argument, heard.commands) == ("error", "CLAIMS_NOTICE", [])
    path = f"/me/task/domain/{task.task_id}"
    assert world.get(f"{path}/argument").ok() == ["CLAIMS_NOTICE"]
    for wrong in ("", "nonsense", world.notice("claimed-4.app")):
        assert world.put(f"{path}/argument/CLAIMS_NOTICE", {"value": wrong}).status == 400
    fresh = world.notice("claimed-3.app")
    assert world.put(f"{path}/argument/CLAIMS_NOTICE", {"value": fresh}, "dieter").status == 404
    world.put(f"{path}/argument/CLAIMS_NOTICE", {"value": fresh}).ok()
    world.post(f"{path}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    [command] = heard.commands
    assert command.notice is not None
    assert (command.notice.id, command.notice.accepted) == (fresh, world.now)


def test_a_notice_that_was_accepted_too_long_ago_can_be_accepted_again(world: World) -> None:
    """A registry wants an acceptance of the last two days, though the notice itself may hold for longer."""
    heard, ends = overhear(world), world.now + timedelta(days=9)
    notice = Notice(id=notice_id("claimed-8", ends, 5), label="claimed-8", begins=None, ends=ends)
    world.runner.run(world.database.write(lambda tx: claims_store.keep(tx, notice)))
    order_id = bought(world, "claimed-8.app", ("CLAIMS_NOTICE", notice.id))
    world.pass_time(days=3)
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.argument) == ("error", "CLAIMS_NOTICE")
    world.put(f"/me/task/domain/{task.task_id}/argument/CLAIMS_NOTICE", {"value": notice.id}).ok()
    world.post(f"/me/task/domain/{task.task_id}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert heard.commands[-1].notice == AcceptedNotice(notice.id, ends, world.now)


def test_a_claim_that_came_up_after_the_order_is_accepted_at_its_task(world: World) -> None:
    heard = overhear(world)
    order_id = bought(world, "late.app")
    heard.strict = True
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.argument) == ("error", "CLAIMS_NOTICE")
    ends = world.now + timedelta(days=1)
    notice = Notice(id=notice_id("late", ends, 5), label="late", begins=None, ends=ends)
    world.runner.run(world.database.write(lambda tx: claims_store.keep(tx, notice)))
    world.put(f"/me/task/domain/{task.task_id}/argument/CLAIMS_NOTICE", {"value": notice.id}).ok()
    world.post(f"/me/task/domain/{task.task_id}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert heard.commands[-1].notice == AcceptedNotice(notice.id, ends, world.now)


def test_only_a_new_name_is_under_claims(world: World) -> None:
    """Whoever transfers a name, or buys it from its owner, has nothing to accept (RFC 8334 §2.6 is of creations)."""
    launch(world)
    world.now = DAYS[2]
    listed = "1,2026-12-01T00:00:00.0Z\nDNL,lookup-key,insertion-datetime\n" + "".join(
        f"{label},k/{label},2026-12-01T00:00:00.0Z\n" for label in ("taken", "aftermarket1", "free")
    )
    world.runner.run(trademarks.take(world.engine, listed))
    asked = {}
    for label in ("taken", "aftermarket1", "free"):
        cart_id = world.cart()
        path = f"/order/cart/{cart_id}/item/{world.add(cart_id, f'{label}.zz')}/requiredConfiguration"
        asked[label] = "CLAIMS_NOTICE" in [one["label"] for one in world.get(path).ok()]
    assert asked == {"taken": False, "aftermarket1": False, "free": True}


def test_the_registry_itself_refuses_a_bad_notice(world: World) -> None:
    """What a real registry answers 2306 to: the sandbox is no more lenient."""
    registry = next(iter(world.engine.registries.values()))
    heard = overhear(world)
    bought(world, "claimed-5.app", ("CLAIMS_NOTICE", world.notice("claimed-5.app")))
    world.deliver()
    command = structs.replace(heard.commands[0], name="claimed-6.app", transaction="another")
    good = AcceptedNotice(notice_id("claimed-6", world.now + timedelta(days=1), 1), world.now + timedelta(days=1),
                          world.now)  # fmt: skip
    bad = (
        None,
        structs.replace(good, id="370d0b7c1"),
        structs.replace(good, id="nonsense"),
        structs.replace(good, not_after=world.now + timedelta(days=2)),
        structs.replace(good, accepted=world.now - timedelta(hours=49)),
        structs.replace(good, accepted=world.now + timedelta(hours=1)),
        AcceptedNotice(notice_id("claimed-6", world.now, 1), world.now, world.now - timedelta(hours=1)),
    )
    for notice in bad:
        answer = world.runner.run(registry.create(structs.replace(command, notice=notice)))
        assert isinstance(answer, Refusal)
        assert answer.argument == "CLAIMS_NOTICE"
    answer = world.runner.run(registry.create(structs.replace(command, notice=good)))
    assert not isinstance(answer, Refusal)


# --- signed marks ---


def in_2023(world: World) -> None:
    """The world as the clearing house's test files know it: its pilot root, its lists, its time."""
    world.now = datetime(2023, 1, 1, tzinfo=UTC)
    root = (TMCH / "icann-tmch-pilot.crt").read_bytes()
    world.use(structs.replace(world.engine, marks=MarkVerifier(root, needs_revocations=True)))


def test_the_clearing_house_s_files_are_kept_or_refused_in_words(world: World) -> None:
    in_2023(world)
    active = (TMCH / "active.smd").read_text("utf-8")
    unknown = world.post(SMD, {"data": active})
    assert (unknown.status, "list of revoked certificates" in unknown.body["message"]) == (503, True)
    for name in ("icann-tmch-pilot.crl", "smdrl-latest.csv"):
        world.runner.run(trademarks.take(world.engine, (TMCH / name).read_text()))
    assert world.post(SMD, {"data": (TMCH / "revoked.smd").read_text("utf-8")}).status == 200
    world.runner.run(trademarks.take(world.engine, (TMCH / "smdrl.csv").read_text()))
    held = world.get(SMD).ok()[0]["id"]
    for name in ("active", "Court-Holder-Arab-Active", "Trademark-Holder-Chinese-Active",
                 "Trademark-Holder-French-Active", "TreatyStatute-Agent-Russian-Active"):  # fmt: skip
        given = world.post(SMD, {"data": (TMCH / f"{name}.smd").read_text("utf-8")}).ok()
        assert given["protectedLabels"], name
    wrong = {
        "invalid": "does not carry the signature of its issuer",
        "revoked": "was revoked by its issuer on 2022-11-22",
        "tmv-cert-revoked": "signed with a certificate that was revoked",
    }
    for name, said in wrong.items():
        body = {"data": (TMCH / f"{name}.smd").read_text("utf-8")}
        for answer in (world.post(SMD, body), world.put(f"{SMD}/{held}", body)):
            assert (answer.status, list(answer.body["details"])) == (400, ["data"])
            assert said in answer.body["message"]
    assert len(world.get(SMD).ok()) == 6


def _later(smdrl: str) -> str:
    """The list with the day after in its first line, for lists only ever get newer."""
    return smdrl.replace("1,2022-11-22T01:49:36.9Z", "1,2022-11-23T00:00:00.0Z")


def test_lists_only_get_newer_and_only_the_clearing_house_s_count(world: World) -> None:
    in_2023(world)

    def take(text: str) -> str:
        return world.runner.run(trademarks.take(world.engine, text))

    smdrl = (TMCH / "smdrl.csv").read_text()
    assert take(smdrl).endswith("5 rows, 5 new, 0 gone")
    assert take(smdrl).endswith("5 rows, 0 new, 0 gone")
    assert take(_later(smdrl).replace("0000001761385117375880-65535", "1-1")).endswith("5 rows, 1 new, 1 gone")
    assert "113 rows" in take((TMCH / "dnl-latest.csv").read_text())
    assert take((TMCH / "icann-tmch-pilot.crl").read_text()) == "crl: taken"
    for text, said in ((smdrl, "older"), ("nonsense", "line 1"), (marks.revocations(), "not signed by")):
        with pytest.raises(Exception, match=said):
            take(text)
    world.now = datetime(2023, 5, 1, tzinfo=UTC)
    with pytest.raises(Exception, match="to be replaced by"):
        take((TMCH / "icann-tmch-pilot.crl").read_text())


# --- a launch ---

DAYS = [datetime(2026, 12, day, tzinfo=UTC) for day in (1, 8, 15, 22)]
CREATE = [300, 200, 20, 10]


def launch(world: World) -> None:
    """A made-up extension .zz goes through every phase of a launch, a week each, at prices of each phase."""
    catalogue = world.engine.market.catalogue
    like = catalogue.extensions["app"]
    [usual] = {price for _, price in like.prices["EUR"].entries}
    priced = [(day, structs.replace(usual, create=euros * 100 * CENT)) for day, euros in zip(DAYS, CREATE, strict=True)]
    phases = ("sunrise", "landrush", "claims", "ga")
    zz = structs.replace(like, name="zz", phases=Schedule(tuple(zip(DAYS, phases, strict=True))),
                         prices={**like.prices, "EUR": Schedule(tuple(priced))})  # fmt: skip
    goods = structs.replace(
        world.engine.market, catalogue=structs.replace(catalogue, extensions={**catalogue.extensions, "zz": zz})
    )
    world.use(structs.replace(world.engine, shelf=Shelf(goods)))


def offered(world: World, domain: str) -> list[tuple[str, int]]:
    """Phase and first year's price in euros of what is on offer."""
    found = world.get(f"/order/cart/{world.cart()}/domain", domain=domain).ok()
    return [(each["phase"], int(each["prices"][0]["price"]["value"])) for each in found]


def test_a_search_asks_for_a_mark_while_only_its_holders_can_have_a_name(world: World) -> None:
    launch(world)
    asked = []
    for day in (DAYS[0], DAYS[-1]):
        world.now = day
        [found] = world.send("GET", "/ordain/v1/search?name=foo&extensions=zz").ok()["results"]
        asked.append(found["offers"][0]["required"])
    assert asked == [["OWNER_LEGAL_AGE", "SMD"], ["OWNER_LEGAL_AGE"]]


def test_a_launch_from_before_its_first_day_to_general_availability(world: World) -> None:
    heard = overhear(world)
    launch(world)
    world.credit("camille", 5000)
    world.runner.run(trademarks.take(world.engine, (TMCH / "dnl-latest.csv").read_text()))
    assert offered(world, "foo.zz") == []
    assert "not on sale yet" in world.post(f"/order/cart/{world.cart()}/domain", {"domain": "foo.zz"}).body["message"]
    world.now = DAYS[0]
    given = world.post(SMD, {"data": marks.xml()}).ok()["id"]
    for day, phase, euros, name in zip(DAYS, ("sunrise", "landrush", "claims", "ga"), CREATE,
                                       ("example-one.zz", "rush.zz", "common.zz", "open.zz"), strict=True):  # fmt: skip
        world.now = day
        assert offered(world, name) == [(phase, euros)]
        labels = (("SMD", f"{SMD}/{given}"),) if phase == "sunrise" else ()
        order_id = bought(world, name, *labels)
        world.deliver()
        assert world.status(order_id) == "delivered", phase
        assert heard.commands[-1].phase == phase
        assert (heard.commands[-1].signed_mark == marks.xml()) is (phase == "sunrise")
    # A label on the imported list is under claims while the launch lasts, and no longer.
    asked = {}
    for day in DAYS[1:]:
        world.now = day
        cart_id = world.cart()
        path = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'test-validate.zz')}/requiredConfiguration"
        asked[day] = "CLAIMS_NOTICE" in [one["label"] for one in world.get(path).ok() if one["required"]]
    assert list(asked.values()) == [True, True, False]


def test_in_the_sunrise_a_name_is_for_the_holder_of_its_mark(world: World) -> None:
    launch(world)
    world.now = DAYS[0]
    mine = world.post(SMD, {"data": marks.xml()}).ok()["id"]
    strangers = world.post(SMD, {"data": marks.xml("9-9")}, "dieter").ok()["id"]
    cart_id = world.cart()
    path = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'example-one.zz')}"
    asked = {one["label"]: one for one in world.get(f"{path}/requiredConfiguration").ok()}
    assert (asked["SMD"]["type"], asked["SMD"]["required"]) == ("/domain/data/smd", True)
    assert refusals(world, cart_id) == {"SMD": "example-one.zz: Custom field SMD is mandatory for product zz"}
    for wrong in ("", "x", mine, "/domain/data/smd/", f"/domain/data/smd/{mine}x", f"/me/contact/{mine}", "../smd",
                  f"{SMD}/{mine}\n", f"{SMD}/1", "<smd/>"):  # fmt: skip
        answer = world.post(f"{path}/configuration", {"label": "SMD", "value": wrong})
        assert (answer.status, list(answer.body["details"])) == (400, ["value"]), wrong
    for smd_id in (strangers, "00000000-0000-0000-0000-000000000000"):
        found = refusals(world, in_cart(world, "example-one.zz", ("SMD", f"{SMD}/{smd_id}")))
        assert "does not exist" in found["SMD"]
    found = refusals(world, in_cart(world, "other.zz", ("SMD", f"{SMD}/{mine}")))
    assert "does not cover 'other', but example-one, exampleone" in found["SMD"]
    good = in_cart(world, "example-one.zz", ("SMD", f"{SMD}/{mine}"))
    assert world.get(f"/order/cart/{good}/checkout").status == 200
    revoked = "1,2026-12-01T00:00:00.0Z\nsmd-id,insertion-datetime\n0000001-65535,2026-12-01T00:00:00.0Z\n"
    world.runner.run(trademarks.take(world.engine, revoked))
    assert "revoked by its issuer on 2026-12-01" in refusals(world, good)["SMD"]
    world.runner.run(trademarks.take(world.engine, revoked.replace("0000001-65535", "7-7")))
    assert world.get(f"/order/cart/{good}/checkout").status == 200
    world.runner.run(trademarks.take(world.engine, marks.revocations(marks.validator())))
    assert "certificate that was revoked" in refusals(world, good)["SMD"]


def test_a_cart_of_one_phase_is_not_checked_out_in_the_next(world: World) -> None:
    launch(world)
    world.now = DAYS[2] - timedelta(hours=1)
    cart_id = in_cart(world, "foo.zz")
    world.pass_time(hours=2)
    assert "went from landrush to claims" in refusals(world, cart_id)["domain"]


# --- codes of protected names ---


def test_a_protected_name_needs_its_code_and_a_wrong_one_can_be_corrected(world: World) -> None:
    heard = overhear(world)
    assert "mandatory" in refusals(world, in_cart(world, "protected-1.app"))["PROTECTED_CODE"]
    order_id = bought(world, "protected-1.app", ("PROTECTED_CODE", "guessed"))
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.argument) == ("error", "PROTECTED_CODE")
    path = f"/me/task/domain/{task.task_id}"
    for wrong in ("sandbox", "SANDBOX ", " ", "0", "x" * 200, "SANDB0X", "SANDBOX;", "SAND BOX", "null", "SANDBOX\n"):
        corrected = world.put(f"{path}/argument/PROTECTED_CODE", {"value": wrong})
        if corrected.status == 200:
            world.post(f"{path}/relaunch").ok()
            world.deliver()
        assert first_task(world, order_id).status == "error", wrong
    world.put(f"{path}/argument/PROTECTED_CODE", {"value": "SANDBOX"}).ok()
    world.post(f"{path}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert heard.commands[-1].protected_code == "SANDBOX"


# --- DOMAIN_CONFIG ---

CONFIG = {"audience": "citizens", "isFor": ["emails", "other_purpose"], "otherPurpose": "a registry of trees",
          "represent": "Exampleton Council", "reason": "it is asked for"}  # fmt: skip
COUNCIL = {
    "organisationType": "local authority", "organisationRole": "council", "organisationFunding": "public",
    "organisationStaffStatus": "public servants", "organisationAccountable": "the council",
}  # fmt: skip


def council(world: World) -> str:
    """A contact who may have a .gov.uk name."""
    address = {"line1": "1 Example Street", "city": "Exampleton", "zip": "SW1A 2AA", "country": "GB"}
    body = {
        "firstName": "Camille",
        "lastName": "Martin",
        "legalForm": "other",
        "organisationName": "Exampleton Council",
        "email": "web@world.example",
        "phone": "+44.2079460000",
        "language": "en_GB",
        "address": address,
        **COUNCIL,
    }
    return f"/domain/contact/{world.post('/domain/contact', body).ok()['id']}"


def test_domain_config_is_demanded_judged_by_member_and_shown_back(world: World) -> None:
    heard, owner = overhear(world), (("OWNER_CONTACT", council(world)), ("OWNER_LEGAL_AGE", "true"))
    world.credit("camille", 1000)
    found = refusals(world, in_cart(world, "council.gov.uk", *owner))
    assert "mandatory" in found["DOMAIN_CONFIG"]
    by_member: list[tuple[dict[str, Any], str]] = [
        ({"audience": None}, "DOMAIN_CONFIG.audience"),
        ({"audience": " "}, "DOMAIN_CONFIG.audience"),
        ({"audience": "x" * 1001}, "DOMAIN_CONFIG.audience"),
        ({"isFor": None}, "DOMAIN_CONFIG.isFor"),
        ({"isFor": []}, "DOMAIN_CONFIG.isFor"),
        ({"isFor": ["a shop"]}, "DOMAIN_CONFIG.isFor"),
        ({"isFor": ["emails", "a shop"]}, "DOMAIN_CONFIG.isFor"),
        ({"represent": ""}, "DOMAIN_CONFIG.represent"),
        ({"represent": "x" * 1001}, "DOMAIN_CONFIG.represent"),
        ({"otherPurpose": "x" * 1001}, "DOMAIN_CONFIG.otherPurpose"),
    ]
    for change, field in by_member:
        cart_id = in_cart(world, "council.gov.uk", *owner, ("DOMAIN_CONFIG", json.dumps({**CONFIG, **change})))
        assert list(refusals(world, cart_id)) == [field], change
    everything = refusals(world, in_cart(world, "council.gov.uk", *owner, ("DOMAIN_CONFIG", "{}")))
    assert list(everything) == [f"DOMAIN_CONFIG.{name}" for name in ("isFor", "audience", "represent")]
    order_id = bought(world, "council.gov.uk", *owner, ("DOMAIN_CONFIG", json.dumps(CONFIG)))
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert heard.commands[-1].config == CONFIG
    held = world.get("/domain/council.gov.uk/configurations/data").ok()
    assert {name: held[name] for name in CONFIG} == CONFIG


def test_what_is_no_domain_config_is_refused_when_it_is_put_on(world: World) -> None:
    cart_id = world.cart()
    path = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'council.gov.uk')}/configuration"
    wrong = ("", "{", "[]", "1", "null", '"x"', '{"audience": 5}', '{"isFor": "emails"}', '{"isFor": [1]}',
             '{"represent": ["a"]}', '{"isFor": ["other_purpose"]}', json.dumps({"reason": "x" * 4001}),
             '{"more": ' + "[" * 9000 + "]" * 900 + "}", '{"reason": "\\ud800"}')  # fmt: skip
    for value in wrong:
        answer = world.post(path, {"label": "DOMAIN_CONFIG", "value": value})
        assert (answer.status, list(answer.body["details"])) == (400, ["value"]), value
    assert world.post(path, {"label": "DOMAIN_CONFIG", "value": '{"more": 1}'}).status == 200, "unknown members pass"


# --- repetition ---


@pytest.mark.parametrize("fail", [1, 2])
def test_a_repeated_delivery_says_the_same(world: World, fail: int) -> None:
    """Whatever is lost on the way: the same notice and the same acceptance go to the registry again."""
    heard = overhear(world)
    order_id = bought(world, "claimed-7.app", ("CLAIMS_NOTICE", world.notice("claimed-7.app")))
    heard.lost = fail
    for _ in range(fail + 1):
        world.deliver()
        world.pass_time(minutes=10)
    assert world.status(order_id) == "delivered"
    assert len({(c.transaction, c.notice) for c in heard.commands}) == 1


def test_a_root_that_is_none_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nonsense")
    (tmp_path / "cut.pem").write_text(marks.root().pem[:400])
    (tmp_path / "crl.pem").write_text(marks.revocations())
    for name in ("no.pem", "cut.pem", "crl.pem", "missing.pem", "."):
        with pytest.raises(settings.SettingError, match="ORDAIN_MARK_ROOT is a PEM file"):
            settings.read({"ORDAIN_SECRET": "any", "ORDAIN_MARK_ROOT": str(tmp_path / name)})
