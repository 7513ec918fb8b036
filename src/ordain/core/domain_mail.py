"""Mails about names that are held: what their registries did with them by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.mail import Text
from ordain.core.names import both, read_as

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.language import Language


def leaving(language: Language, name: str, by: str, until: datetime) -> Text:
    """Another registrar asked for the name."""
    say, shown = language.say, both(name)
    lines = (
        say("%(by)s asked to take %(domain)s over from us, with its code.", by=by or "?", domain=shown),
        say("If you wish that, do nothing: the registry hands it over on %(day)s at the latest.",
            day=until.date().isoformat()),
        say("If you do not, refuse it before that day: reject the transfer in your account (outgoingTransfer/approve of"
            " %(domain)s), then lock the name and change your password.", domain=shown),
    )  # fmt: skip
    return Text(say("%(domain)s is to leave", domain=read_as(name)), "\n\n".join(lines))


def stays(language: Language, name: str) -> Text:
    """The name was asked for, and stays."""
    say = language.say
    return Text(
        say("%(domain)s stays", domain=read_as(name)),
        say("The transfer of %(domain)s to another registrar did not come about: it stays with us.", domain=both(name)),
    )


def left(language: Language, name: str) -> Text:
    """The name is somebody else's to look after now."""
    say, shown = language.say, both(name)
    lines = (
        say(
            "%(domain)s went to another registrar and is no longer in your account. We renew it no more.", domain=shown
        ),
        say("Its DNS zone, if you have one here, stays until you delete it."),
    )
    return Text(say("%(domain)s has left", domain=read_as(name)), "\n\n".join(lines))


def gone(language: Language, name: str) -> Text:
    """The registry knows the name no more."""
    say = language.say
    return Text(
        say("%(domain)s is gone", domain=read_as(name)),
        say("%(domain)s is no longer registered, and anybody may register it.", domain=both(name)),
    )


def deleted(language: Language, name: str) -> Text:
    """The registry deleted the name by itself, or for somebody else."""
    say, shown = language.say, both(name)
    lines = (
        say("The registry deleted %(domain)s. This was not asked for here.", domain=shown),
        say("It can still be restored for a while. Write to us if you do not know why."),
    )
    return Text(say("%(domain)s was deleted", domain=read_as(name)), "\n\n".join(lines))


def consent(language: Language, name: str, owner: str, link: str, until: datetime) -> Text:
    """An owner is asked to agree that this one becomes the owner."""
    say, shown = language.say, both(name)
    lines = (
        say(
            "%(owner)s is to become the owner of %(domain)s. You are the present owner or the new one.",
            owner=owner,
            domain=shown,
        ),
        say("To agree or to refuse, open this link:"),
        link,
        say("Without your answer by %(day)s nothing changes.", day=until.date().isoformat()),
    )
    return Text(say("Do you agree to another owner of %(domain)s?", domain=read_as(name)), "\n\n".join(lines))
