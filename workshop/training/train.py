"""Train the bundled detector: `python -m workshop.training.train --minutes 90`, cut and started again at will.

Idea: what counts is pictures learnt from in the time there is, on two cores: the network works in bfloat16 and the
channels-last order (21 ms of processor time for each picture instead of 38), a process beside it makes the pictures,
and the rate of learning follows the budget, warm-up first, a cosine down to a fiftieth at its end. What is judged and
exported is the running mean of the weights. Every few minutes the state is kept and the mean is examined on what was
held back: the export itself, through the runtime, the decoding and the judge a node's models go through.
Going on: the same command goes on from the state it finds; more `--minutes` than before bend the rate up again.
"""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import torch
import typer
from torch import Tensor

from workshop.training import export, progress
from workshop.training.dataset import MOSAIC_SHARE
from workshop.training.exam import examined
from workshop.training.feed import SIZE, Batch, Diet, Feed
from workshop.training.loss import loss
from workshop.training.network import Network, grid
from workshop.training.progress import Progress
from workshop.training.schedule import Budget, rate

USUAL_MINUTES: Final = 90.0
LONGEST_GRADIENT: Final = 10.0
TOLD_EVERY_S: Final = 20.0
KEPT_EVERY_S: Final = 120.0
ROOT: Final = Path("workshop/.training")


@dataclass(slots=True)
class Tally:
    """What happened since the last line was told."""

    since: float
    names: float = 0.0
    boxes: float = 0.0
    steps: int = 0
    pictures: int = 0
    waited_s: float = 0.0


@dataclass(slots=True)
class Clock:
    """When what was done last; monotonic seconds."""

    kept: float
    examined: float
    told: Tally = field(default_factory=lambda: Tally(time.monotonic()))


def main(words: Sequence[str] | None = None) -> int:
    """Train until the budget is used up; then write the networks and their cards."""
    asked = _asked(words)
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    file = asked.root / asked.state
    going = progress.kept(file) if file.is_file() and not asked.anew else progress.begun()
    budget = Budget(asked.minutes * 60, asked.pictures)
    typer.echo(f"{file}: {going.seen} pictures seen in {going.used_s / 60:.0f} min; {asked.threads} threads")
    # Another seed each time, or a run that goes on would be shown what it began with.
    with Feed(Diet(asked.root, asked.batch, asked.real, asked.seed + going.seen, asked.size, asked.mosaics)) as feed:
        _worked(going, budget, feed, asked)
    progress.keep(going, file)
    _examine(going, asked)
    if asked.into:
        export.made(going.mean, asked.root, asked.into, asked.size)
    return 0


def step(going: Progress, batch: Batch, cells: Tensor, rate: float) -> tuple[float, float]:
    """Learn from one batch; the class and the box loss."""
    for group in going.optimiser.param_groups:
        group["lr"] = rate
    shown = torch.from_numpy(batch.pixels).permute(0, 3, 1, 2).float().div_(255)
    with torch.autocast("cpu", torch.bfloat16):
        raw = going.network(shown)
    boxes, label = [torch.from_numpy(one) for one in batch.boxes], [torch.from_numpy(one) for one in batch.label]
    names, boxed = loss(raw, cells, boxes, label)
    going.optimiser.zero_grad()
    (names + boxed).backward()  # type: ignore[no-untyped-call]  # torch does not say
    torch.nn.utils.clip_grad_norm_(going.network.parameters(), LONGEST_GRADIENT)
    going.optimiser.step()
    going.steps += 1
    going.seen += len(batch.pixels)
    going.follow()
    return float(names.detach()), float(boxed.detach())


def _worked(going: Progress, budget: Budget, feed: Feed, asked: argparse.Namespace) -> None:
    cells, now = grid(*asked.size), time.monotonic()
    clock = Clock(now, now)
    while (spent := budget.spent(going.seen, going.used_s)) < 1:
        began = time.monotonic()
        batch = feed.next()
        clock.told.waited_s += time.monotonic() - began
        names, boxes = step(going, batch, cells, rate(going.steps, spent))
        now = time.monotonic()
        going.used_s += now - began
        clock.told.names, clock.told.boxes = clock.told.names + names, clock.told.boxes + boxes
        clock.told.steps, clock.told.pictures = clock.told.steps + 1, clock.told.pictures + len(batch.pixels)
        if now - clock.told.since > TOLD_EVERY_S:
            typer.echo(_line(going, budget, clock.told, now))
            clock.told = Tally(now)
        if now - clock.kept > KEPT_EVERY_S:
            progress.keep(going, asked.root / asked.state)
            clock.kept = now
        if asked.exam and now - clock.examined > asked.exam * 60:
            _examine(going, asked)
            clock.examined = time.monotonic()


def _line(going: Progress, budget: Budget, told: Tally, now: float) -> str:
    took = now - told.since
    return (
        f"step {going.steps}  seen {going.seen}  names {told.names / told.steps:.3f}  boxes"
        f" {told.boxes / told.steps:.3f}  rate {rate(going.steps, budget.spent(going.seen, going.used_s)):.1e}"
        f"  {told.pictures / took:.0f} pictures/s  waited {told.waited_s / took:.0%}"
        f"  {budget.left_s(going.seen, going.used_s) / 60:.0f} min left"
    )


def _examine(going: Progress, asked: argparse.Namespace) -> None:
    for line in examined(_copied(going.mean), asked.root, asked.size):
        typer.echo(f"  {line}")


def _copied(network: Network) -> Network:
    same = Network(network.plan)
    same.load_state_dict(network.state_dict())
    return same


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--minutes", type=float, help="of work altogether, earlier runs counted; 90 by default")
    told.add_argument("--pictures", type=float, default=math.inf, help="to learn from altogether, the same")
    told.add_argument("--root", type=Path, default=ROOT, help="street/ and real/ lie there, and the state")
    told.add_argument("--state", default="street-nano.pt", help="the state's file below --root; it goes on from there")
    told.add_argument("--anew", action="store_true", help="forget the state")
    told.add_argument("--real", type=float, default=0.25, help="share of canvases from real films")
    told.add_argument("--mosaics", type=float, default=MOSAIC_SHARE, help="share of canvases made of four pictures")
    told.add_argument("--size", type=export.sized, default=SIZE, help="canvas, WIDTHxHEIGHT, multiples of 32")
    told.add_argument("--batch", type=int, default=32)
    told.add_argument("--threads", type=int, default=1, help="of the network; the pictures have a process beside it")
    told.add_argument("--exam", type=float, default=12.0, help="minutes between examinations; 0 for none")
    told.add_argument("--into", type=Path, help="at the end write the networks, quantised too, and cards there")
    told.add_argument("--seed", type=int, default=1)
    asked = told.parse_args(words)
    if asked.minutes is None:
        asked.minutes = USUAL_MINUTES if math.isinf(asked.pictures) else math.inf
    return asked


if __name__ == "__main__":
    raise SystemExit(main())
