"""The mails about the end of a name's term: reminders, what could not be paid, its expiry and deletion."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.mail import Text
from ordain.core.money import Money, decimal_text
from ordain.core.names import both, read_as
from ordain.core.renewal import Timeline

if TYPE_CHECKING:
    from ordain.core.language import Language


class Notice(Struct, frozen=True, kw_only=True):
    """What is to be told of a name. `amount` is what so many months cost with tax; None: nobody can tell."""

    domain: str
    at: Timeline
    amount: Money | None
    months: int
    charged: datetime | None
    """When it is charged (again) by itself; None: it is not."""
    ends: bool
    """Its holder wishes it to be deleted then."""
    url: str


def reminder(language: Language, of: Notice) -> Text:
    """Before the expiry."""
    say, day = language.say, _day(of.at.expires)
    lines = [say("%(domain)s is paid until %(day)s.", domain=both(of.domain), day=day)]
    if of.ends:
        lines.append(say("It is deleted then, as you wished. If you have changed your mind, renew it before."))
    elif of.charged:
        lines.append(say("It is renewed by itself: on %(day)s your preferred payment method is charged.",
                         day=_day(of.charged)))  # fmt: skip
    else:
        lines.append(say("It is not renewed by itself."))
    lines += _price(language, of)
    return Text(say("%(domain)s is paid until %(day)s", domain=read_as(of.domain), day=day), _body(language, lines, of))


def expired(language: Language, of: Notice) -> Text:
    """After it."""
    say, at = language.say, of.at
    lines = [
        say("%(domain)s was paid until %(day)s.", domain=both(of.domain), day=_day(at.expires)),
        say("It can still be renewed until %(day)s; then it is deleted.", day=_day(at.delete)),
    ]
    if at.hold < at.delete:
        lines.append(say("From %(day)s on it can no longer be reached.", day=_day(at.hold)))
    if of.charged:
        lines.append(say("On %(day)s your preferred payment method is charged once more.", day=_day(of.charged)))
    lines += _price(language, of)
    return Text(say("%(domain)s has expired", domain=read_as(of.domain)), _body(language, lines, of))


def unpaid(language: Language, of: Notice, reason: str) -> Text:
    """An automatic renewal could not be paid, for this reason."""
    say, at = language.say, of.at
    lines = [say("The renewal of %(domain)s could not be paid: %(reason)s.", domain=both(of.domain), reason=reason)]
    if of.charged:
        lines.append(say("It is tried again on %(day)s.", day=_day(of.charged)))
    lines.append(say("If it is not paid by %(day)s, %(domain)s is deleted.", day=_day(at.delete), domain=of.domain))
    lines += _price(language, of)
    subject = say("The renewal of %(domain)s could not be paid", domain=read_as(of.domain))
    return Text(subject, _body(language, lines, of))


def in_redemption(language: Language, domain: str, until: datetime, amount: Money | None, url: str) -> Text:
    """The name was given up, and its registry keeps it for a while."""
    say = language.say
    lines = [
        say("%(domain)s has been deleted. It can be restored until %(day)s.", domain=both(domain), day=_day(until))
    ]
    if amount:
        lines.append(say("That costs %(amount)s %(currency)s with tax, a further year included.",
                         amount=decimal_text(amount), currency=amount.currency))  # fmt: skip
        lines.append(say("To have it restored: %(url)s", url=url))
    return Text(say("%(domain)s has been deleted", domain=read_as(domain)), "\n".join(lines))


def ended(language: Language, domain: str) -> Text:
    """The name is anybody's again."""
    say = language.say
    told = say("%(domain)s is no longer in your account, nor is its DNS zone. Your bills stay.", domain=both(domain))
    return Text(say("%(domain)s is no longer yours", domain=read_as(domain)), told)


def _price(language: Language, of: Notice) -> list[str]:
    if of.amount is None:
        return []
    return [
        language.say("A renewal for %(months)d months costs %(amount)s %(currency)s with tax.", months=of.months,
                     amount=decimal_text(of.amount), currency=of.amount.currency)
    ]  # fmt: skip


def _body(language: Language, lines: list[str], of: Notice) -> str:
    return "\n".join([*lines, "", language.say("To renew it: %(url)s", url=of.url)])


def _day(at: datetime) -> str:
    return at.date().isoformat()
