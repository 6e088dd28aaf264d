"""Whether a camera still shows what it was hung up for: covered, dark, over-exposed, frozen, moved, blurred. Pure.

Once a second a small grey picture is measured (`edge.view`) and held against what the camera usually shows, learnt in
its first minute and ever since from fit pictures. A sign must stand without a break for as long as its trouble's
`say_after_s` before it is said, and be gone for `well_after_s` before it is taken back; the level at which a sign
comes lies beyond the level at which it goes. Troubles have an order, and the first that stands is the one told.
- `covered`: hardly any of the usual edges, and little else instead. Nothing learnt yet: no edge anywhere.
- `dark`: nothing brighter than a glimmer, or all at once far less light. A dusk is followed, an eclipse by a hand not:
  sudden darkness in which no edge is left is `covered`.
- `over_exposed`: half of what could be read before is burnt out.
- `frozen`: not one pixel in a thousand changed since the stillness began.
- `moved`: what was seen in the last quarter of a minute fits the usual edges elsewhere, or nowhere.
- `blurred`: the usual edges without their fine detail: focus lost, water, dust, fog.
The thresholds were read off the development videos, fit and spoiled; `python -m benchmarks.fitness` prints how soon
each trouble is told on each of them, and what dusk, rain, headlights, infra-red and a lorry before the lens do to it.
`moved` is told within 95 s, any other trouble within 5 s of its `say_after_s`.
What was usual outlives the node (`edge.references`), so a camera that was turned while the node was away is told as
moved; whoever restarts the node once that is said means the new view.
Limits: a camera blurred from the first day is believed. Light that fades over minutes ends in `dark`, even where it was
paint. A burnt-in clock hides that a sensor behind it froze. The seconds in which a trouble stood and was not yet said
count as watched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from edge.luma import Luma
from edge.setting import Setting
from edge.view import Measured, Shift, Usual, measure

EVERY_S: Final = 1.0
LEARN_S: Final = 60.0
LEARN_LOOKS: Final = 20
LOOKS_LEAST: Final = 3
EDGES_FOLLOW_S: Final = 900.0
LIGHT_FOLLOWS_S: Final = 120.0
LATELY_S: Final = 15.0
MOVES_IN_S: Final = 50.0
"""Within this time a view that is another one shows as such in what was seen lately."""


class Unfit(StrEnum):
    """What may be wrong with the picture of a camera that sends one; the first that stands is told."""

    COVERED = "covered"
    DARK = "dark"
    OVER_EXPOSED = "over_exposed"
    FROZEN = "frozen"
    MOVED = "moved"
    BLURRED = "blurred"


SAY_AFTER_S: Final = {
    Unfit.COVERED: 30.0,
    Unfit.DARK: 60.0,
    Unfit.OVER_EXPOSED: 30.0,
    Unfit.FROZEN: 60.0,
    Unfit.MOVED: 45.0,
    Unfit.BLURRED: 60.0,
}

Seconds = Annotated[float, Field(ge=1, le=3600)]


class FitnessSetting(Setting):
    """What of a camera's fitness is judged, and how patiently."""

    judge: frozenset[Unfit] = Field(default=frozenset(Unfit), description="empty: the camera is always fit")
    say_after_s: dict[Unfit, Seconds] = Field(
        default_factory=dict, description="seconds a trouble stands before it is said; those not named as usual"
    )
    well_after_s: Seconds = Field(default=20.0, description="seconds it is gone before it is taken back")

    @model_validator(mode="after")
    def _judged(self) -> Self:
        if idle := sorted(self.say_after_s.keys() - self.judge):
            raise ValueError(f"say_after_s names {', '.join(idle)}, which is not judged")
        return self

    def patience(self, trouble: Unfit) -> float:
        """Seconds this trouble stands before it is said."""
        return self.say_after_s.get(trouble, SAY_AFTER_S[trouble])


@dataclass(slots=True)
class Hold:
    """Whether something is so, said only once it was so for a while, and taken back only once it was not."""

    say_after_s: float
    well_after_s: float
    said: bool = False
    _since: float | None = None
    _looks: int = 0

    def update(self, sign: bool, now: float) -> bool:  # noqa: FBT001 - a sign is there or it is not
        """What stands after this sign; `now` never falls between two calls of `afresh`."""
        if sign == self.said:
            self.afresh()
            return self.said
        self._since = now if self._since is None else self._since
        self._looks += 1
        patience = self.well_after_s if self.said else self.say_after_s
        if self._looks >= LOOKS_LEAST and now - self._since >= patience:
            self.said = sign
            self.afresh()
        return self.said

    def wait(self, seconds: float) -> None:
        """So long nothing could be told: that time does not count."""
        self._since = None if self._since is None else self._since + seconds

    def afresh(self) -> None:
        """What was about to be said is not: the signs before do not count."""
        self._since, self._looks = None, 0


@dataclass(frozen=True, slots=True)
class _Level:
    """Where a sign comes and where it goes, of a figure that falls."""

    comes: float
    goes: float

    def under(self, figure: float, *, stands: bool) -> bool:
        return figure < (self.goes if stands else self.comes)


GONE: Final = _Level(0.3, 0.45)  # share of usual edges still there
KNOWN: Final = 0.5  # share of usual edges from which a picture is learnt from
UNLIKE: Final = _Level(0.2, 0.35)  # likeness of what was seen lately to what is usual
LEFT: Final = _Level(0.2, 0.3)  # share of usual edges surely there lately: a jam leaves what stands above it
SURELY: Final = 0.7
BARE: Final = _Level(0.5, 0.65)  # of the usual mean edge
BLANK: Final = _Level(0.3, 0.4)  # mean edge, grey levels a pixel, when nothing was learnt
GLIMMER: Final = _Level(24.0, 32.0)  # the grey level 95 % lie under
DIM: Final = _Level(45.0, 60.0)
DIMMED: Final = _Level(0.3, 0.45)  # of the usual light
READABLE: Final = _Level(0.6, 0.75)  # of what is usually not burnt out
SOFT: Final = _Level(0.55, 0.65)  # of the usual fine detail
STILL: Final = 0.001
FAR: Final = 0.03  # of the picture's side
FITS: Final = 0.3
BETTER: Final = 0.1


@dataclass(slots=True)
class _Stillness:
    """Since when the picture has not changed."""

    began: Luma | None = None

    def holds(self, picture: Luma) -> bool:
        """Whether this is still the picture of before; if not, it is the one to compare with."""
        still = self.began is not None and float((self.began != picture).mean()) < STILL
        if not still:
            self.began = picture
        return still


@dataclass(slots=True)
class _Learning:
    """How much was learnt of what is usual."""

    looks: int = 0
    seconds: float = 0.0

    @property
    def enough(self) -> bool:
        return self.looks >= LEARN_LOOKS and self.seconds >= LEARN_S


@dataclass(frozen=True, slots=True)
class _Look:
    """A picture's figures beside the usual ones; of these None stands for what is not known yet, or cannot be."""

    seen: Measured
    usual: Measured | None
    alike: float | None
    said: frozenset[Unfit]

    def dark(self) -> bool:
        stands, light = Unfit.DARK in self.said, self.seen.light
        return GLIMMER.under(light, stands=stands) or (DIM.under(light, stands=stands) and self.sudden(stands=stands))

    def sudden(self, *, stands: bool) -> bool:
        return self.usual is not None and DIMMED.under(self.seen.light / max(self.usual.light, 1.0), stands=stands)

    def burnt(self) -> bool:
        before = min(self.usual.burnt, 0.9) if self.usual is not None else 0.0
        return READABLE.under((1 - self.seen.burnt) / (1 - before), stands=Unfit.OVER_EXPOSED in self.said)

    def covered(self) -> bool:
        stands = Unfit.COVERED in self.said
        if self.usual is None or self.alike is None:
            return not self.dark() and BLANK.under(self.seen.edge, stands=stands)
        bare = BARE.under(self.seen.edge / max(self.usual.edge, 0.1), stands=stands)
        return GONE.under(self.alike, stands=stands) and bare and (self.sudden(stands=stands) or not self.dark())

    def moved(self, shift: Shift | None, alike_lately: float | None) -> bool:
        if shift is None or alike_lately is None:
            return False
        away = shift.far >= FAR and shift.there > FITS and shift.there > shift.here + BETTER
        stands = Unfit.MOVED in self.said
        return away or (UNLIKE.under(shift.here, stands=stands) and LEFT.under(alike_lately, stands=stands))

    def blurred(self) -> bool:
        if self.usual is None:
            return False
        return SOFT.under(self.seen.fine / self.usual.fine, stands=Unfit.BLURRED in self.said)


class Fitness:
    """One camera's fitness. `judge` is called by one worker at a time; a look costs 2.2 ms, once a second."""

    def __init__(self, setting: FitnessSetting | None = None) -> None:
        self.unfit: Unfit | None = None
        setting = setting or FitnessSetting()
        self._holds = {one: Hold(setting.patience(one), setting.well_after_s) for one in Unfit if one in setting.judge}
        self._last: float | None = None
        self._learning = _Learning()
        self._usual = Usual(EDGES_FOLLOW_S, LIGHT_FOLLOWS_S, int(LEARN_S))
        self._lately = Usual(LATELY_S, LATELY_S, int(LATELY_S))
        self._still = _Stillness()
        self._recalled: Measured | None = None

    @property
    def usual(self) -> Measured | None:
        """What the camera usually shows, worth keeping; None while too little was learnt, or it looks elsewhere."""
        return self._usual.measured if self._learning.enough and self.unfit is not Unfit.MOVED else None

    @property
    def sure_after_s(self) -> float | None:
        """How soon after a restart it is said if the camera looks elsewhere than before; None: never."""
        moved = self._holds.get(Unfit.MOVED)
        return None if moved is None else moved.say_after_s + MOVES_IN_S

    def recall(self, usual: Measured) -> None:
        """Go on from what was usual in the node's last life; before the first picture is judged."""
        self._recalled = usual

    def due(self, now: float) -> bool:
        """Whether a picture of `now` (seconds of the stream) is to be judged; falling time is a stream begun again."""
        last = self._last
        return bool(self._holds) and (last is None or now < last or now - last >= EVERY_S * 0.9)

    def judge(self, picture: Luma, now: float) -> Unfit | None:
        """What is wrong with the camera, or None, after this picture of `now`."""
        after = 0.0 if self._last is None else now - self._last
        self._last = now
        if after < 0:
            after = self._begin_again()
        seen = measure(picture)
        if self._recalled is not None:
            self._usual.recall(self._recalled, seen)
            self._recalled, self._learning = None, _Learning(LEARN_LOOKS, LEARN_S)
        for trouble, sign in self._signs(seen, self._still.holds(picture), after).items():
            hold = self._holds.get(trouble)
            if hold is not None and sign is None:
                hold.wait(after)
            elif hold is not None:
                hold.update(bool(sign), now)
        self.unfit = next((trouble for trouble, hold in self._holds.items() if hold.said), None)
        return self.unfit

    def _begin_again(self) -> float:
        """The stream was opened again: what stood before it began may have ended meanwhile."""
        for hold in self._holds.values():
            hold.afresh()
        self._still, self._lately = _Stillness(), Usual(LATELY_S, LATELY_S, int(LATELY_S))
        return 0.0

    def _signs(self, seen: Measured, frozen: bool, after: float) -> Mapping[Unfit, bool | None]:  # noqa: FBT001 - a sign
        """Every trouble's sign in this picture, None where it cannot be told: who sees nothing, sees no move."""
        enough, said = self._learning.enough, frozenset(trouble for trouble, hold in self._holds.items() if hold.said)
        usual, alike = (self._usual.measured, self._usual.alike(seen)) if enough else (None, None)
        look = _Look(seen, usual, alike, said)
        covered, burnt = look.covered(), look.burnt()
        dark = look.dark() and not covered
        signs: dict[Unfit, bool | None] = dict.fromkeys(Unfit)
        signs |= {Unfit.COVERED: covered and not burnt, Unfit.DARK: dark, Unfit.OVER_EXPOSED: burnt}
        if any(signs.values()):
            return signs
        lately = self._lately.learn(seen, after)
        shift, alike_lately = (
            (None, None) if alike is None else (self._usual.shift(lately), self._usual.alike(lately, SURELY))
        )
        moved = look.moved(shift, alike_lately)
        signs |= {Unfit.FROZEN: frozen, Unfit.MOVED: moved, Unfit.BLURRED: look.blurred()}
        in_place = shift is None or (shift.far < FAR and alike is not None and alike >= KNOWN)
        if in_place and not moved and not signs[Unfit.BLURRED]:
            self._usual.learn(seen, after)
            self._learning = _Learning(self._learning.looks + 1, self._learning.seconds + after)
        return signs
