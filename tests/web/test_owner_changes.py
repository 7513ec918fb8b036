"""The page behind the link of an owner who has to agree: it shows the question, and takes the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.test_owner_consents import owner, waiting
from tests.flows.shop import links
from tests.web.test_office import member
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World


@pytest.mark.parametrize(("answer", "told", "becomes"), [("agree", "agreed", "Ada"), ("refuse", "refused", "Camille")])
def test_an_owner_answers(world: World, answer: str, told: str, becomes: str) -> None:
    waiting(world)
    [(_, token)] = links(world)
    visitor = Visitor(world)
    page = visitor.open(f"/owner-change?token={token}")
    assert page.status_code == 200
    assert "held.fr" in page.text
    assert "ada@world.example" in page.text
    assert "Ada Durand, ada@world.example is to become the owner of held.fr" in page.text
    page = visitor.submit(page, "/owner-change", answer=answer)
    assert told in page.text
    assert told in visitor.open(f"/owner-change?token={token}").text
    world.deliver()
    assert owner(world) == becomes


@pytest.mark.parametrize("answer", ["", "AGREE", "yes"])
def test_what_is_no_answer_decides_nothing(world: World, answer: str) -> None:
    waiting(world)
    [(_, token)] = links(world)
    visitor = Visitor(world)
    page = visitor.open(f"/owner-change?token={token}")
    again = visitor.submit(page, "/owner-change", answer=answer)
    assert again.status_code == 400
    assert "Say whether you agree" in again.text
    assert "agreed" in visitor.submit(again, "/owner-change", answer="agree").text
    world.deliver()
    assert owner(world) == "Ada"


def test_a_link_that_is_none_says_so(world: World) -> None:
    page = Visitor(world).open("/owner-change?token=nobodys")
    assert page.status_code == 400
    assert "not one of ours" in page.text


def test_nobody_who_works_here_reads_an_owner_s_link(world: World) -> None:
    order_id, _ = waiting(world)
    [(address, token)] = links(world)
    page = member(world, "ursula", "support").open(f"/office/orders/{order_id}").text
    assert (address in page, token in page) == (True, False)
    assert "Only its recipient reads it" in page
