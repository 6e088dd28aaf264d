"""The eye's time: what passed while a camera was away is in no dwell, in whichever order the news came."""

from datetime import UTC, datetime, timedelta

import numpy as np
import uuid_utils.compat as uuid

from edge.analytics.places import Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import Occupancy, SlowChange
from edge.eye import Eye, Task
from edge.telling import Witness
from streams.frames import Frame
from tests.parts.scripted_eyes import ScriptedEyes

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
PLAZA = Zone(id="plaza", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))


def frame(captured: float, elapsed: float) -> Frame:
    return Frame("gate", 0, NOON + timedelta(seconds=captured), elapsed, np.zeros((8, 8, 3), np.uint8))


def test_an_outage_is_in_no_dwell_though_a_picture_from_before_was_looked_at_after_it_began() -> None:
    rule = Occupancy(zone="plaza", under=0, for_s=600)
    eye = Eye(Witness("gate"), Task(frozenset({"person"}), evidence=False), Scene([PLAZA], [], [rule]), uuid.uuid7)
    nobody = ScriptedEyes()
    for fifth in range(50):
        eye.look(frame(fifth / 5, fifth / 5), nobody)
    eye.blind("no_signal")
    eye.look(frame(10, 10), nobody)
    told = [eye.look(frame(7210 + fifth / 5, fifth / 5), nobody) for fifth in range(50)]
    assert not [event for look in told for event in look.events]
    assert not eye.open


def test_a_rule_on_slow_change_is_shown_the_pictures_of_its_looks() -> None:
    kerb = Zone(id="kerb", polygon=((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)))
    scene = Scene([kerb], [], [SlowChange(zone="kerb", every_s=30)])
    eye = Eye(Witness("gate"), Task(frozenset({"person"}), evidence=False), scene, uuid.uuid7)
    pixels = np.kron(np.random.default_rng(1).integers(40, 180, (18, 32, 3), np.uint8), np.ones((20, 20, 1), np.uint8))
    flooded = pixels.copy()
    flooded[140:220, 250:390] = 20
    told = [
        eye.look(
            Frame("gate", at, NOON + timedelta(seconds=at), float(at), flooded if at > 150 else pixels), ScriptedEyes()
        )
        for at in range(0, 300, 10)
    ]
    (event,) = [event for look in told for event in look.events if event.phase == "opened"]
    assert (event.kind, event.zone, event.subject) == ("slow_change", "kerb", "any")
    assert 180 <= (event.began - NOON).total_seconds() <= 240
