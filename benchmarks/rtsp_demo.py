"""The demonstration on the development clips served over RTSP: one report for each detector.

Usage: python benchmarks/rtsp_demo.py [--seconds 120] [--out var/rtsp-demo] [DETECTOR ...]
The clips are served in a loop by GStreamer's RTSP server on this machine, as cameras would send them; the .avi is made
H.264 first. Prints the table, and leaves each report beside it. Fails when a report does not add up.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.parts.rtsp import RtspServer

CLIPS: Final = ("opencv_vtest.avi", "ahmetozlu_input_video.mp4", "intel_car-detection.mp4")
DETECTORS: Final = ("deimv2-femto", "yolox-nano-640")


def main() -> int:
    """Run each detector in turn."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("detectors", nargs="*", default=DETECTORS)
    told.add_argument("--seconds", type=float, default=120)
    told.add_argument("--out", type=Path, default=Path("var/rtsp-demo"))
    asked = told.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    shared = Path(os.environ.get("WARDSENSE_SHARED", "../shared")).resolve()
    clips = {clip: _h264(shared / "data" / "videos" / clip, asked.out) for clip in CLIPS}
    failed = 0
    for detector in asked.detectors:
        with RtspServer(clips) as server:
            report = asked.out / f"{detector}.json"
            failed += _play([server.url(clip) for clip in CLIPS], detector, asked.seconds, report, shared)
        if report.exists():
            _print(detector, json.loads(report.read_text("utf-8")))
    return 1 if failed else 0


def _h264(clip: Path, folder: Path) -> Path:
    if clip.suffix == ".mp4":
        return clip
    made = (folder / clip.stem).with_suffix(".mp4")
    if not made.exists():
        subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-i", clip, "-c:v", "libx264", "-g", "25", "-bf", "0", made], check=True
        )
    return made


def _play(urls: list[str], detector: str, seconds: float, report: Path, shared: Path) -> bool:
    videos = [word for url in urls for word in ("--video", url)]
    command = [sys.executable, "-c", "import wardsense; wardsense.main()", "demo", *videos, "--detector", detector]
    command += ["--headless", "--drive", "--seconds", str(seconds), "--report", str(report)]
    command += ["--folder", str(report.with_suffix(""))]
    done = subprocess.run(command, env={**os.environ, "WARDSENSE_SHARED": str(shared)}, check=False)
    return done.returncode != 0


def _print(detector: str, report: dict[str, Any]) -> None:
    print(f"\n{detector}, {report['seconds']} s, failures: {report['failures'] or 'none'}")
    print(f"{'camera':<20}{'read':>8}{'looked at':>11}{'detections':>12}{'tracks':>8}{'dropped':>9}")
    for camera, counts in report["cameras"].items():
        figures = [counts[name] for name in ("read", "analysed", "detections", "tracks", "dropped")]
        print(f"{camera:<20}{figures[0]:>8}{figures[1]:>11}{figures[2]:>12}{figures[3]:>8}{figures[4]:>9}")
    for name in ("records", "records_by_kind", "alerts", "cases", "whole_way", "latency_s"):
        print(f"{name}: {report[name]}")


if __name__ == "__main__":
    sys.exit(main())
