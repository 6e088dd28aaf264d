"""Rules as people meet them: named in both languages, whose they are, and at what level a sensor's rule rings."""

from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel

from alerts.rules import Disposition, Rule, Severity
from alerts.triggers import CameraTrigger, EventTrigger, ReadingTrigger, SilenceTrigger


class Listens(StrEnum):
    """What a rule listens for."""

    EVENT = "event"
    READING = "reading"
    SILENT = "silent"
    CAMERA_STATE = "camera_state"


class Side(StrEnum):
    """On which side of its threshold a reading raises."""

    ABOVE = "above"
    BELOW = "below"


class Level(BaseModel):
    """From this value on an alert is more severe."""

    at: float
    severity: Severity


class Limits(BaseModel):
    """The two lines in a sensor's chart, in `unit`: raised past `raise_at`, over past `clear_at`.

    It takes `at_least` of the last `of` readings. No `sensors`: every sensor that sends this quantity.
    """

    quantity: str
    unit: str
    sensors: list[str]
    side: Side
    raise_at: float
    clear_at: float
    at_least: int
    of: int
    worse: list[Level]


class RuleShape(BaseModel):
    """A rule: its name, what it listens for and where, how severe, whose it is (`owner_in` where a ward differs)."""

    id: str
    title_vi: str
    title_en: str
    listens: Listens
    kind: str | None  # the kind of event, or the quantity
    cameras: list[str]
    sensors: list[str]
    zones: list[str]
    wards: list[str]
    hold_s: float
    silent_after_s: float | None
    limits: Limits | None
    severity: Severity
    owner: str
    owner_in: dict[str, str]
    deadline: str
    disposition: Disposition
    budget: int
    shadow: bool


def rule_shape(rule: Rule) -> RuleShape:
    """A rule, as people meet it."""
    listens, kind = _heard(rule)
    silent = rule.when.after if isinstance(rule.when, SilenceTrigger) else None
    return RuleShape(
        id=rule.id,
        title_vi=rule.title.vi,
        title_en=rule.title.en,
        listens=listens,
        kind=kind,
        cameras=list(getattr(rule.when, "cameras", ())),
        sensors=list(getattr(rule.when, "sensors", ())),
        zones=list(getattr(rule.when, "zones", ())),
        wards=list(rule.wards),
        hold_s=rule.hold.total_seconds(),
        silent_after_s=None if silent is None else silent / timedelta(seconds=1),
        limits=_limits(rule),
        severity=rule.severity,
        owner=rule.owner,
        owner_in=rule.owner_in,
        deadline=str(rule.deadline),
        disposition=rule.disposition,
        budget=rule.budget,
        shadow=rule.shadow,
    )


def _heard(rule: Rule) -> tuple[Listens, str | None]:
    match rule.when:
        case EventTrigger(event=kind):
            return Listens.EVENT, kind
        case ReadingTrigger(reading=quantity):
            return Listens.READING, quantity
        case SilenceTrigger(silent=quantity):
            return Listens.SILENT, quantity
        case CameraTrigger():
            return Listens.CAMERA_STATE, None


def _limits(rule: Rule) -> Limits | None:
    when = rule.when
    if not isinstance(when, ReadingTrigger):
        return None
    raised = when.above if when.above is not None else when.below
    if raised is None:
        raise ValueError(f"rule {rule.id}: a reading trigger raises above or below something")
    return Limits(
        quantity=when.reading,
        unit=when.unit,
        sensors=list(when.sensors),
        side=Side.BELOW if when.above is None else Side.ABOVE,
        raise_at=raised,
        clear_at=when.clear,
        at_least=when.at_least,
        of=when.of,
        worse=[Level(at=step.at, severity=step.severity) for step in rule.worse],
    )
