"""What the sandbox registry refuses of what it is asked, whatever it holds of the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import transfer
from ordain.core.change import NAME_SERVERS, OWNER
from ordain.core.claims import notice_id
from ordain.core.registry import Refusal, Update
from ordain.core.signed_mark import xml_of
from ordain.core.task_argument import AUTH_INFO, LEGITIMACY

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.adapters.sandbox_scenarios import Scenario
    from ordain.core.registry import Change, Command

NO_LEGITIMACY = "This name needs a justification: say by what right you ask for it"
NO_SUCH_OWNER = "Nobody can be reached at the owner's e-mail address"
PROTECTED_CODE, WRONG_CODE = "SANDBOX", "wrong"


def change_refusal(change: Change) -> Refusal | None:
    """What this registry takes for nobody's: a name server or an auth code that begins with "wrong"."""
    if isinstance(change, Update):
        wrong = next((host for host in change.name_servers or () if host.startswith(WRONG_CODE)), None)
        if wrong:
            return Refusal(f"The name server {wrong} does not answer", NAME_SERVERS)
        if (change.auth_info or "").startswith(WRONG_CODE):
            return Refusal("The auth code is too weak", "authInfo")
        if str((change.owner or {}).get("email", "")).startswith(WRONG_CODE):
            return Refusal(NO_SUCH_OWNER, OWNER)
    return None


def wrong_code(auth_info: str | None) -> Refusal | None:
    """Why a code is not the name's: one that begins with "wrong"."""
    wrong = (auth_info or "").startswith(WRONG_CODE)
    return Refusal(transfer.WRONG_CODE, AUTH_INFO) if wrong else None


def not_for_them(command: Command, scenario: Scenario) -> Refusal | None:
    """Why this name is not for whoever asks."""
    if scenario.refuses:
        return Refusal(scenario.refuses)
    if "protected_code" in scenario.contexts and command.protected_code != PROTECTED_CODE:
        return Refusal("The code for this protected name is wrong", "PROTECTED_CODE")
    if scenario.reviewed and (command.reason or WRONG_CODE).strip().startswith(WRONG_CODE):
        return Refusal(NO_LEGITIMACY, LEGITIMACY)
    if str(command.owner.get("email", "")).startswith(WRONG_CODE):
        return Refusal(NO_SUCH_OWNER, OWNER)
    return None


def launch_refusal(command: Command, scenario: Scenario, now: datetime) -> Refusal | None:
    """Why the name cannot be had in this phase, or under this claim (RFC 8334 §2.6, RFC 9361 §5.3)."""
    label = command.name.partition(".")[0]
    if command.phase == "sunrise" and f":label>{label}<" not in str(xml_of(command.signed_mark or "")):
        return Refusal("In the sunrise a name is for the holder of a mark that covers it")
    if "claims" not in scenario.contexts:
        return None
    notice = command.notice
    if notice is None or not notice.id[8:].isdigit():
        return Refusal("The trademark claims notice was not accepted", "CLAIMS_NOTICE")
    if notice.id != notice_id(label, notice.not_after, int(notice.id[8:])):
        return Refusal("The checksum of the trademark claims notice is wrong", "CLAIMS_NOTICE")
    if not notice.in_time(now):
        return Refusal("The trademark claims notice has expired", "CLAIMS_NOTICE")
    return None
