"""The street this release brings along: three clips, and what a camera watches in each, read from the clip's truth.

Idea: whoever made a clip wrote beside it what is asked in it (`<clip>.truth.yaml`): lines and zones as the picture
shows them, and for how long somebody must stop or stay in one to matter. A camera's configuration is made of that, so
no line stands in two places, and `benchmarks/street.py` can hold what is told against what is true. It holds for any
clip with a truth beside it, not only for those in `clips/`.
Limits: what a place is called, and its directions, is written here; one nobody named is called by its id.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

CLIPS: Final = Path(__file__).parent / "clips"
SCENES: Final = (
    "canal",
    "kerb",
    "junction",
)  # as the three cameras of the city hang: by the bridge, a market, a corner
DETECTOR: Final = "street-nano-int8"


@dataclass(frozen=True, slots=True)
class Way:
    """What a line is called, and the two ways over it: codes of the wire."""

    name: str
    rightward: str = "sang_phai"
    leftward: str = "sang_trai"


ZONES: Final = {"no-stopping": "Đoạn cấm dừng trước nhà thuốc", "railing": "Lan can bờ kênh"}
LINES: Final = {
    "main": Way("Đường chính", rightward="di_ve_dong", leftward="di_ve_tay"),
    "side": Way("Đường nhánh", rightward="vao", leftward="ra"),
    "street": Way("Mặt đường phố chợ", rightward="lai_gan", leftward="di_xa"),
    "road": Way("Đường ven kênh", rightward="lai_gan", leftward="di_xa"),
}


def clips(folder: Path = CLIPS) -> tuple[Path, ...]:
    """The clips of the three cameras in their order; none when one of them or its truth is missing."""
    found = tuple(folder / f"{name}.mp4" for name in SCENES)
    return found if all(clip.is_file() and truth_of(clip).is_file() for clip in found) else ()


def truth_of(clip: Path) -> Path:
    """Where the truth of a clip lies."""
    return clip.with_suffix(".truth.yaml")


def told(truth: Path) -> dict[str, Any]:
    """What a truth says. Raises OSError."""
    content: dict[str, Any] = yaml.safe_load(truth.read_text("utf-8"))
    return content


def scene(truth: Path) -> dict[str, Any]:
    """`zones`, `lines` and `watch` of a camera's configuration, as a truth asks. Raises OSError."""
    content = told(truth)
    return {
        "zones": [{"id": zone["id"], "polygon": zone["polygon"]} for zone in content.get("zones", ())],
        "lines": [_line(line) for line in content.get("lines", ())],
        "watch": [_ASKED[zone["asks"]](zone) for zone in content.get("zones", ())],
    }


def called(place: str) -> str:
    """What people call a zone or a line of these scenes."""
    return LINES[place].name if place in LINES else ZONES.get(place, place)


def _line(line: dict[str, Any]) -> dict[str, Any]:
    way = LINES.get(line["id"], Way(line["id"]))
    return {"id": line["id"], "a": line["a"], "b": line["b"], "rightward": way.rightward, "leftward": way.leftward}


def _stop(zone: dict[str, Any]) -> dict[str, Any]:
    return {"stopped_vehicle": {"zone": zone["id"], "after_s": zone["seconds"], "classes": list(zone["kinds"])}}


def _dwell(zone: dict[str, Any]) -> dict[str, Any]:
    return {"loitering": {"zone": zone["id"], "after_s": zone["seconds"], "classes": list(zone["kinds"])}}


_ASKED: Final = {"stop": _stop, "dwell": _dwell}
