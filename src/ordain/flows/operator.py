"""What only the operator can mend is mailed to them, where they said an address; the log has it in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.mail import Mail
from ordain.store import mails

if TYPE_CHECKING:
    from ordain.flows.ports import Engine


async def tell(engine: Engine, nic: str, subject: str, body: str) -> None:
    """Write a mail about an account's affairs to the operator, in English: it is not among the account's own.

    It stands beside what it tells of, not within: a notice that is lost in a crash loses nothing else.
    """
    if not engine.operator_mail:
        return
    [mail_id] = await engine.database.new_ids()
    now = engine.clock()
    written = Mail(
        nic=nic,
        mail_id=mail_id,
        order_id=None,
        at=now,
        recipient=engine.operator_mail,
        subject=subject,
        body=body,
        elsewhere=True,
        status="unsent" if engine.post else "kept",
        try_at=now if engine.post else None,
    )
    await engine.database.write(lambda tx: mails.add(tx, written))
