"""What is typed for a name, beside what the API's tests show."""

from __future__ import annotations

import sys
from secrets import token_hex
from typing import TYPE_CHECKING

import pytest

from ordain.core.label import LONGEST_TYPED
from ordain.core.refusal import Refused
from ordain.flows import carts

if TYPE_CHECKING:
    from tests.world import World


@pytest.mark.parametrize(("characters", "times"), [(LONGEST_TYPED, 1), (LONGEST_TYPED + 1, 0)])
def test_what_is_too_long_to_be_a_name_is_not_kept_in_memory(world: World, characters: int, times: int) -> None:
    typed = token_hex(characters)[:characters]  # which nobody has typed before in this process
    before = sys.getrefcount(typed)
    with pytest.raises(Refused, match="too long"):
        carts.sold(world.engine, typed)
    assert sys.getrefcount(typed) - before == times
