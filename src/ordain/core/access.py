"""Access rules, blocks of addresses and where a person is sent back: what may be asked for, and what it admits.

The functions that check return refusals, each naming the field it is about.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from ordain.core.credential import METHODS, Grant, Rules, Wish
from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network

MOST_RULES, MOST_BLOCKS, LONGEST_PATH, LONGEST_URL = 200, 100, 255, 1000

_PATH = re.compile(r"/[!-~]*")  # visible ASCII: what a request's path is made of
_PLAIN = "!$&'()*+,;=:@[]{}|^`"
"""What a segment has as it is, beside letters, digits and `-._~`."""
_CANONICAL = re.compile(r"[!$&-;=@A-Z\[\]-z{|}~]*")
"""What is in that way already: visible ASCII but the characters of no segment, `"#%<>?\\`."""
_URL = re.compile(r"[!-~]+")


def refusals(wish: Wish) -> list[Refusal]:
    """Everything that is wrong with a wish."""
    return [*rule_refusals(wish.rules), *block_refusals(wish.allowed_ips), *_redirection_refusals(wish.redirection)]


def rule_refusals(rules: Rules) -> list[Refusal]:
    """What is wrong with access rules."""
    if not rules:
        return [_invalid("accessRules", "At least one access rule is needed")]
    if len(rules) > MOST_RULES:
        return [_invalid("accessRules", f"At most {MOST_RULES} access rules can be asked for")]
    found = []
    for at, (method, path) in enumerate(rules):
        if method not in METHODS:
            found.append(_invalid(f"accessRules[{at}].method", f"A method is one of {', '.join(METHODS)}"))
        # A rule is only what it is read as: nothing in it hides behind a percent sign.
        if not (_PATH.fullmatch(path) and len(path) <= LONGEST_PATH) or canonical(path) != path:
            said = (
                f"A path begins with / and is at most {LONGEST_PATH} characters of a URL's path, * among them, none of"
                " them escaped without need"
            )
            found.append(_invalid(f"accessRules[{at}].path", f"{said}: got {path[:100]!r}"))
    return found


def block_refusals(blocks: Sequence[str]) -> list[Refusal]:
    """What is wrong with a list of address blocks."""
    if len(blocks) > MOST_BLOCKS:
        return [_invalid("allowedIPs", f"At most {MOST_BLOCKS} blocks of addresses can be given")]
    return [
        _invalid(f"allowedIPs[{at}]", f"{said}: got {text[:100]!r}")
        for at, text in enumerate(blocks)
        if (said := _block_fault(text))
    ]


def _block_fault(text: str) -> str | None:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return "A block of addresses is written like 192.0.2.0/24 or 2001:db8::/32"
    if _scoped(network) or ("/" in text and not text.rpartition("/")[2].isdigit()):
        return "A block of addresses is written like 192.0.2.0/24 or 2001:db8::/32"
    if "/" in text and ip_address(text.partition("/")[0]) != network.network_address:
        return f"The block this address is in begins at {network}"
    return None


def _scoped(network: IPv4Network | IPv6Network) -> bool:
    return isinstance(network, IPv6Network) and network.network_address.scope_id is not None


def grant_refusals(grant: Grant) -> list[Refusal]:
    """What is wrong with a grant."""
    return [*rule_refusals(grant.rules), *block_refusals(grant.terms.allowed_ips)]


def _redirection_refusals(url: str | None) -> list[Refusal]:
    if url is None:
        return []
    if len(url) > LONGEST_URL:
        return [_invalid("redirection", f"A redirection is at most {LONGEST_URL} characters long")]
    return [] if is_web_address(url) else [_invalid("redirection", "A redirection is an http:// or https:// URL")]


def is_web_address(url: str) -> bool:
    """Whether a person's browser may be sent there: http or https, a host, nobody's name and password."""
    if not _URL.fullmatch(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _invalid(field: str, message: str) -> Refusal:
    return Refusal("invalid", message, field)


def blocks(texts: Sequence[str]) -> tuple[str, ...]:
    """Blocks as they are kept: each once, an address alone as the block of itself."""
    return tuple(dict.fromkeys(str(ip_network(text)) for text in texts))


def admits(allowed: tuple[str, ...], address: str) -> bool:
    """Whether a caller at this address is in one of the blocks."""
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    if isinstance(caller, IPv6Address) and caller.ipv4_mapped:
        caller = caller.ipv4_mapped
    return any(_holds(block, caller) for block in _networks(allowed))


def _holds(block: IPv4Network | IPv6Network, address: IPv4Address | IPv6Address) -> bool:
    return block.version == address.version and address in block


@lru_cache(maxsize=1024)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


def segment(text: str) -> str:
    """A path's segment in the one way of writing it that access rules know."""
    return quote(text, safe=_PLAIN)


def canonical(path: str) -> str:
    """A path with each segment in that way: `/m%65` is `/me`, whoever wrote it."""
    if _CANONICAL.fullmatch(path):
        return path
    return "/".join(segment(unquote(part)) for part in path.split("/"))


def matches(pattern: str, path: str, wild: str = "*") -> bool:
    """Whether a path is what a rule's pattern says; the time it takes does not depend on what is written there."""
    if pattern == "/*" and wild == "*":  # as most keys have it
        return path.startswith("/")
    head, *rest = pattern.split(wild)
    if not rest:
        return path == pattern
    if not path.startswith(head):
        return False
    at = len(head)
    for part in rest[:-1]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(path) - at >= len(rest[-1]) and path.endswith(rest[-1])
