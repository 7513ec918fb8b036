"""Keys for a name's DS records: whether what was sent can be one (RFC 4034 §2 and B, RFC 3110, RFC 6605, RFC 8080)."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.refusal import Refusal, refusal
from ordain.core.registry import Key, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.delivery import Domain

MOST_KEYS = 4
ZONE_KEY, SECURE_ENTRY_POINT = 256, 257
_LENGTHS = {13: 64, 14: 96, 15: 32}
"""Of a public key in bytes, by algorithm; all others are of RSA, whose length is its owner's choice."""
_FEWEST_RSA, _MOST_RSA = 64, 512
"""Bytes of an RSA modulus: 512 to 4096 bits (RFC 3110 §2)."""
_LONG_EXPONENT = 3


def number(key: Key) -> int:
    """A key's id: it follows from the key itself."""
    text = f"{key.flags} 3 {key.algorithm} {key.public_key}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])


def tag(flags: int, algorithm: int, public_key: bytes) -> int:
    """The key tag (RFC 4034 appendix B)."""
    record = flags.to_bytes(2) + bytes((3, algorithm)) + public_key
    total = sum(byte if at & 1 else byte << 8 for at, byte in enumerate(record))
    return (total + (total >> 16)) & 0xFFFF


def tagged(flags: int, algorithm: int, public_key: str) -> Key | None:
    """A key with the tag that follows from it; None if its text is not base64."""
    try:
        octets = b64decode(public_key, validate=True)
    except (Error, ValueError):
        return None
    return Key(flags, algorithm, tag(flags, algorithm, octets), public_key)


def replaced(domain: Domain, keys: Sequence[Key]) -> Update | list[Refusal]:
    """These keys, and no others; none at all ends the chain of trust."""
    if not domain.dnssec:
        return [refusal("conflict", "The registry of .%(extension)s takes no DS records", extension=domain.extension)]
    if len(keys) > MOST_KEYS:
        return [
            refusal(
                "invalid",
                "A name has at most %(most)s keys: got %(got)s",
                "keys",
                most=MOST_KEYS,
                got=len(keys),
            )
        ]
    plain = [structs.replace(key, public_key="".join(key.public_key.split())) for key in keys]
    refusals = [refusal for at, key in enumerate(plain) for refusal in _refusals(key, f"keys[{at}]")]
    if len(set(plain)) < len(plain):
        refusals.append(Refusal("invalid", "The same key was sent twice", "keys"))
    return refusals or Update(keys=tuple(plain))


def _refusals(key: Key, field: str) -> list[Refusal]:
    try:
        public_key = b64decode(key.public_key, validate=True)
    except (Error, ValueError):
        return [Refusal("invalid", "A public key is written in base64", f"{field}.publicKey")]
    wrong = _wrong_length(key.algorithm, public_key)
    if wrong:
        return [Refusal("invalid", wrong, f"{field}.publicKey")]
    right = tag(key.flags, key.algorithm, public_key)
    if key.tag != right:
        message = "The tag of this key is %(right)s, by RFC 4034 appendix B: got %(tag)s"
        return [refusal("invalid", message, f"{field}.tag", right=right, tag=key.tag)]
    return []


def _wrong_length(algorithm: int, public_key: bytes) -> str | None:
    length = _LENGTHS.get(algorithm)
    if length is not None:
        good, needed = len(public_key) == length, f"{length} bytes"
    else:
        modulus = _modulus(public_key)
        good, needed = _FEWEST_RSA <= modulus <= _MOST_RSA, "an exponent and 512 to 4096 bits (RFC 3110)"
    return None if good else f"A public key of algorithm {algorithm} has {needed}: got {len(public_key)} bytes"


def _modulus(public_key: bytes) -> int:
    """Bytes of the modulus behind the exponent and its length, 0 if there is none (RFC 3110 §2)."""
    if len(public_key) <= _LONG_EXPONENT:
        return 0
    start, length = (1, public_key[0]) if public_key[0] else (_LONG_EXPONENT, int.from_bytes(public_key[1:3]))
    return max(0, len(public_key) - start - length) if length else 0
