"""How a rule stands is told by what its judge holds: what is open, who is nearest now, and who ever came nearest."""

from dataclasses import replace
from typing import Any

from edge.analytics.happening import Happening, Phase
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.watches import Crowding, Loitering
from edge.look_rules import Standing

STAY = Loitering(zone="walk", after_s=20)
CROWD = Crowding(zone="walk", at_least=3, for_s=5)


def stayed(who: int, seconds: float) -> Nearly:
    return short(STAY.id, "walk", (who, "person"), What.DWELL, seconds, 20)


def loiters(who: int, phase: Phase = Phase.OPENED) -> Happening:
    key = (STAY.id, who)
    return Happening(kind=STAY.kind, phase=phase, key=key, zone="walk", subject="person", elapsed=1.0, dwell=20.0)


def reached(told: dict[str, Any] | None) -> float | None:
    return None if told is None else told["reached"]


def test_of_each_rule_the_nearest_now_and_the_nearest_so_far_are_told() -> None:
    rules = Standing([STAY, CROWD])
    rules.add([], [stayed(1, 4), stayed(2, 15), short(CROWD.id, "walk", (0, "person"), What.COUNT, 2, 3)])
    rules.add([], [stayed(3, 1)])
    stay, crowd = rules.told
    assert (reached(stay["now"]), reached(stay["nearest"])) == (1, 15)
    assert (crowd["now"], crowd["nearest"]["what"], crowd["open"]) == (None, What.COUNT, [])


def test_what_is_open_is_told_until_it_is_closed() -> None:
    rules = Standing([STAY])
    rules.add([loiters(1)], [])
    rules.add([replace(loiters(1, Phase.UPDATED), dwell=50.0), loiters(2)], [])
    assert [one["dwell"] for one in rules.told[0]["open"]] == [50.0, 20.0]
    rules.add([loiters(1, Phase.CLOSED)], [])
    assert len(rules.told[0]["open"]) == 1


def test_who_was_told_is_no_longer_who_nearly_was() -> None:
    rules = Standing([STAY])
    rules.add([], [stayed(1, 19)])
    rules.add([loiters(1)], [])
    assert rules.told[0]["nearest"] is None


def test_a_class_that_is_not_asked_for_is_told_only_where_there_is_nobody_else() -> None:
    strange = Nearly(STAY.id, "walk", 7, "dog", What.CLASS, 90.0, 20.0, 1.0)
    rules = Standing([STAY])
    rules.add([], [strange])
    assert rules.told[0]["now"]["what"] is What.CLASS
    rules.add([], [stayed(1, 2), strange])
    assert rules.told[0]["now"]["what"] is rules.told[0]["nearest"]["what"] is What.DWELL


def test_what_happens_at_a_line_is_of_no_rule() -> None:
    rules = Standing([STAY])
    rules.add([replace(loiters(1), key=("stop", 1))], [short("stop", "stop", (1, "car"), What.OFF_LINE, 1, 2)])
    assert rules.told == Standing([STAY]).told
