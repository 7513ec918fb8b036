"""The fields of an item's form: what was answered in them, what is wrong, and where each of them stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import configuration, contact_form, questions
from ordain.flows import claims
from ordain.flows.item_forms import LIKE_ACCOUNT, OWNER, PEOPLE, Filled
from ordain.web import place, rule_form, rule_words, sign_up
from ordain.web.refused import reason
from ordain.web.rule_form import MANY, Field, Given
from ordain.web.sign_up import LOCALES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordain.core.questions import Question
    from ordain.flows.item_forms import Form
    from ordain.web.page import Visit

NEW = "new"
"""The owner that is none of the contacts yet."""
MOST_CONTACTS = 100
CONFIG, AGE = "DOMAIN_CONFIG", "OWNER_LEGAL_AGE"
_ORDER = {name: number for number, name in enumerate((*(f"{OWNER}.{one}" for one in rule_words.MEMBERS), AGE))}
"""As people expect it: whose age it is comes after who it is."""


class Answers(Struct, frozen=True, kw_only=True):
    """What a form says. `owner` is who was chosen; `members` what was said of them, by member."""

    labels: Mapping[str, str]
    owner: str
    members: Mapping[str, str]
    fresh: bool = False
    """Nothing was said of somebody new yet."""

    def filled(self, item_id: int) -> Filled:
        """The same as the flow takes it."""
        said = {name: text for name, text in self.members.items() if text.strip()}
        if self.owner == NEW:
            return Filled(item_id=item_id, labels=self.labels, owner=self.members)
        if said:
            return Filled(item_id=item_id, labels=self.labels, owner=self.members, like=self.owner)
        chosen = {} if not self.owner else {OWNER: "" if self.owner == LIKE_ACCOUNT else self.owner}
        return Filled(item_id=item_id, labels={**self.labels, **chosen})

    def value(self, name: str) -> str:
        """What was answered in a field."""
        if name.startswith(f"{OWNER}."):
            return self.members.get(name.removeprefix(f"{OWNER}."), "")
        if name.startswith(f"{CONFIG}."):
            found = _config(self.labels.get(CONFIG, "")).get(name.removeprefix(f"{CONFIG}."), "")
            return " ".join(found) if isinstance(found, list) else str(found)
        return self.labels.get(name, "")


def _config(text: str) -> Mapping[str, object]:
    try:
        found: Mapping[str, object] = configuration.config(text) if text else {}
    except ValueError:
        return {}
    return found


def held(form: Form) -> Answers:
    """What an item's configurations answer already."""
    values = {one.label: one.value for one in form.item.configurations if one.label != OWNER}
    owner = form.item.value(OWNER) or LIKE_ACCOUNT
    number = configuration.contact_id(owner)
    return Answers(labels=values, owner=owner if number is None else f"/me/contact/{number}", members={})


def read(form: Mapping[str, str], labels: Iterable[str], *, known: bool) -> Answers:
    """What was sent. What a stranger is not asked stays as it is."""
    asked = [label for label in labels if label != OWNER and (known or label not in PEOPLE)]
    values = {label: form.get(label, "").strip() for label in asked if label != CONFIG}
    if CONFIG in asked:
        values[CONFIG] = _config_text(form)
    owner = form.get(OWNER, "") if known else ""
    members: dict[str, str] = {}
    if owner and form.get("owner-of", "") == owner:
        start = f"{OWNER}."
        members = {name.removeprefix(start): text for name, text in form.items() if name.startswith(start)}
    return Answers(labels=values, owner=owner, members=members, fresh=owner == NEW and not members)


def _config_text(form: Mapping[str, str]) -> str:
    texts = {
        name: form.get(f"{CONFIG}.{name}", "").strip() for name in ("audience", "represent", "reason", "otherPurpose")
    }
    members: dict[str, object] = {name: text for name, text in texts.items() if text}
    chosen = [name.removeprefix(f"{MANY}.") for name in form if name.startswith(f"{MANY}.")]
    return json.dumps({**members, **({"isFor": chosen} if chosen else {})}) if members or chosen else ""


def with_guesses(visit: Visit, form: Form, answers: Answers) -> Answers:
    """Of somebody new, what can be guessed."""
    subsidiary = visit.engine.market.catalogue.subsidiaries[place.subsidiary(visit)]
    guessed = {
        "legalForm": "individual",
        "address.country": subsidiary.country,
        "language": LOCALES.get(visit.language.code, "en_GB"),
    }
    asked = {question.place: question for question in form.questions}
    members = {}
    for name, value in guessed.items():
        allowed = asked[at].allowed if (at := f"{OWNER}.{name}") in asked else ()
        members[name] = value if value in allowed or len(allowed) != 1 else allowed[0]
    return structs.replace(answers, members={**members, **answers.members})


def strange(visit: Visit, answers: Answers) -> dict[str, str]:
    """What is said of an owner that no contact can be, whatever the registry asks, by the form's fields."""
    return {f"{OWNER}.{name}": said for name, said in sign_up.strange(visit, answers.members).items()}


def problems(visit: Visit, form: Form, answers: Answers) -> dict[str, str]:
    """What stands in the way, by the field where it can be mended."""
    return {**strange(visit, answers), **_refused(visit, form)}


def _refused(visit: Visit, form: Form) -> dict[str, str]:
    places = {question.place for question in form.questions}
    found: dict[str, str] = {}
    for refusal in form.refusals:
        name, said = _field_of(refusal.field or "", places), reason(visit, refusal)
        found[name] = f"{found[name]}; {said}" if name in found else said
    return found


def _field_of(at: str, places: Iterable[str]) -> str:
    if at == CONFIG:
        return f"{CONFIG}.audience"
    label, _, member = at.partition(".")
    return label if member and label not in (OWNER, CONFIG) and label in places else at


class Slot(Struct, frozen=True, kw_only=True):
    """Where a field stands, or nothing: what is needed, or folded away. `part`: owner, owner-more, needed, more."""

    id: str
    name: str
    """Of the field that stands here, if it does."""
    part: str
    field: Field | None

    @property
    def digest(self) -> str:
        """How it looks; "" for nothing."""
        return self.field.digest if self.field else ""


def _plain(name: str) -> str:
    return name.replace(".", "-")


def needed_at(name: str) -> str:
    """The id of the slot where a field stands while it is needed."""
    return f"need-{_plain(name)}"


class Showing(Struct, frozen=True, kw_only=True):
    """What else decides how the form looks."""

    told: Mapping[str, str]
    """What is said to be wrong, by field."""
    notice_id: str = ""
    """Of the trademark notice that can be accepted."""
    before: Mapping[str, str] = {}
    """What the browser shows: digests by the ids of slots that have a field; empty for a new page."""


def slots(visit: Visit, form: Form, answers: Answers, showing: Showing) -> list[Slot]:
    """All places of the form in their order, filled or not."""
    told, notice_id = showing.told, showing.notice_id
    asked = {question.place: question for question in form.questions}
    refused = {refusal.field for refusal in form.refusals}
    found = []
    for at in _places(form, known=visit.maybe_session is not None):
        question = asked.get(at)
        field = None
        if question is not None and _is_asked(answers, question, refused=at in refused):
            field = _field(visit, form, answers, (question, told.get(at, "")))
        if field and at == claims.LABEL:
            field = structs.replace(field, attributes={**field.attributes, "value": notice_id})
        needed = field is not None and _is_needed(field, answers, showing, refused=at in refused)
        of_owner = "owner" if at.startswith((f"{OWNER}.", AGE)) else ""
        more = "owner-more" if of_owner else "more"
        found.append(Slot(id=needed_at(at), name=at, part=of_owner or "needed", field=field if needed else None))
        found.append(Slot(id=f"more-{_plain(at)}", name=at, part=more, field=None if needed else field))
    return found


def _is_needed(field: Field, answers: Answers, showing: Showing, *, refused: bool) -> bool:
    """Whether it stands among what is needed, where it stays once it is there: nothing moves under somebody's hands."""
    if field.required or needed_at(field.name) in showing.before:
        return True
    wrong = refused and not (showing.before and answers.owner == NEW)
    return wrong or (bool(field.problem) and not showing.before)


def _places(form: Form, *, known: bool) -> list[str]:
    """Every place a field could stand at for this item, members of the owner as people expect them."""
    of_rule: tuple[str, ...] = ()
    if form.extension and form.item.offer:
        of_rule = questions.places(configuration.rule_of(form.item, form.extension))
    labels = [question.place for question in form.questions if not question.member]
    members = [at for at in of_rule if at.startswith((f"{OWNER}.", f"{CONFIG}."))]
    found = [at for at in (*labels, *members) if at not in (OWNER, CONFIG)]
    ordered = sorted(found, key=lambda at: _ORDER.get(at, len(_ORDER) + 1))
    return [at for at in dict.fromkeys(ordered) if known or at.partition(".")[0] not in PEOPLE]


def _field(visit: Visit, form: Form, answers: Answers, of: tuple[Question, str]) -> Field:
    """The field of a question, with what is wrong with it."""
    question, problem = of
    country = answers.members.get("address.country") or _country(form)
    given = Given(
        value=answers.value(question.place) or _known(form, answers, question),
        problem=problem,
        country=country,
        example=_example(visit, question, country, answers),
        extension=form.extension.name if form.extension else "",
    )
    return rule_form.field(visit, question, given)


def _known(form: Form, answers: Answers, question: Question) -> str:
    """What is known of an owner who was chosen, where it has to be said otherwise."""
    if answers.owner == NEW or question.member in answers.members:
        return ""
    return contact_form.flat(configuration.owner_of(form.people)).get(question.member, "")


def _country(form: Form) -> str:
    owner = configuration.owner_of(form.people)
    return owner.address.country if owner else ""


def _example(visit: Visit, question: Question, country: str, answers: Answers) -> str:
    """How a post code is written there."""
    if question.member != "address.zip":
        return ""
    rule = visit.engine.account_rules.of(country, answers.members.get("legalForm"), None)["zip"]
    return (rule.examples or ("",))[0] if rule.pattern else ""


def _is_asked(answers: Answers, question: Question, *, refused: bool) -> bool:
    """Of somebody known only what they lack; of somebody new all that is asked, and what was said already."""
    if not question.place.startswith(f"{OWNER}."):
        return True
    if question.member not in contact_form.MEMBERS:
        return False
    shown = questions.shown(question, answers.members.get(question.member, ""))
    return shown if answers.owner == NEW else refused or (shown and question.member in answers.members)


def in_order(problems: Mapping[str, str], found: Iterable[Slot]) -> dict[str, str]:
    """Problems in the order of the page; that of no field, or of who the owner is, comes first."""
    at = {slot.name: number for number, slot in enumerate(found, start=1)}
    return dict(sorted(problems.items(), key=lambda each: at.get(each[0], 0)))


def missing(found: Iterable[Slot]) -> int:
    """How many fields have still to be filled in."""
    fields = [slot.field for slot in found if slot.field and slot.field.required]
    return sum(1 for field in fields if not field.value)


def seen(found: Iterable[Slot]) -> str:
    """What the browser shows, for the next question what has changed."""
    return " ".join(f"{slot.id}:{slot.digest}" for slot in found if slot.field)
