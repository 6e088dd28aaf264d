"""What else a tracked object is, by the answers of a classifier to crops of it. Pure.

Method: every answer is a score for each class that counts; where the classes exclude each other only the best one of an
answer has its score and the others have none, so that an answer for something else is a vote against. The mean of the
answers is held against the class's own bound, once there were enough of them. It is a running mean of about the last
`KEPT`: a rider may take the helmet off. What is told stays told until the mean falls below `LET_GO` of the bound, so an
object does not flicker between two answers.
Limits: the answers of one object are not independent; ten looks from behind are ten times the same mistake.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from edge.turns import Who

KEPT: Final = 8
LET_GO: Final = 0.8


class Votes:
    """What one classifier says of the objects of one camera. `tells` is which classes count, from which mean score."""

    def __init__(self, tells: Mapping[str, float], after: int) -> None:
        self._tells, self._after = tells, after
        self._means: dict[Who, dict[str, float]] = {}
        self._answers: dict[Who, int] = {}
        self._told: dict[Who, frozenset[str]] = {}

    def __len__(self) -> int:
        """Tracks remembered."""
        return len(self._answers)

    def add(self, track: Who, scores: Mapping[str, float], *, one_of_them: bool) -> None:
        """One answer: the score of every class of the model. `one_of_them`: only the best is meant."""
        best = max(scores, key=lambda name: scores[name])
        answers = self._answers[track] = self._answers.get(track, 0) + 1
        means = self._means.setdefault(track, dict.fromkeys(self._tells, 0.0))
        for name, mean in means.items():
            score = scores[name] if name == best or not one_of_them else 0.0
            means[name] = mean + (score - mean) / min(answers, KEPT)
        if answers >= self._after:
            before = self._told.get(track, frozenset())
            self._told[track] = frozenset(
                name
                for name, bound in self._tells.items()
                if means[name] >= (bound * LET_GO if name in before else bound)
            )

    def told(self, track: Who) -> frozenset[str]:
        """What the object is, as far as it is believed."""
        return self._told.get(track, frozenset())

    def forget(self, tracks: Iterable[Who]) -> None:
        """These are gone for ever."""
        for track in tracks:
            self._means.pop(track, None)
            self._answers.pop(track, None)
            self._told.pop(track, None)
