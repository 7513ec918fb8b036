"""How zones come into being at a server that takes updates: as members of a catalog zone, or by a command."""

from __future__ import annotations

import hashlib
import logging
import subprocess
from typing import TYPE_CHECKING

import dns.name
import dns.rcode
import dns.update
from msgspec import Struct

from ordain.adapters import dns_questions
from ordain.adapters.rfc2136 import Primary
from ordain.core.registry import NoAnswer

if TYPE_CHECKING:
    from ordain.adapters.dns_questions import Seen

log = logging.getLogger(__name__)

SIGNED, UNSIGNED = "signed", "unsigned"
"""Groups of members (RFC 9432 §4.3.2): the server's templates of these names say how each is served."""
COMMAND_SECONDS = 20
_NOWHERE = "_ordain-asks-whether-it-may"
"""Nothing stands at this name of a zone."""


class CatalogZones(Struct, frozen=True):
    """A ZoneKeeper for Knot: a catalog zone (RFC 9432) it takes updates of, and whose members it makes zones of.

    `catalog` is the zone's name. A zone the server has from elsewhere is no member, and is left alone.
    """

    primary: Primary
    catalog: str
    clears: bool = True

    def keep(self, name: str, *, signed: bool) -> None:
        """Have it among the members, in its group."""
        group = SIGNED if signed else UNSIGNED
        if self._is_so(name, group):
            return
        if dns_questions.seen(self.primary.place, name) and not self._is_so(name, None):
            message = f"the name server serves {name} already, and not for Ordain: it is not in the catalog zone"
            raise NoAnswer(message)
        update = self._update()
        member, target = _member(name), dns.name.from_text(name).to_text()
        update.replace(member, 0, "PTR", target)
        update.replace(f"group.{member}", 0, "TXT", f'"{group}"')
        self._expect(update, dns.rcode.NOERROR)

    def end(self, name: str) -> bool:
        """Have it among the members no more."""
        if not self._is_so(name, None):
            return False
        update = self._update()
        update.delete(_member(name))
        update.delete(f"group.{_member(name)}")
        self._expect(update, dns.rcode.NOERROR)
        return True

    def _is_so(self, name: str, group: str | None) -> bool:
        """Whether it is a member, of this group if one is given: by an update of conditions alone."""
        question = self._update()
        question.present(_member(name), "PTR")
        if group is not None:
            question.present(f"group.{_member(name)}", "TXT", f'"{group}"')
        answer = self._expect(question, dns.rcode.NOERROR, dns.rcode.NXRRSET, dns.rcode.NXDOMAIN)
        return answer == dns.rcode.NOERROR

    def _update(self) -> dns.update.UpdateMessage:
        return dns.update.UpdateMessage(self.catalog, keyring=self.primary.key)

    def _expect(self, update: dns.update.UpdateMessage, *expected: dns.rcode.Rcode) -> dns.rcode.Rcode:
        rcode = self.primary.sent(update)
        if rcode not in expected:
            message = f"the name server answers {dns.rcode.to_text(rcode)} to an update of the catalog zone"
            raise NoAnswer(message)
        return rcode


def _member(name: str) -> str:
    """Where a member stands: always the same place, for at another one it would be another zone (RFC 9432 §5.4)."""
    return f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.zones"


class ZoneCommand(Struct, frozen=True):
    """A ZoneKeeper for servers with a control channel of their own, as BIND: a program, called with two words more.

    These are `add`, `sign`, `unsign` or `remove`, and the zone's name. An added zone is not signed. It is run without a
    shell, and does not end well (exit code 0) before the server did what it was told. A zone that takes no updates with
    our key is not ours, and left alone.
    """

    primary: Primary
    command: tuple[str, ...]
    clears: bool = False

    def keep(self, name: str, *, signed: bool) -> None:
        """Call what is missing."""
        there = dns_questions.seen(self.primary.place, name)
        if there is None:
            self._run("add", name)
        elif not self._is_ours(name):
            message = f"the name server serves {name} already, and not for Ordain: it takes no updates with its key"
            raise NoAnswer(message)
        if signed is not (there.signed if there else False):
            self._run("sign" if signed else "unsign", name)

    def end(self, name: str) -> bool:
        """Call `remove`, if it is there and ours."""
        there = dns_questions.seen(self.primary.place, name) is not None and self._is_ours(name)
        if there:
            self._run("remove", name)
        return there

    def _is_ours(self, name: str) -> bool:
        """Whether the zone takes an update with our key: one that deletes what is not there, and so changes nothing.

        An update without any record would not do: BIND asks its `update-policy` about records alone.
        """
        update = dns.update.UpdateMessage(name, keyring=self.primary.key)
        update.delete(_NOWHERE, "TXT")
        rcode = self.primary.sent(update)
        if rcode in (dns.rcode.NOERROR, dns.rcode.REFUSED, dns.rcode.NOTAUTH, dns.rcode.NOTIMP):
            return rcode == dns.rcode.NOERROR
        message = f"the name server answers {dns.rcode.to_text(rcode)} to an update of {name}"
        raise NoAnswer(message)

    def _run(self, action: str, name: str) -> None:
        """That a command fails is no trouble where another one did the same meanwhile."""
        words = [*self.command, action, name]
        try:
            ended = subprocess.run(words, capture_output=True, timeout=COMMAND_SECONDS, check=False)  # noqa: S603 - the operator's own, without a shell, and a checked name
            code, said = ended.returncode, ended.stderr.decode("utf-8", "replace").strip()
        except (OSError, subprocess.TimeoutExpired) as trouble:
            code, said = 1, str(trouble)
        if code and not _came_about(action, dns_questions.seen(self.primary.place, name)):
            log.warning("the zone command's %s of %s ended with %d: %s", action, name, code, said)
            message = f"the zone command could not {action} {name} at the name server: it ended with {code}"
            raise NoAnswer(message)


def _came_about(action: str, seen: Seen | None) -> bool:
    """Whether a zone is as an action makes it."""
    if action in ("add", "remove"):
        return (seen is not None) is (action == "add")
    return seen is not None and seen.signed is (action == "sign")
