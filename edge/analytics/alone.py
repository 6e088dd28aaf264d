"""What lasts and concerns one stay is told in one form, whichever rule found it: who, where, how surely, since when."""

from edge.analytics.happening import Happening, Phase, Speed
from edge.analytics.presence import Stay
from edge.analytics.watches import Loitering, ObjectLeft, Speeding, StoppedVehicle, WrongWay

OfOne = Loitering | ObjectLeft | Speeding | StoppedVehicle | WrongWay


def told_of(rule: OfOne, stay: Stay, *, dwell: float, elapsed: float, speed: Speed | None = None) -> Happening:
    """That a rule holds for a stay, since `dwell` watched seconds, at a look at `elapsed` stream seconds."""
    return Happening(
        kind=rule.kind,
        phase=Phase.OPENED,
        key=(rule.id, stay.first),
        zone=rule.zone,
        subject=stay.named(rule.classes),
        elapsed=elapsed,
        score=stay.score,
        dwell=dwell,
        boxes=(stay.box,),
        track=stay.track,
        speed=speed,
    )
