"""What a camera costs before anybody looks: reading, a look now and then, five looks a second, every picture.

Usage: python benchmarks/decoding.py [--seconds 30] [--rounds 3] [--video FILE]
A 1080p25 film is made (H.264 at 4 Mbit/s, a key frame every two seconds, without B frames and with three), or one is
given; it is taken through the node's own classes as a live camera's packets are, as fast as it goes, on one thread.
Processor time, all ways in turns in every round, medians; in % of one core for one 25 fps camera. `all` converts every
picture to BGR; the others only those that are looked at. Below the table: what one picture of a main stream costs that
is kept in the ring and wanted now and then, for every fifth moment of the last four seconds.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

sys.path.insert(0, str(Path(__file__).parents[1]))

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from streams.cameras.cadence import Cadence
from streams.cameras.clock import Arrival, FileClock, Stamp
from streams.cameras.main import Missing, picture_at
from streams.cameras.pictures import Pictures, video_of
from streams.cameras.preroll import Preroll
from streams.cameras.source import Counters, Meter
from streams.cameras.thrift import Thrift

SIZE: Final = (1920, 1080)
FPS: Final = 25
GOP: Final = 50
BITS: Final = 4_000_000
T0: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to take a camera in: how often it is looked at (0: never, None: always), and what is spared."""

    name: str
    fps: float | None
    thrifty: bool = True
    ring: bool = False


WAYS: Final = (
    Way("read packets only", 0),
    Way("read packets into the ring", 0, ring=True),
    Way("a look in 30 s", 1 / 30),
    Way("a look in 5 s", 0.2),
    Way("5 looks a second", 5),
    Way("5 looks a second, decoding all (as before)", 5, thrifty=False),
    Way("every picture", None, thrifty=False),
)


def main() -> int:
    """Print the table."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--seconds", type=int, default=30)
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("--video", type=Path)
    asked = told.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        films = {asked.video.name: asked.video} if asked.video else made(Path(folder), asked.seconds)
        for name, film in films.items():
            print(f"\n{name} ({film.stat().st_size / 1e6:.1f} MB)\n")
            print("| | CPU ms a stream second | of one core | pictures decoded | against every picture |")
            print("|---|---|---|---|---|")
            table(film, asked.rounds)
            print(one_picture(film))
    return 0


def made(folder: Path, seconds: int) -> dict[str, Path]:
    """Films of a camera that hangs over a street, so to speak: noise of the sensor, and things that move."""
    return {
        f"1080p25 H.264, {b or 'no'} B frames, key frame every {GOP / FPS:g} s": film(folder / f"{b}.mp4", seconds, b)
        for b in (0, 3)
    }


def film(path: Path, seconds: int, b_frames: int) -> Path:
    """Write one."""
    noise = np.random.default_rng(1)
    street = cv2.resize(noise.integers(0, 255, (68, 120, 3), np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
    grains = [noise.integers(0, 12, street.shape, np.uint8) for _ in range(5)]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.bit_rate, stream.time_base = "yuv420p", BITS, Fraction(1, FPS)
        stream.codec_context.gop_size = GOP
        stream.codec_context.options = {"preset": "veryfast", "bf": str(b_frames), "sc_threshold": "0"}
        for number in range(seconds * FPS):
            picture = cast("NDArray[np.uint8]", cv2.add(street, grains[number % len(grains)]))
            for lane in range(6):
                left = (number * (4 + lane) + lane * 300) % (SIZE[0] - 200)
                picture[150 * lane + 40 : 150 * lane + 130, left : left + 200] = (40 * lane, 90, 200 - 30 * lane)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def table(film: Path, rounds: int) -> None:
    """Every way in turns, and its row."""
    took: dict[str, list[float]] = {way.name: [] for way in WAYS}
    decoded: dict[str, int] = {}
    for _ in range(rounds):
        for way in WAYS:
            began = time.process_time()
            seconds, counters = play(film, way)
            took[way.name].append((time.process_time() - began) * 1000 / seconds)
            decoded[way.name] = counters.decoded
    whole = statistics.median(took[WAYS[-1].name])
    for name, figures in took.items():
        middle = statistics.median(figures)
        print(f"| {name} | {middle:.1f} | {middle / 10:.2f} % | {decoded[name]} | {middle / whole:.3f} |")


def one_picture(film: Path) -> str:
    """What a picture out of the ring costs, as a line."""
    ring = Preroll(10)
    with av.open(str(film)) as container:
        stream = video_of(container, film.name)
        ring.begin(stream)
        for packet in packets(container, stream):
            last = float(packet.dts * packet.time_base)
            ring.add(packet, Arrival(last, T0 + timedelta(seconds=last)))
    took = []
    for number in range(0, 4 * FPS, 5):
        wanted = T0 + timedelta(seconds=last - number / FPS)
        began = time.process_time()
        footage = ring.footage(wanted - timedelta(seconds=5), wanted + timedelta(seconds=5))
        if footage is None or isinstance(picture_at(footage, wanted), Missing):
            raise SystemExit(f"{film.name}: no picture at {last - number / FPS:.2f} s")
        took.append((time.process_time() - began) * 1000)
    return f"\none picture out of the ring: CPU ms median {statistics.median(took):.0f}, most {max(took):.0f}"


def play(film: Path, way: Way) -> tuple[float, Counters]:
    """Take it in; gives the seconds it lasts, and what was counted."""
    meter, clock, ring = Meter(), FileClock(T0), Preroll(10)
    last = 0.0
    with av.open(str(film)) as container:
        stream = video_of(container, film.name)

        def stamp(pts: int | None, base: Any) -> Stamp:  # noqa: ANN401 - a Fraction
            return clock.stamp(float((pts or 0) * base))

        thrift = Thrift(lambda pts, base: float((pts or 0) * base), way.fps) if way.thrifty and way.fps else None
        pictures = Pictures("gate", stream.codec_context, stamp, Cadence(way.fps or None), meter, thrift=thrift)
        for packet in packets(container, stream):
            last = float(packet.dts * packet.time_base)
            if way.ring:
                ring.add(packet, Arrival(last, T0))
            if way.fps != 0:
                for frame in pictures.take(packet):
                    last = max(last, frame.elapsed)
    return last, meter.now


def packets(container: "av.container.InputContainer", stream: "av.VideoStream") -> Iterator[Any]:
    """All that hold something."""
    return (packet for packet in container.demux(stream) if packet.size and packet.dts is not None)


if __name__ == "__main__":
    sys.exit(main())
