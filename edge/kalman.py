"""Where every tracked box will be next: a constant-velocity Kalman filter over all tracks at once.

Idea: in SORT and ByteTrack every noise is diagonal, so centre x, centre y, width and height never mix; each is a
filter of two numbers (place, velocity) whose 2x2 covariance has a closed form. Any number of them are a few array
operations, where the usual 8x8 matrices cost a factorisation per track.
Time is seconds, not frames: noise enters as continuous white acceleration (Bar-Shalom, Estimation with Applications to
Tracking and Navigation, 2001, §6.2.2), so one setting serves 2 to 25 frames a second and uneven steps.
Noise is measured in the object's own width and height, hence the same for a near and a far object and for any picture
shape. Limits: no turning model, no camera motion.

A motion is float64 (N, 5, 4): rows place, velocity, var(place), cov(place, velocity), var(velocity);
columns centre x, centre y, width, height, normalised.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Motion = NDArray[np.float64]
Boxes = NDArray[np.float64]

SPREAD: Final = np.array([0.08, 0.04, 0.15, 0.07])
"""Standard deviation of a detected centre and size, in box sizes. Measured: detections of TUD and MOT17-02 lie
0.03 to 0.11, 0.01 to 0.04, 0.05 to 0.2 and 0.02 to 0.1 from the hand-drawn boxes; legs swing, so width errs most."""
PUSH: Final = np.array([0.25, 0.15, 0.15, 0.1])
"""White acceleration, box sizes per second to the power 3/2. Measured over 1 s on hand-drawn walks: 0.2 to 0.7 across
with a camera that stands still, and little up, down and in size; the rest is for wheels."""
PACE: Final = np.array([1.5, 0.5, 0.2, 0.1])
"""Speeds a newcomer may have, one standard deviation, box sizes per second. Measured on people: 0.7 to 2.1 across."""
ASTRAY: Final = 3.0
"""Standard deviations of surprise from which a motion is doubted (an adaptive filter, Bar-Shalom §11.2)."""
SMALLEST: Final = 1e-4


def born(boxes: Boxes) -> Motion:
    """Motions at rest on boxes (N, 4) xyxy, with the doubt of one sighting."""
    place = centred(boxes)
    size = sizes(place)
    motion = np.zeros((len(boxes), 5, 4))
    motion[:, 0] = place
    motion[:, 2] = (SPREAD * size) ** 2
    motion[:, 4] = (PACE * size) ** 2
    return motion


def moved(motion: Motion, step: float) -> Motion:
    """The same motions `step` seconds later."""
    place, speed, var, cov, pace = motion.transpose(1, 0, 2)
    push = (PUSH * sizes(place)) ** 2
    later = np.empty_like(motion)
    later[:, 0] = place + step * speed
    later[:, 1] = speed
    later[:, 2] = var + step * (2 * cov + step * (pace + push * (step / 3)))
    later[:, 3] = cov + step * (pace + push * (step / 2))
    later[:, 4] = pace + push * step
    np.maximum(later[:, 0, 2:], SMALLEST, out=later[:, 0, 2:])
    return later


def corrected(motion: Motion, boxes: Boxes) -> Motion:
    """Motions (N) after seeing boxes (N, 4) xyxy, row by row."""
    place, speed, var, cov, pace = motion.transpose(1, 0, 2)
    noise = (SPREAD * sizes(place)) ** 2
    surprise = centred(boxes) - place
    # What is further off than it should be has changed its ways (it brakes, turns, comes near): believe it less.
    astray = np.maximum(1.0, surprise**2 / (ASTRAY**2 * (var + noise)))
    var, cov, pace = var * astray, cov * astray, pace * astray
    trust = 1 / (var + noise)
    gain, pull = var * trust, cov * trust
    better = np.empty_like(motion)
    better[:, 0] = place + gain * surprise
    better[:, 1] = speed + pull * surprise
    better[:, 2] = var * (1 - gain)
    better[:, 3] = cov * (1 - gain)
    better[:, 4] = pace - pull * cov
    np.maximum(better[:, 0, 2:], SMALLEST, out=better[:, 0, 2:])
    return better


def cornered(motion: Motion) -> Boxes:
    """Where the boxes are believed to be: float64 (N, 4) xyxy, not clipped to the picture."""
    centre, half = motion[:, 0, :2], motion[:, 0, 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def centred(boxes: Boxes) -> Boxes:
    """Centre x, centre y, width, height of xyxy boxes (N, 4)."""
    low, high = boxes[:, :2], boxes[:, 2:]
    return np.concatenate([(low + high) / 2, np.maximum(high - low, SMALLEST)], axis=1)


def sizes(place: Boxes) -> Boxes:
    """What each column of `place` (N, 4) is measured in: width, height, width, height."""
    return place[:, [2, 3, 2, 3]]
