"""Supervision with real processes: they come back after kill -9, end in order, and outlive nobody."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from demo.children import Child, ChildFailedError, keep_running, run_to_end
from tests.conftest import ROOT
from tests.parts.until import until

SCRIPT = Path(__file__).parent / "scripted_child.py"
BACK_WITHIN_S = 5.0

SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from demo.children import Child, keep_running

async def ready():
    return True

folder = Path(sys.argv[1])
child = Child("child", [sys.executable, sys.argv[2], str(folder), "child", "ready"], folder / "log", ready)
asyncio.run(keep_running(child, asyncio.Event()))
"""


def scripted(folder: Path, name: str, how: str = "ready", patience_s: float = 20.0) -> Child:
    async def ready() -> bool:
        return starts_of(folder, name) > 0 and (folder / f"{name}.ready").exists()

    command = [sys.executable, str(SCRIPT), str(folder), name, how]
    return Child(name, command, folder / "log" / name, ready, patience_s=patience_s)


def story(folder: Path) -> list[str]:
    told = folder / "story"
    return told.read_text().splitlines() if told.exists() else []


def starts_of(folder: Path, name: str) -> int:
    return sum(line.startswith(f"{name} began") for line in story(folder))


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


async def reached(condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(until, condition, 20.0)


def played(*acts: Callable[[asyncio.TaskGroup], Awaitable[None]]) -> None:
    async def play() -> None:
        async with asyncio.TaskGroup() as tasks:
            for act in acts:
                await act(tasks)

    asyncio.run(play())


def test_a_child_killed_again_and_again_is_back_within_five_seconds_each_time(tmp_path: Path) -> None:
    child, stop = scripted(tmp_path, "child"), asyncio.Event()

    async def kill_it_four_times(tasks: asyncio.TaskGroup) -> None:
        tasks.create_task(keep_running(child, stop))
        for life in range(1, 5):
            await reached(lambda life=life: child.up and child.starts == life)  # type: ignore[misc]  # a default binds the loop's variable
            (tmp_path / "child.ready").unlink()
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
        await reached(lambda: child.up and child.starts == 5)
        stop.set()

    played(kill_it_four_times)
    assert len(child.started_again_after) == len(child.ready_after) == 4
    assert max(child.ready_after) < BACK_WITHIN_S
    assert all(started <= ready for started, ready in zip(child.started_again_after, child.ready_after, strict=True))
    assert child.over.is_set()
    assert story(tmp_path)[-1] == "child ended"


def test_children_end_in_the_order_in_which_they_are_told(tmp_path: Path) -> None:
    names = ("broker", "centre", "node")
    children = {name: (scripted(tmp_path, name), asyncio.Event()) for name in names}

    async def start_and_stop(tasks: asyncio.TaskGroup) -> None:
        for child, stop in children.values():
            ready = asyncio.Event()
            tasks.create_task(keep_running(child, stop, ready))
            await ready.wait()
        for child, stop in reversed(children.values()):
            stop.set()
            await child.over.wait()
            assert not child.up

    played(start_and_stop)
    assert [line.split()[0] for line in story(tmp_path)] == [*names, *reversed(names)]


def test_a_first_start_that_falls_is_told_with_its_last_words(tmp_path: Path) -> None:
    child = scripted(tmp_path, "child", "falls")
    with pytest.raises(ChildFailedError, match=r"child did not start \(exit 3\); it wrote:\nno bread\nno salt"):
        asyncio.run(keep_running(child, asyncio.Event()))
    assert child.over.is_set()


def test_a_first_start_that_is_never_of_use_is_given_up_and_ended(tmp_path: Path) -> None:
    child = scripted(tmp_path, "child", "never", patience_s=1.0)
    with pytest.raises(ChildFailedError, match=r"child did not start \(exit None\)"):
        asyncio.run(keep_running(child, asyncio.Event()))
    assert child.pid is not None
    assert not alive(child.pid)


def test_being_told_to_stop_while_it_starts_is_no_failure(tmp_path: Path) -> None:
    child, stop = scripted(tmp_path, "child", "never"), asyncio.Event()

    async def stop_early(tasks: asyncio.TaskGroup) -> None:
        tasks.create_task(keep_running(child, stop))
        await reached(lambda: starts_of(tmp_path, "child") == 1)
        stop.set()

    played(stop_early)
    assert story(tmp_path)[-1] == "child ended"


def test_a_child_that_will_not_hear_is_killed(tmp_path: Path) -> None:
    child, stop = scripted(tmp_path, "child", "deaf"), asyncio.Event()
    child.grace_s = 0.5

    async def start_and_stop(tasks: asyncio.TaskGroup) -> None:
        tasks.create_task(keep_running(child, stop))
        await reached(lambda: child.up)
        stop.set()

    played(start_and_stop)
    assert child.last_exit == -signal.SIGKILL


def test_children_die_with_whoever_started_them_even_by_kill_9(tmp_path: Path) -> None:
    line = [sys.executable, "-c", SUPERVISOR, str(tmp_path), str(SCRIPT)]
    supervisor = subprocess.Popen(line, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        until((tmp_path / "child.ready").exists, within=20)
        pid = int((tmp_path / "child.ready").read_text())
        assert alive(pid)
    finally:
        supervisor.kill()
        supervisor.wait()
    until(lambda: not alive(pid), within=10, what="the child's end")
    assert story(tmp_path)[-1] == "child ended"


def test_a_step_is_run_to_its_end() -> None:
    command = [sys.executable, "-c", "import sys; print('said'); print('wrong', file=sys.stderr); sys.exit(4)"]
    assert asyncio.run(run_to_end(command)) == (4, "said\n", "wrong\n")


def test_a_step_that_is_given_up_does_not_go_on(tmp_path: Path) -> None:
    async def give_up() -> None:
        step = asyncio.ensure_future(run_to_end([sys.executable, str(SCRIPT), str(tmp_path), "step", "ready"]))
        await reached((tmp_path / "step.ready").exists)
        step.cancel()
        await asyncio.wait({step})
        assert step.cancelled()

    asyncio.run(give_up())
    assert not alive(int((tmp_path / "step.ready").read_text()))
