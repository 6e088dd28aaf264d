"""What the redaction of one uploaded picture costs, stage by stage, at the sizes cameras have.

Frames of the real videos, one for every second of the first seconds, brought to 640x360, 1280x720 and 1920x1080, are
redacted as the node does for an event. Processor time of one thread: the close look (whole picture and square tiles, by
the detector, then by the face model), covering with encoding, and reading a picture back for the upload with its hash.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Final, TypeVar

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from edge.privacy import recognised, redact
from edge.seeing import DetectorEyes
from models.detector import Detector
from streams.frames import Frame

SIZES: Final = ((640, 360), (1280, 720), (1920, 1080))
NOON: Final = datetime(2026, 11, 23, 5, tzinfo=UTC)
STAGES: Final = ("objects", "faces", "cover", "read back")

T = TypeVar("T")
Pixels = NDArray[np.uint8]


def cost(videos: Sequence[Path], objects: Detector, faces: Detector | None, frames: int) -> None:
    """Print a row for every size: median and 95th percentile of the whole, medians of the stages, bytes that leave."""
    pictures = list(_sample(videos, frames))
    print(f"{len(pictures)} pictures of {len(videos)} videos; {objects.entry.name}, faces: {_named(faces)}; CPU ms")
    print(f"{'picture':>10}{'p50':>8}{'p95':>8}" + "".join(f"{stage:>11}" for stage in STAGES) + f"{'KiB':>7}")
    for width, height in SIZES:
        rows, sizes = [], []
        for number, pixels in enumerate(pictures):
            sized = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
            spent, size = _one(Frame("one", number, NOON, 0.0, sized), objects, faces)
            rows.append(spent)
            sizes.append(size)
        told = np.array(rows)
        half, most = np.percentile(told.sum(axis=1), [50, 95])
        stages = "".join(f"{part:>11.1f}" for part in np.median(told, axis=0))
        print(f"{width}x{height:<5}".rjust(10) + f"{half:>8.0f}{most:>8.0f}{stages}{np.median(sizes) / 1024:>7.0f}")


def _one(frame: Frame, objects: Detector, faces: Detector | None) -> tuple[list[float], int]:
    """Milliseconds of every stage, and the bytes of the picture."""
    _, alone = _timed(lambda: DetectorEyes(objects, None).see_closely(frame))
    covered, together = _timed(lambda: DetectorEyes(objects, faces).see_closely(frame))
    picture, covering = _timed(lambda: redact(frame.pixels, covered, np.random.default_rng(1)))
    _, reading = _timed(lambda: recognised(picture.jpeg, picture.sha256))
    return [alone, max(0.0, together - alone), covering, reading], len(picture.jpeg)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = process_time()
    done = work()
    return done, 1000 * (process_time() - began)


def _sample(videos: Sequence[Path], frames: int) -> Iterator[Pixels]:
    """As many frames of every video, a second apart."""
    for video in videos:
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            every, taken = max(1, round(float(stream.average_rate or 25))), 0
            for number, picture in enumerate(container.decode(stream)):
                if number % every == 0:
                    yield picture.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
                    taken += 1
                if taken >= frames:
                    break


def _named(faces: Detector | None) -> str:
    return "none" if faces is None else faces.entry.name
