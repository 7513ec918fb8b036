"""DNSSEC keys of a name as its registry takes them: DS records, the keys themselves, or both (RFC 5910 §4)."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from typing import TYPE_CHECKING

from ordain.adapters.epp_frames import Ds
from ordain.adapters.epp_xml import Unreadable, text
from ordain.core.ds_record import tag
from ordain.core.registry import Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.adapters.epp_xml import Element

SHA256 = 2
"""The digest every validator knows (RFC 8624 §3.3)."""
KEYS_ELSEWHERE = "This registry takes keys as objects of their own, which cannot be made here"


def ds_of(name: str, key: Key) -> Ds:
    """The DS record of a key (RFC 4034 §5.1.4): a digest over the name and the key."""
    labels = [label.encode() for label in name.split(".")]
    owner = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    record = key.flags.to_bytes(2) + bytes((3, key.algorithm)) + b64decode(key.public_key)
    digest = hashlib.sha256(owner + record).hexdigest().upper()
    return Ds(key.tag, key.algorithm, SHA256, digest, key.flags, key.public_key)


def told_key(name: str, told: Element) -> Ds:
    """The DS record of a key that a registry tells by itself (RFC 5910 §4.2). Raises Unreadable."""
    try:
        flags, algorithm = int(text(told, "secDNS:flags") or ""), int(text(told, "secDNS:alg") or "")
        public_key = "".join((text(told, "secDNS:pubKey") or "").split())
        return ds_of(name, Key(flags, algorithm, tag(flags, algorithm, b64decode(public_key)), public_key))
    except (ValueError, OverflowError, binascii.Error) as error:
        message = "a key that cannot be read"
        raise Unreadable(message) from error


def difference(name: str, there: Sequence[Ds], keys: Sequence[Key]) -> tuple[list[Ds], list[Ds]]:
    """The DS records to add to a name and to take away, for it to have these keys."""
    wanted = {(ds.tag, ds.digest_type, ds.digest): ds for ds in (ds_of(name, key) for key in keys)}
    held = {(ds.tag, ds.digest_type, ds.digest): ds for ds in there}
    return [wanted[each] for each in wanted if each not in held], [held[each] for each in held if each not in wanted]
