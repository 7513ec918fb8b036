"""/ordain/v1/search: what is found, how it is told, and what it does to nobody else."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import __version__
from ordain.api import openapi
from ordain.api.routes import OWN_ROUTES
from ordain.core.names import Name, parse
from ordain.core.search import MOST_NAMES
from ordain.flows import search
from ordain.flows.answers import AT_ONCE, Answers, Budgets, Searching
from tests.world import Answer, Line, World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from ordain.core.registry import Availability
    from ordain.flows.ports import Registry

PATH = "/ordain/v1/search"
NDJSON, EVENTS = "application/x-ndjson", "text/event-stream"


class Watched:
    """A registry that counts what it is asked, and answers when it is let."""

    def __init__(self, of: Registry, *, silent: bool = False) -> None:
        self._of = of
        self._silent = silent
        self.asked: list[str] = []
        self.under_way = self.most_under_way = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)

    async def check(self, names: Sequence[str]) -> list[Availability]:
        self.asked += names
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await (asyncio.Event().wait() if self._silent else asyncio.sleep(0))
            return await self._of.check(names)
        finally:
            self.under_way -= 1


def watch(world: World, *registries: str, silent: bool = False) -> Watched:
    """Put a watched registry in the place of these, or of all."""
    [sandbox] = set(world.engine.registries.values())
    watched = Watched(sandbox, silent=silent)
    found = {name: watched if name in registries or not registries else sandbox for name in world.engine.registries}
    world.use(structs.replace(world.engine, registries=found))
    return watched


def limit(world: World, a_minute: int, remembered: timedelta | None = None) -> None:
    """Let each caller ask about so many names a minute."""
    old = world.engine.searching
    answers = Answers(remembered) if remembered is not None else old.answers
    world.use(structs.replace(world.engine, searching=Searching(old.lexicon, old.words, answers, Budgets(a_minute))))


def get(world: World, who: str | None = None, accept: str = "", language: str = "", **query: Any) -> Answer:
    headers = {"Accept": accept} if accept else {}
    if language:
        headers["Accept-Language"] = language
    listed = "&".join(f"{name}={value}" for name, value in query.items())
    target = f"{PATH}?{listed}"
    signed = world.signed("GET", target, b"", who) if who else {}
    return world.send("GET", target, headers=headers | signed)


def results(answer: Answer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.ok()["results"]
    return found


def names(world: World, *asked: str, language: str = "en") -> list[dict[str, Any]]:
    headers = {"Accept-Language": language}
    return results(world.send_json("POST", f"{PATH}/names", {"names": list(asked)}, headers))


def events(raw: bytes) -> list[dict[str, str]]:
    """Server-sent events by the standard's own algorithm (WHATWG HTML §9.2.6), without its details."""
    blocks = [block.split("\n") for block in raw.decode().split("\n\n") if block]
    return [dict(line.split(": ", 1) for line in lines if not line.startswith(":")) for lines in blocks]


def test_a_name_is_found_under_every_extension_the_most_wanted_first(world: World) -> None:
    answer = get(world, name="example", ovhSubsidiary="DE").ok()
    extensions = world.engine.market.catalogue.extensions
    assert {each["extension"] for each in answer["results"]} == set(extensions)
    assert [each["rank"] for each in answer["results"]] == list(range(len(extensions)))
    assert [each["domain"] for each in answer["results"][:2]] == ["example.de", "example.com"]
    assert answer["end"]["asked"] == len(extensions)
    assert sum(answer["end"]["counts"].values()) == len(extensions)


def test_the_very_name_comes_first_wherever_it_is(world: World) -> None:
    assert [each["domain"] for each in results(get(world, name="example.pm"))][:1] == ["example.pm"]
    found = results(get(world, name="example.pm", extensions="fr,.COM"))
    assert [each["domain"] for each in found] == ["example.pm", "example.fr", "example.com"]


def test_the_word_that_is_an_extension_is_a_word(world: World) -> None:
    assert "shop.fr" in [each["domain"] for each in results(get(world, name="shop"))]


@pytest.mark.parametrize("suffix", ["co.uk", "com.au", "gov.au"])
def test_what_names_are_registered_below_is_not_on_offer_itself(world: World, suffix: str) -> None:
    watched = watch(world)
    word, _, extension = suffix.partition(".")
    [found] = results(get(world, name=word, extensions=extension))
    assert (found["domain"], found["state"], found["offers"]) == (suffix, "invalid", [])
    assert "put a name in front of it" in found["reason"] or "nobody can hold it" in found["reason"]
    assert watched.asked == []
    cart = world.post("/order/cart", {"ovhSubsidiary": "FR"}).ok()["cartId"]
    assert world.get(f"/order/cart/{cart}/domain?domain={suffix}").status == 400


@pytest.mark.parametrize("word", ["com", "shop"])
def test_what_a_search_finds_can_be_put_in_a_cart(world: World, word: str) -> None:
    engine = world.engine
    sold, suffix = engine.market.catalogue.extensions, engine.public_suffix
    found = [each for each in results(get(world, name=word)) if each["state"] != "invalid"]
    assert [each["domain"] for each in found if not isinstance(parse(each["domain"], sold, suffix), Name)] == []


def test_prices_stand_side_by_side_and_add_up(world: World) -> None:
    [found] = results(get(world, name="example.com", extensions="com"))
    [offer] = found["offers"]
    assert (found["domain"], found["state"], found["reason"]) == ("example.com", "available", None)
    assert (offer["action"], offer["pricingMode"], offer["orderable"]) == ("create", "create-default", True)
    assert offer["durations"][0] == "P1Y"
    assert offer["required"] == ["OWNER_LEGAL_AGE"]
    for price in (offer["firstYear"], offer["renewal"]):
        assert round(price["net"] + price["tax"], 2) == price["gross"]
        assert price["text"] == f"{price['net']:.2f} €"
        assert price["textWithTax"] == f"{price['gross']:.2f} €"
    promoted = offer["promotion"]
    assert round(promoted["listPrice"]["net"] - promoted["discount"]["net"], 2) == offer["firstYear"]["net"]


def test_what_a_search_offers_is_what_the_cart_offers(world: World) -> None:
    cart = world.cart()
    for domain in ("example.fr", "premium.com", "taken.de", "aftermarket2.fr", "reserved.eu", "taken-premium.com"):
        [found] = names(world, domain)
        offered = world.get(f"/order/cart/{cart}/domain", domain=domain).ok()
        ours = [(o["pricingMode"], o["orderable"], o["durations"]) for o in found["offers"]]
        assert ours == [(o["pricingMode"], o["orderable"], o["duration"]) for o in offered]
        first = {p["label"]: p["price"]["value"] for p in offered[0]["prices"]}
        assert found["offers"][0]["firstYear"]["net"] == first["TOTAL"]
        assert found["offers"][0]["total"]["net"] == first["TOTAL"]
        assert found["offers"][0]["renewal"]["net"] == first["RENEW"]


def test_where_two_years_are_the_least_both_are_told(world: World) -> None:
    [offer] = get(world, name="example.ai", extensions="ai").ok()["results"][0]["offers"]
    cart = world.cart()
    [same] = world.get(f"/order/cart/{cart}/domain", domain="example.ai").ok()
    [total] = [each["price"]["value"] for each in same["prices"] if each["label"] == "TOTAL"]
    assert (offer["durations"][0], offer["total"]["net"]) == ("P2Y", total)
    assert round(offer["firstYear"]["net"] + offer["renewal"]["net"], 2) == total


def test_every_name_of_a_list_is_answered_in_its_place(world: World) -> None:
    asked = ["taken.com", "a b", "premium.fr", "-x.de", "reserved.fr", "aftermarket1.com", "x.nosuch", "été.fr", ""]
    found = names(world, *asked)
    assert [each["asked"] for each in found[:2]] == asked[:2]
    assert [each["state"] for each in found] == [
        "taken", "invalid", "premium", "invalid", "reserved", "aftermarket", "invalid", "available", "invalid",
    ]  # fmt: skip
    assert found[7]["domain"], found[7]["domainUnicode"] == ("xn--t-9fab.fr", "été.fr")
    for each in found:
        assert (each["reason"] is None) is any(offer["orderable"] for offer in each["offers"]), each


def test_why_not_is_said_in_the_customers_language(world: World) -> None:
    for language, reserved, wrong in (
        ("fr", "« reserved.fr » est réservé : Reserved by the registry",
         "« a_b » contient un tiret bas : utilisez des lettres, des chiffres et des traits d\u2019union"),
        ("de-AT, en;q=0.1", "„reserved.fr“ ist reserviert: Reserved by the registry",
         "„a_b“ enthält einen Unterstrich: verwenden Sie Buchstaben, Ziffern und Bindestriche"),
        ("en", '"reserved.fr" is reserved: Reserved by the registry',
         '"a_b" contains an underscore: use letters, digits and hyphens'),
        ("it", "«reserved.fr» è riservato: Reserved by the registry",
         "«a_b» contiene un trattino basso: usi lettere, cifre e trattini"),
    ):  # fmt: skip
        found = names(world, "reserved.fr", "a_b", language=language)
        assert [each["reason"] for each in found] == [reserved, wrong]


def test_an_account_is_answered_in_its_own_language_and_currency(world: World) -> None:
    [found] = results(get(world, "ursula", name="reserved.fr", extensions="fr"))
    assert found["offers"][0]["firstYear"]["currencyCode"] == "USD"
    assert found["reason"].startswith('"reserved.fr" is reserved')
    [found] = results(get(world, "camille", name="reserved.fr", extensions="fr"))
    assert found["reason"].startswith("« reserved.fr » est réservé")


def test_groups_and_prices_choose_among_extensions(world: World) -> None:
    cheap = results(get(world, name="example", maxPrice="6"))
    assert cheap
    assert all(each["offers"][0]["firstYear"]["net"] <= 6 for each in cheap)
    assert "com" not in {each["extension"] for each in cheap}
    themes = {each["extension"] for each in results(get(world, name="example", categories="shop,oceania"))}
    assert "shop" in themes
    assert "fr" not in themes


@pytest.mark.parametrize("accept", [NDJSON, EVENTS])
def test_a_stream_tells_what_the_list_does(accept: str, world: World) -> None:
    whole = get(world, name="example.fr").ok()
    answer = get(world, name="example.fr", accept=accept)
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert "content-length" not in answer.headers
    if accept == NDJSON:
        told = [json.loads(line) for line in answer.raw.splitlines() if line]
    else:
        sent = events(answer.raw)
        assert [event["id"] for event in sent[:1]] == ["0"]
        assert {event["event"] for event in sent} == {"result", "end"}
        told = [json.loads(event["data"]) for event in sent]
    assert [each["type"] for each in told] == ["result"] * len(whole["results"]) + ["end"]
    assert sorted(told[:-1], key=lambda each: each["rank"]) == whole["results"]


def test_whoever_hangs_up_is_worked_for_no_more(world: World) -> None:
    watched = watch(world)
    raw = json.dumps({"names": [f"example-{number}.com" for number in range(MOST_NAMES)]}).encode()
    line, scope = Line(raw, most=1), world.scope("POST", f"{PATH}/names", raw, {"accept": NDJSON})
    world.runner.run(world.api(scope, line.receive, line.send))
    first = json.loads(line.pieces[0].splitlines()[0])
    assert first["type"] == "result", "some were told before the rest was asked for"
    assert 0 < len(watched.asked) < MOST_NAMES
    assert watched.under_way == 0


def test_a_browser_that_comes_back_after_the_end_is_told_to_stay_away(world: World) -> None:
    answer = world.send("GET", f"{PATH}?name=example", headers={"Accept": EVENTS, "Last-Event-ID": "end"})
    assert (answer.status, answer.raw) == (204, b"")


def test_a_silent_registry_holds_up_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PATIENCE", 0.2)
    registry = world.engine.market.catalogue.extensions["fr"].registry
    watch(world, registry, silent=True)
    answer = get(world, name="example.fr", accept=EVENTS, language="fr")
    sent = [json.loads(event["data"]) for event in events(answer.raw) if "data" in event]
    states = {each["extension"]: each["state"] for each in sent[:-1]}
    assert (sent[0]["state"], states["fr"], states["com"]) == ("available", "unknown", "available")
    silent = [each for each in sent[:-1] if each["state"] == "unknown"]
    assert sent[-1]["counts"]["unknown"] == len(silent) > 1
    [silent] = [each for each in silent if each["extension"] == "fr"]
    assert silent["reason"] == "Le registre du .fr ne répond pas, réessayez plus tard"
    assert (silent["offers"], silent["checkedAt"], silent["age"]) == ([], None, None)


@pytest.mark.parametrize(("accept", "beat"), [(EVENTS, b": still asking\n\n"), (NDJSON, b"\n")])
def test_while_nobody_answers_it_is_said_that_it_goes_on(
    accept: str, beat: bytes, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PATIENCE", 0.3)
    monkeypatch.setattr(search, "BEAT", 0.01)
    watch(world, silent=True)
    assert get(world, name="something", extensions="fr", accept=accept).raw.startswith(beat)


def test_a_registry_is_asked_little_at_once_whoever_asks(world: World) -> None:
    watched = watch(world)

    async def many() -> list[Answer]:
        searches = [world.request("GET", f"{PATH}?name=example-{number}", b"", {}) for number in range(5)]
        return list(await asyncio.gather(*searches))

    assert [answer.status for answer in world.runner.run(many())] == [200] * 5
    assert 1 < watched.most_under_way <= AT_ONCE


def test_an_answer_is_told_again_for_a_while_with_its_age(world: World) -> None:
    watched = watch(world)
    [first] = names(world, "example.fr")
    world.pass_time(seconds=5)
    [again] = names(world, "example.fr")
    assert (first["age"], again["age"], again["checkedAt"]) == (0.0, 5.0, first["checkedAt"])
    world.pass_time(seconds=10)
    [anew] = names(world, "example.fr")
    assert (anew["age"], watched.asked) == (0.0, ["example.fr", "example.fr"])


def test_nobody_buys_what_a_search_remembers(world: World) -> None:
    assert names(world, "example.fr")[0]["state"] == "available"
    order_id = world.order("example.fr")
    cart = world.cart("dieter")
    world.add(cart, "example.fr", "dieter")
    world.pay(order_id).ok()
    world.deliver()
    assert names(world, "example.fr")[0]["state"] == "available", "a moment ago it was"
    assert world.get(f"/order/cart/{cart}/checkout", "dieter").status == 409
    refused = world.post(f"/order/cart/{world.cart('dieter')}/domain", {"domain": "example.fr"}, "dieter")
    assert refused.status != 200
    world.pass_time(minutes=1)
    assert names(world, "example.fr")[0]["state"] == "reserved"


def test_callers_have_so_many_names_a_minute_and_are_told_when_to_come_back(world: World) -> None:
    limit(world, 60)
    asked = {"names": [f"example-{number}.fr" for number in range(60)]}
    assert world.send_json("POST", f"{PATH}/names", asked).status == 200
    refused = get(world, name="example", extensions="fr", accept=EVENTS)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert refused.body == {
        "message": "At most 60 names a minute: try again in 1 s",
        "class": "Client::TooManyRequests",
    }
    assert refused.headers["content-type"] == "application/json; charset=utf-8"
    assert get(world, "camille", name="example", extensions="fr").status == 200, "an account is somebody else"
    world.pass_time(seconds=1)
    assert get(world, name="example", extensions="fr").status == 200
    world.address = "2001:db8:1:2::1"
    assert world.send_json("POST", f"{PATH}/names", asked).status == 200
    world.address = "2001:db8:1:2::2"
    assert world.send_json("POST", f"{PATH}/names", asked).headers["retry-after"] == "60"


def test_what_is_no_name_is_counted_as_well(world: World) -> None:
    limit(world, 60)
    asked = {"names": [f"no name {number}" for number in range(60)]}
    assert world.send_json("POST", f"{PATH}/names", asked).status == 200
    assert world.send_json("POST", f"{PATH}/names", asked).status == 429


def test_suggestions_are_other_names_that_can_be_had(world: World) -> None:
    found = world.send("GET", f"{PATH}/suggestions?name=bestcoffeeshop").ok()
    labels = list(dict.fromkeys(each["domain"].partition(".")[0] for each in found["results"]))
    assert labels[:3] == ["best-coffee-shop", "bestcoffeeshops", "topcoffeeshop"]
    assert "bestcoffeestore" in labels
    assert "bestcoffeeshop" not in labels
    assert {each["state"] for each in found["results"]} == {"available"}
    assert {each["extension"] for each in found["results"]} == {"fr", "com", "eu", "net", "org"}
    again = world.send("GET", f"{PATH}/suggestions?name=bestcoffeeshop").ok()
    assert [each["domain"] for each in again["results"]] == [each["domain"] for each in found["results"]]
    taken = world.send("GET", f"{PATH}/suggestions?name=taken&extensions=fr").ok()
    assert [each["domain"] for each in taken["results"] if each["domain"].startswith("taken-")] == []
    assert taken["end"]["counts"]["taken"] > 0, "they were looked up, and not told"


def test_what_is_not_on_sale_is_not_suggested(world: World) -> None:
    found = world.send("GET", f"{PATH}/suggestions?name=bestcoffeeshop&extensions=amsterdam,fr").ok()
    assert get(world, name="bestcoffeeshop", extensions="amsterdam").ok()["results"][0]["reason"] is not None
    assert {each["extension"] for each in found["results"]} == {"fr"}


WRONG = {
    "name=": "name",
    "": "name",
    "name=a%20b": "name",
    "name=-": "name",
    "name=www.example.com": "name",
    f"name={'x' * 300}": "name",
    "name=a&extensions=com,nosuch": "extensions",
    "name=a&maxPrice=cheap": "maxPrice",
    "name=a&maxPrice=-1": "maxPrice",
    "name=a&maxPrice=nan": "maxPrice",
    "name=a&ovhSubsidiary=XX": "ovhSubsidiary",
    "name=a&ovhSubsidiary=EU": "ovhSubsidiary",
    "name=%00": "name",
}


@pytest.mark.parametrize("query", WRONG)
def test_what_cannot_be_searched_for_is_refused_by_its_field(query: str, world: World) -> None:
    answer = world.send("GET", f"{PATH}?{query}", headers={"Accept": EVENTS})
    assert answer.status == 400
    assert list(answer.body["details"]) == [WRONG[query]]


@pytest.mark.parametrize("body", [{}, {"names": []}, {"names": "example.fr"}, {"names": [1]}, {"names": ["x" * 300]},
                                  {"names": ["a.fr"] * (MOST_NAMES + 1)}])  # fmt: skip
def test_a_list_that_is_none_or_too_long_is_refused(body: object, world: World) -> None:
    answer = world.send_json("POST", f"{PATH}/names", body)
    assert answer.status == 400
    assert any("names" in field for field in answer.body["details"])


def test_suggestions_are_tried_under_a_few_extensions(world: World) -> None:
    many = ",".join(sorted(world.engine.market.catalogue.extensions)[:26])
    answer = world.send("GET", f"{PATH}/suggestions?name=example&extensions={many}")
    assert (answer.status, list(answer.body["details"])) == (400, ["extensions"])


def test_our_prefix_is_our_own(world: World) -> None:
    assert world.send("GET", f"/1.0{PATH}?name=example").status == 404
    assert world.send("GET", "/ordain/v1/nothing").status == 404
    assert world.send("GET", "/ordain").status == 404
    assert "/ordain" not in [each["path"] for each in world.get("/", who=None).ok()["apis"]]
    described = openapi.document(OWN_ROUTES, "/", __version__)["paths"]
    assert set(described) == {route.path for route in OWN_ROUTES}
    content = described[PATH]["get"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", NDJSON, EVENTS}


def test_the_contracts_own_route_asks_about_whole_names(world: World) -> None:
    answer = world.get(f"/order/cart/{world.cart()}/domain", domain="example")
    assert (answer.status, list(answer.body["details"])) == (400, ["domain"])
    assert answer.body["message"] == '"example" has no extension: add one, such as example.com'


def test_a_key_that_grants_less_does_not_search(world: World) -> None:
    world.limit_keys("camille", (("GET", "/me/*"),))
    answer = get(world, "camille", name="example")
    assert (answer.status, answer.body["errorCode"]) == (403, "NOT_GRANTED_CALL")
