"""XML from strangers: no document type gets in, however it is dressed up, and nothing takes long to refuse."""

from __future__ import annotations

import pytest

from ordain.core import plain_xml
from ordain.core.plain_xml import Unreadable

DOCTYPE = '<!DOCTYPE a [<!ENTITY b "boom">]>'


@pytest.mark.parametrize(
    "xml",
    [
        f"{DOCTYPE}<a>&b;</a>",
        f"<?say <!-- ?>{DOCTYPE}<a>&b;<?say --> ?></a>",
        f"<!-- <!-- -->{DOCTYPE}<a>&b;</a>",
        f"<a/><!-- {DOCTYPE} -->",
        "<a><![CDATA[b]]></a>",
    ],
    ids=["plain", "between instructions", "after a comment", "in a comment", "cdata"],
)
def test_declarations_are_refused_wherever_they_hide(xml: str) -> None:
    with pytest.raises(Unreadable, match="document type"):
        plain_xml.tree(xml)


def test_comments_are_let_in_and_many_that_do_not_end_are_refused_at_once() -> None:
    assert plain_xml.tree("<a><!-- b -->c</a>").tag == "a"
    with pytest.raises(Unreadable, match="not well-formed"):
        plain_xml.tree("<a>" + "<!--" * 250_000)  # with a search for each end this would take hours
