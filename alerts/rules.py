"""A rule is a contract: what raises an alert, and who does what about it by when.

Nine in ten of one control room's findings were never acted on because nobody owned that kind; so a rule without
owner unit, deadline and disposition does not load, and the person who wrote it is told the file and the line.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from alerts.durations import DeadlineText, Duration, PositiveDuration
from alerts.facts import CAMERA_STATE, Fact
from alerts.schedule import Window
from alerts.triggers import EventTrigger, ReadingTrigger, SilenceTrigger, Trigger
from streams.documents import DocumentRefused, Mistake, fit, parse
from streams.wire.records import Event
from streams.wire.words import Finite, Slug

_Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120),
    AfterValidator(lambda text: unicodedata.normalize("NFC", text)),
]


class Severity(StrEnum):
    """How bad, worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


WORST_FIRST: Final = tuple(Severity)


class Disposition(StrEnum):
    """What becomes of a confirmed alert of this kind."""

    OPEN_CASE = "open_case"
    DISPATCH_PATROL = "dispatch_patrol"
    REPAIR = "repair"
    RECORD_ONLY = "record_only"


class Title(BaseModel):
    """The rule's name as people read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: _Text
    en: _Text


class Worse(BaseModel):
    """From this peak value (or count of objects) on, the alert is at least this severe."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Finite
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What exists, so that a rule cannot name what does not. None leaves a name unchecked.

    `units` are the units of people that own work; `measures` are the UCUM units in which each quantity is sent.
    """

    units: frozenset[str] | None = None
    wards: frozenset[str] | None = None
    cameras: frozenset[str] | None = None
    sensors: frozenset[str] | None = None
    measures: Mapping[str, frozenset[str]] = field(default_factory=dict)


class _Contract(BaseModel):
    """A rule as written; its id is the key it stands under."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Title
    when: Trigger
    hold: Annotated[Duration, Field(alias="for")] = timedelta(0)
    clear_after: Duration = timedelta(0)
    stale_after: PositiveDuration = timedelta(minutes=5)
    reopen_within: Duration = timedelta(minutes=10)
    lateness: PositiveDuration = timedelta(minutes=5)
    review_within: PositiveDuration = timedelta(days=1)
    schedule: tuple[Window, ...] = ()
    wards: tuple[Slug, ...] = ()
    severity: Severity
    worse: tuple[Worse, ...] = ()
    owner: Slug
    owner_in: dict[Slug, Slug] = Field(default_factory=dict)
    deadline: DeadlineText
    disposition: Disposition
    budget: Annotated[int, Field(ge=1)]
    shadow: bool = False

    @field_validator("owner")
    @classmethod
    def _owner_exists(cls, value: str, info: ValidationInfo) -> str:
        _check((value,), _known(info).units, "unit")
        return value

    @field_validator("owner_in")
    @classmethod
    def _owners_exist(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        _check(tuple(value), _known(info).wards, "ward")
        _check(tuple(value.values()), _known(info).units, "unit")
        return value

    @field_validator("wards")
    @classmethod
    def _wards_exist(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        _check(value, _known(info).wards, "ward")
        return value

    @field_validator("when")
    @classmethod
    def _places_exist(cls, value: Trigger, info: ValidationInfo) -> Trigger:
        _check(getattr(value, "cameras", ()), _known(info).cameras, "camera")
        _check(getattr(value, "sensors", ()), _known(info).sensors, "sensor")
        sent = _known(info).measures.get(value.reading) if isinstance(value, ReadingTrigger) else None
        if sent and isinstance(value, ReadingTrigger) and value.unit not in sent:
            raise ValueError(
                f"no sensor sends {value.reading} in {value.unit}; they send it in {', '.join(sorted(sent))}"
            )
        if isinstance(value, EventTrigger) and value.event == CAMERA_STATE:
            raise ValueError("a camera's health is listened for as `camera_state: [blind, unfit]`")
        return value


class Rule(_Contract):
    """A rule that loaded. Durations are timedeltas; `hold` is written `for` in the file."""

    id: Slug

    def owner_for(self, ward: str) -> str:
        """The unit that owns this rule's alerts in a ward."""
        return self.owner_in.get(ward, self.owner)

    def severity_at(self, peak: float | None) -> Severity:
        """How severe an alert is whose worst value so far is `peak`."""
        low = isinstance(self.when, ReadingTrigger) and self.when.below is not None
        reached = [
            step.severity for step in self.worse if peak is not None and (peak <= step.at if low else peak >= step.at)
        ]
        return min((self.severity, *reached), key=WORST_FIRST.index)


class _Book(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: dict[Slug, _Contract]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every rule, by id and by the kind of fact it listens for."""

    rules: Mapping[str, Rule]
    by_topic: Mapping[tuple[str, str], tuple[Rule, ...]]

    def concerned(self, fact: Fact) -> list[Rule]:
        """The rules that listen for this fact, in the order of the file."""
        return [
            rule
            for rule in self.by_topic.get(_topic_of_fact(fact), ())
            if (not rule.wards or fact.ward in rule.wards) and rule.when.concerns(fact)
        ]


def book(rules: Mapping[str, Rule]) -> RuleBook:
    """A book of these rules, indexed, so that a fact meets only the rules of its kind."""
    topics: dict[tuple[str, str], tuple[Rule, ...]] = {}
    for rule in rules.values():
        topic = _topic_of_rule(rule)
        topics[topic] = (*topics.get(topic, ()), rule)
    return RuleBook(dict(rules), topics)


def parse_rules(text: str, name: str, known: Known) -> RuleBook:
    """YAML text as a rule book. Raises DocumentRefused with every mistake, each with file (`name`) and line."""
    document = parse(text, name)
    try:
        written = fit(document, _Book, {"known": known})
    except DocumentRefused as refused:
        raise DocumentRefused([_taught(mistake) for mistake in refused.mistakes]) from refused
    return book(
        {id_: Rule.model_validate({"id": id_, **_as_written(contract)}) for id_, contract in written.rules.items()}
    )


def _taught(mistake: Mistake) -> Mistake:
    if not mistake.where.endswith(".owner") or "missing" not in mistake.message:
        return mistake
    message = "is required and missing: an alert kind that no unit owns is never acted on"
    return Mistake(mistake.file, mistake.line, mistake.where, message)


def _as_written(contract: _Contract) -> dict[str, Any]:
    return {
        (field.alias or name): getattr(contract, name)
        for name, field in type(contract).model_fields.items()
        if name in contract.model_fields_set
    }


def _known(info: ValidationInfo) -> Known:
    known = (info.context or {}).get("known")
    return known if isinstance(known, Known) else Known()


def _check(names: tuple[str, ...], known: frozenset[str] | None, what: str) -> None:
    missing = [] if known is None else [name for name in names if name not in known]
    if missing:
        raise ValueError(f"no such {what}: {', '.join(missing)}")


def _topic_of_rule(rule: Rule) -> tuple[str, str]:
    match rule.when:
        case EventTrigger(event=kind):
            return "event", kind
        case ReadingTrigger(reading=quantity) | SilenceTrigger(silent=quantity):
            return "reading", quantity
        case _:
            return "event", CAMERA_STATE


def _topic_of_fact(fact: Fact) -> tuple[str, str]:
    body = fact.body
    return ("event", body.kind) if isinstance(body, Event) else ("reading", body.quantity)
