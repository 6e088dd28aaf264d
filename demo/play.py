"""The demonstration, put together: stage, three children, people, and what is shown and reported of it.

The order of the end matters: the node first, so that it hands over what it has; then the people, once nothing is
left to decide; then both counts are taken; then centre and broker. A run that a signal stops is accounted for too,
with less patience; a second signal ends everything at once, and there is no report.
"""

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.live import Live

from demo import actors, counting, desktop, view
from demo.account import Run, account
from demo.children import LOOK_EVERY_S, keep_running
from demo.people import Person
from demo.settling_in import children_of, new_link, settle_in, sign_in, write_passwords
from demo.stage import CREW_UNITS, INVITED, WARDS, Stage

DRAIN_S: Final = 45.0
STOPPED_DRAIN_S: Final = 15.0
CUT_SHORT: Final = "stopped before there was anything to account for"
LINE_EVERY_S: Final = 5.0
FEED: Final = 30  # records that may be on their way at any moment while the sensors go on
KILLED_IN_TURN: Final = ("broker", "node", "centre")


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to play: without a panel, for how long, with actors, with how many kills, and where the report goes.

    With `open_page` a browser is shown the first page, where a web client is built.
    """

    headless: bool = False
    seconds: float | None = None
    drive: bool = False
    kills: int = 0
    seed: int = 1
    report: Path | None = None
    open_page: bool = False


class Play:
    """One run. `run` returns the exit status: 0 when everything asked for was reached."""

    def __init__(self, stage: Stage, wishes: Wishes, out: Console) -> None:
        self._stage, self._wishes, self._out = stage, wishes, out
        self._began = time.monotonic()
        self._view, self._played = view.View(), actors.Played()
        self._people: dict[str, Person] = {}
        self._run = Run(children_of(stage))
        self._children = self._run.children
        self._stops = {name: asyncio.Event() for name in self._children}
        self._still, self._stop, self._at_once = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._links: dict[str, str] = {}
        self._up_after_s: float | None = None
        self.welcomed = asyncio.Event()

    async def run(self) -> int:
        """Set up, play, reckon. Raises StepFailedError, ChildFailedError."""
        for told in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(told, self._told_to_stop)
        async with asyncio.TaskGroup() as tasks:
            setting_up = tasks.create_task(self._set_up(tasks), name="set up")
            stopping = tasks.create_task(self._stop.wait(), name="stop")
            await asyncio.wait({setting_up, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if setting_up.done():
                self._welcome()
                acting = [tasks.create_task(job, name=name) for name, job in self._jobs()]
                watching = tasks.create_task(self._watch(), name="watch")
                await _within(self._wishes.seconds, self._stop)
            else:
                setting_up.cancel()
                acting, watching = [], setting_up
            status = await self._end(acting, watching, told_to_stop=self._stop.is_set())
            stopping.cancel()
            return status

    def panel(self, lines: int) -> RenderableType:
        """What flows at this moment, for a terminal of so many lines."""
        return view.panel(self._view, list(self._children.values()), self._addresses(), lines)

    def say(self, told: str) -> None:
        """One line for a person."""
        self._out.print(told, markup=False, highlight=False, soft_wrap=True)

    def _told_to_stop(self) -> None:
        """Once: everything in its order. Again: everything at once."""
        if self._stop.is_set():
            self.say("at once, then")
            self._at_once.set()
            for stop in self._stops.values():
                stop.set()
        else:
            self.say("stopping")
            self._stop.set()

    async def _set_up(self, tasks: asyncio.TaskGroup) -> None:
        await self._start(tasks, "broker")
        first = await settle_in(self._stage, self.say)
        await self._start(tasks, "centre")
        await self._sign_in(first)
        await self._start(tasks, "node")

    async def _start(self, tasks: asyncio.TaskGroup, name: str) -> None:
        self.say(f"starting {name}")
        ready = asyncio.Event()
        tasks.create_task(keep_running(self._children[name], self._stops[name], ready), name=f"child {name}")
        await ready.wait()

    async def _sign_in(self, first: str) -> None:
        self._people = await sign_in(self._stage, first)
        write_passwords(self._stage)
        admin = self._people["admin"]
        self._links = {name: await new_link(self._stage, admin, login) for name, login in INVITED.items()}
        if self._wishes.open_page and self._stage.client is not None:
            desktop.show(await new_link(self._stage, admin, INVITED["desk"]))

    def _welcome(self) -> None:
        for name, address in self._addresses():
            self.say(f"{name:<7} {address}")
        self.say(f"{'broker':<7} 127.0.0.1:{self._stage.broker_port}")
        if self._stage.client is None:
            self.say("no web client is built here (make console): the links open nothing, the API does everything")
        invited = ", ".join(f"{name} {login}" for name, login in INVITED.items())
        self.say(f"a link signs in once, each in a browser window of its own: {invited}; these passwords always:")
        for login, password in self._stage.passwords.items():
            self.say(f"{'':<7} {login:<20} {password}")
        self._up_after_s = round(time.monotonic() - self._began, 1)
        self.say(f"up after {self._up_after_s:.0f} s; the first alert comes within a minute")
        self.welcomed.set()

    def _jobs(self) -> Sequence[tuple[str, Coroutine[Any, Any, None]]]:
        jobs = [("listen", actors.listen(self._people["admin"], self._played, self._still))]
        if self._wishes.kills:
            jobs.append(("kill", self._kill()))
        if self._wishes.drive:
            for ward in WARDS:
                operator = self._people[f"operator-{ward}"]
                jobs.append((f"operate {ward}", actors.operate(operator, self._played, self._still)))
                crews = [self._people[f"crew-{ward}-{index + 1}"] for index in range(len(CREW_UNITS))]
                jobs += [(f"work {crew.login}", actors.work(crew, self._played, self._still)) for crew in crews]
        return jobs

    async def _kill(self) -> None:
        """Kill -9 each child in turn, at random moments spread over the run."""
        dice = random.Random(self._wishes.seed)  # noqa: S311 - a seeded plan, not a secret
        pause = (self._wishes.seconds or 60.0) / (self._wishes.kills + 1)
        for index in range(self._wishes.kills):
            await asyncio.sleep(pause * dice.uniform(0.5, 1.0))
            child = self._children[KILLED_IN_TURN[index % len(KILLED_IN_TURN)]]
            while not child.up:  # noqa: ASYNC110 - what is awaited lies in another process
                await asyncio.sleep(LOOK_EVERY_S)
            if child.pid is not None:
                os.kill(child.pid, signal.SIGKILL)
                self._run.killed.append({"child": child.name, "at_s": round(time.monotonic() - self._began, 1)})
                self.say(f"killed {child.name} with -9")

    async def _watch(self) -> None:
        """Read what flows, and show it: a panel in a terminal, else a line now and then."""
        children, told_at = list(self._children.values()), 0.0
        paneled = not self._wishes.headless and self._out.is_terminal
        with Live(console=self._out, auto_refresh=False) if paneled else _Quiet() as live:
            while True:
                await self._look()
                if isinstance(live, Live):
                    live.update(self.panel(self._out.height), refresh=True)
                elif time.monotonic() - told_at >= LINE_EVERY_S:
                    told_at = time.monotonic()
                    self.say(view.line(self._view, children))
                await asyncio.sleep(1.0)

    async def _look(self) -> None:
        admin, seen = self._people["admin"], self._view
        seen.seconds = time.monotonic() - self._began
        seen.counters = counting.counters(self._stage.counters)
        self._run.sessions.note(seen.counters)
        try:
            seen.nodes = await admin.all("/v1/nodes")
            seen.devices = await admin.all("/v1/devices")
            seen.alerts = await admin.all("/v1/alerts")
            seen.cases = await admin.all("/v1/cases")
        except actors.WEATHER:
            return  # the centre is away, and the panel shows that it is down
        if seen.picture_after_s is None and view.any_picture(seen):
            seen.picture_after_s = round(seen.seconds, 1)
        if seen.closed_after_s is None and view.any_closed(seen):
            seen.closed_after_s = round(seen.seconds, 1)

    async def _end(
        self, acting: Sequence[asyncio.Task[None]], watching: asyncio.Task[None], *, told_to_stop: bool
    ) -> int:
        reporting, patience = self._wishes.report is not None, STOPPED_DRAIN_S if told_to_stop else DRAIN_S
        if reporting and self.welcomed.is_set():
            self.say("draining")
            await self._patiently(
                lambda: all(child.up for child in self._children.values()) and self._drained(), patience
            )
        await self._stop_child("node")
        if reporting and self.welcomed.is_set():
            await self._patiently(self._arrived, patience)
            if self._wishes.drive:
                await self._patiently(self._decided, patience)
        self._still.set()
        for task in acting:
            if told_to_stop or task.get_name() in {"kill", "listen"}:
                task.cancel()
        await asyncio.gather(*acting, return_exceptions=True)
        watching.cancel()
        status = await asyncio.to_thread(self._report, stopped=told_to_stop) if reporting else 0
        for name in ("centre", "broker"):
            await self._stop_child(name)
        for person in self._people.values():
            await person.http.aclose()
        return status

    async def _patiently(self, reached: Callable[[], bool], patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        while not reached() and time.monotonic() < deadline and not self._at_once.is_set():
            await _within(0.5, self._at_once)

    def _drained(self) -> bool:
        outbox = counting.counters(self._stage.counters).get("outbox", {})
        evidence = outbox.get("evidence", {})
        waiting = evidence.get("wanted", 0) + evidence.get("sending", 0)
        return waiting == 0 and int(outbox.get("records", FEED + 1)) <= FEED

    def _arrived(self) -> bool:
        """No picture is on its way: one that overtook its event's words is found by the centre's next sweep."""
        with closing(counting.Tables(self._stage.database)) as tables:
            return not tables.coming()

    def _decided(self) -> bool:
        undone = [alert for alert in self._view.alerts if alert["handling"] == "new" and alert["raised_at"]]
        working = [case for case in self._view.cases if case["state"] not in ("closed", "rejected")]
        return not undone and not working

    async def _stop_child(self, name: str) -> None:
        self._stops[name].set()
        if self._children[name].starts:
            await self._children[name].over.wait()

    def _report(self, *, stopped: bool) -> int:
        if self._at_once.is_set():
            return 1
        told: dict[str, Any] = self._account() if self.welcomed.is_set() else {"failures": [CUT_SHORT]}
        told |= {"stopped": stopped, "seconds": round(time.monotonic() - self._began, 1)}
        if (path := self._wishes.report) is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        for failure in told["failures"]:
            self.say(f"FAILED: {failure}")
        if "records" in told:
            self.say(f"made {told['records']['made']}, stored {told['records']['stored']}: {self._wishes.report}")
        return 1 if told["failures"] else 0

    def _account(self) -> dict[str, Any]:
        self._run.sessions.note(counting.counters(self._stage.counters))
        first = {
            "up_after_s": self._up_after_s,
            "first_alert_with_picture_s": self._view.picture_after_s,
            "first_case_closed_s": self._view.closed_after_s,
        }
        return first | account(self._stage, self._played, self._run, driven=self._wishes.drive)

    def _addresses(self) -> list[tuple[str, str]]:
        stage = self._stage
        return [
            ("page", f"{stage.url}/") if stage.client else ("API", f"{stage.url}/v1/openapi.json"),
            *self._links.items(),
            ("files", str(stage.folder)),
        ]


class _Quiet:
    """No panel."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


async def _within(seconds: float | None, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
