"""The report of a run: both counts taken and compared, and what was seen on the way, as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from demo import counting
from demo.actors import Played
from demo.children import Child
from demo.report import Counted, Reckoning, percentiles, reckon
from demo.sessions import Sessions
from demo.stage import Stage

LIVE_EVENTS: Final = "SELECT captured, heard FROM record WHERE kind = 'event' AND NOT backlog"
SEEN: Final = "SELECT id, first_seen FROM alert WHERE raised_at IS NOT NULL AND NOT late"
# Rules that ask for more than one fact, or for time to pass, wait by their own word: those are not our latency. Nor is
# `raised_at`, which moves when an alert is raised again.
RAISED: Final = """SELECT a.first_seen, min(h.at) FROM alert a JOIN alert_history h ON h.alert_id = a.id
    WHERE h.step = 'raise' AND a.raised_at IS NOT NULL AND NOT a.late AND a.rule IN ('loitering', 'stopped-vehicle')
    GROUP BY a.id, a.first_seen"""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of the three programs: themselves, every kill, and what each session of the node counted."""

    children: dict[str, Child]
    killed: list[dict[str, Any]] = field(default_factory=list)
    sessions: Sessions = field(default_factory=Sessions)


def account(stage: Stage, played: Played, run: Run, *, driven: bool) -> dict[str, Any]:
    """Everything about a run. `failures` is empty when all that was asked for was reached."""
    children = run.children
    tables = counting.Tables(stage.database)
    try:
        reckoning = reckon(_counted(stage, tables, played, run, driven=driven))
        return _told(stage, tables, played, reckoning) | {
            "cameras": run.sessions.cameras(),
            "killed": run.killed,
            "starts": {name: child.starts for name, child in children.items()},
            "started_again_after_s": {name: _tenths(child.started_again_after) for name, child in children.items()},
            "ready_after_s": {name: _tenths(child.ready_after) for name, child in children.items()},
        }
    finally:
        tables.close()


def _counted(stage: Stage, tables: counting.Tables, played: Played, run: Run, *, driven: bool) -> Counted:
    outbox = counting.counters(stage.counters).get("outbox", {})
    return Counted(
        made=counting.journal(stage.journal),
        stored=tables.stored(),
        dead=tables.dead(),
        lost=tables.settled("lost"),
        merged=tables.settled("merged"),
        aside=tables.settled("aside"),
        on_node=outbox.get("records", 0),
        evicted=run.sessions.evicted,
        node_falls=run.children["node"].starts - 1,
        reached=tables.reached(),
        events=tables.events(),
        open_fingerprints=tables.open_fingerprints(),
        evidence_missing=tables.evidence_missing(stage.folder / "evidence"),
        whole_way=len(played.whole_way) if driven else 1,
        down={name: child.started_again_after for name, child in run.children.items()},
    )


def _tenths(seconds: Sequence[float]) -> list[float]:
    return [round(one, 1) for one in seconds]


def _told(stage: Stage, tables: counting.Tables, played: Played, reckoning: Reckoning) -> dict[str, Any]:
    seen = tables.instants(SEEN)
    streamed = [played.streamed[alert] - at.timestamp() for alert, at in seen.items() if alert in played.streamed]
    return {
        "video": stage.videos.told,
        "detector": stage.videos.detector,
        "failures": [*reckoning.failures, *(f"evidence {sha256} differs" for sha256 in played.mismatched)],
        "records": {name: value for name, value in asdict(reckoning).items() if name != "failures"},
        "records_by_kind": tables.tally("SELECT kind, count(*) FROM record GROUP BY kind"),
        "alerts": tables.tally("SELECT rule, condition, handling, count(*) FROM alert GROUP BY 1, 2, 3"),
        "cases": tables.tally('SELECT state, count(*) FROM "case" GROUP BY 1'),
        "whole_way": len(played.whole_way),
        "dismissed": played.dismissed,
        "evidence_looked_at": played.looked,
        "latency_s": {
            "capture_to_stored": percentiles(tables.waits(LIVE_EVENTS)),
            "capture_to_alert": percentiles(tables.waits(RAISED)),
            "capture_to_stream": percentiles(streamed),
        },
        "weather_met_by_people": played.trouble,
    }
