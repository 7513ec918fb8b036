"""What access rules allow, in the words a person decides by."""

from __future__ import annotations

import pytest

from ordain.core.credential import EVERYTHING, Rules
from ordain.web.rights import AREAS, ELSEWHERE, SPEND, in_words

API, ORDERS, ME, CARTS, DOMAINS = AREAS


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((("GET", "/me"),), [ME.read]),
        ((("GET", "/me/contact/*"), ("PUT", "/me")), [ME.change, ME.read]),
        ((("GET", "/me/*"),), [API.read, ORDERS.read, ME.read]),
        ((("POST", "/me/*"),), [SPEND, API.change, ORDERS.change, ME.change]),
        ((("DELETE", "/me/api/credential/7"),), [API.change]),
        ((("GET", "/me/order/7"),), [ORDERS.read]),
        ((("POST", "/me/order/*"),), [SPEND, ORDERS.change]),
        ((("POST", "/me/order/*/pay"),), [SPEND, ORDERS.change]),
        # Of some orders or carts alone: they may be those that matter.
        ((("POST", "/me/order/2*"),), [SPEND, ORDERS.change]),
        ((("POST", "/me/order/2*y"),), [SPEND, ORDERS.change]),
        ((("POST", "/me/order/123/pay"),), [SPEND, ORDERS.change]),
        ((("POST", "/order/cart/0f*/checkout"),), [SPEND, CARTS.change]),
        ((("POST", "/order/cart/*5-4e/checkout"),), [SPEND, CARTS.change]),
        ((("POST", "/order/cart/*/item"),), [CARTS.change]),
        ((("POST", "/order/cart/7/it*"),), [CARTS.change]),
        ((("POST", "/order/cart"), ("GET", "/order/cart/*")), [CARTS.change, CARTS.read]),
        ((("POST", "/order/*"),), [SPEND, CARTS.change]),
        # Orders and pays in one call (api/purchases).
        ((("POST", "/ordain/v1/order/cart/*/review"),), [SPEND, ELSEWHERE]),
        ((("POST", "/ordain/*"),), [SPEND, ELSEWHERE]),
        ((("GET", "/ordain/v1/order/cart/*/review"),), [ELSEWHERE]),
        ((("PUT", "/ordain/v1/order/cart/*"),), [ELSEWHERE]),
        ((("GET", "/domain*"),), [DOMAINS.read]),
        ((("GET", "/domains"),), [ELSEWHERE]),
        ((("POST", "/auth/logout"),), [ELSEWHERE]),
        ((("GET", "/*e*"),), [API.read, ORDERS.read, ME.read, CARTS.read, DOMAINS.read, ELSEWHERE]),
        (
            EVERYTHING,
            [SPEND, *(text for area in AREAS for text in (area.change, area.read)), ELSEWHERE],
        ),
    ],
)
def test_rights_in_words_leave_nothing_out(rules: Rules, words: list[str]) -> None:
    assert in_words(rules) == words
