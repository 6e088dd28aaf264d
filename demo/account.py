"""The report of a run: both counts taken and compared, and what was seen on the way, as JSON."""

from dataclasses import asdict
from typing import Any, Final

from demo import counting
from demo.actors import Played
from demo.children import Child
from demo.report import Counted, Reckoning, percentiles, reckon
from demo.stage import Stage

LIVE_EVENTS: Final = "SELECT captured, heard FROM record WHERE kind = 'event' AND NOT backlog"
SEEN: Final = "SELECT id, first_seen FROM alert WHERE raised_at IS NOT NULL AND NOT late"
# A water level asks for two readings of three, and a silent source for silence: their wait is the rule's, not ours.
RAISED: Final = """SELECT first_seen, raised_at FROM alert
    WHERE raised_at IS NOT NULL AND NOT late AND rule IN ('loitering', 'stopped-vehicle')"""


def account(
    stage: Stage, played: Played, children: dict[str, Child], killed: list[dict[str, Any]], *, driven: bool
) -> dict[str, Any]:
    """Everything about a run. `failures` is empty when all that was asked for was reached."""
    tables = counting.Tables(stage.database)
    try:
        reckoning = reckon(_counted(stage, tables, played, children["node"].starts - 1, driven=driven))
        return _told(stage, tables, played, reckoning) | {
            "killed": killed,
            "starts": {name: child.starts for name, child in children.items()},
            "back_after_s": {name: [round(s, 1) for s in child.back_after] for name, child in children.items()},
        }
    finally:
        tables.close()


def _counted(stage: Stage, tables: counting.Tables, played: Played, falls: int, *, driven: bool) -> Counted:
    outbox = counting.counters(stage.counters).get("outbox", {})
    return Counted(
        made=counting.journal(stage.journal),
        stored=tables.stored(),
        dead=tables.dead(),
        lost=tables.settled("lost"),
        merged=tables.settled("merged"),
        aside=tables.settled("aside"),
        on_node=outbox.get("records", 0),
        evicted=sum(outbox.get("evicted", {}).values()),
        node_falls=falls,
        events=tables.events(),
        open_fingerprints=tables.open_fingerprints(),
        evidence_missing=tables.evidence_missing(),
        whole_way=len(played.whole_way) if driven else 1,
    )


def _told(stage: Stage, tables: counting.Tables, played: Played, reckoning: Reckoning) -> dict[str, Any]:
    seen = tables.instants(SEEN)
    streamed = [played.streamed[alert] - at.timestamp() for alert, at in seen.items() if alert in played.streamed]
    return {
        "video": stage.videos.told,
        "detector": stage.videos.detector,
        "failures": [*reckoning.failures, *(f"evidence {sha256} differs" for sha256 in played.mismatched)],
        "records": {name: value for name, value in asdict(reckoning).items() if name != "failures"},
        "records_by_kind": tables.tally("SELECT kind, count(*) FROM record GROUP BY kind"),
        "cameras": counting.counters(stage.counters).get("cameras", {}),
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
