"""The training, one command that may be cut at any time: `python -m workshop.training.train --minutes 90`.

Idea: a batch holds rendered pictures and frames of real films in a fixed share, drawn without end by a process of its
own (`dataset`). AdamW with a warm-up and a cosine over the minutes it is given, bfloat16 where it is safe, and a
moving average of the weights, which is what is kept in the end. Its whole state is saved every few minutes: the same
command goes on where it stood, with whatever pictures have been rendered since.
One thread is the default: on a shared machine two wait for each other longer than they compute.
"""

import argparse
import math
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from torch import Tensor

from models import pictures, truth
from workshop.training import dataset
from workshop.training.dataset import Sample
from workshop.training.films import CLASSES, LEARN
from workshop.training.loss import loss
from workshop.training.network import Network, Plan, grid

KEPT: Final = Path(__file__).parents[1] / ".training"
SIZE: Final = (224, 384)
BATCH: Final = 32
RENDERED_SHARE: Final = 0.75
RATE: Final = 2e-3
LEAST_RATE: Final = 0.02
WARM_UP: Final = 200
DECAY: Final = 0.02
AVERAGED: Final = 0.999
LONGEST_STEP: Final = 10.0
TELL_S: Final = 20.0
SAVE_S: Final = 120.0
WAITING: Final = 6

Batch = tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]


@dataclass(slots=True)
class State:
    """All that a training is, between two of its steps."""

    network: Network
    average: Network
    optimiser: torch.optim.Optimizer
    steps: int = 0
    seconds: float = 0.0

    def save(self, file: Path) -> None:
        """Write it whole or not at all."""
        part = file.with_suffix(".part")
        told = {"net": self.network, "ema": self.average, "opt": self.optimiser}
        kept = {name: one.state_dict() for name, one in told.items()}
        torch.save({**kept, "seen": self.steps * BATCH, "used": self.seconds}, part)
        part.replace(file)

    def load(self, file: Path) -> None:
        """Go on from a file."""
        told = torch.load(file)
        self.network.load_state_dict(told["net"])
        self.average.load_state_dict(told["ema"])
        self.optimiser.load_state_dict(told["opt"])
        self.steps, self.seconds = told["seen"] // BATCH, told["used"]


def main() -> None:
    """Train, and say how it goes."""
    asked = _asked()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    state = _begun(asked.state)
    rendered, real = (_read(asked.pictures / kind / LEARN) for kind in ("street", "real"))
    _tell(f"{len(rendered)} rendered pictures, {len(real)} frames; {state.steps * BATCH} seen before\n")
    waiting: Queue[Batch] = multiprocessing.Queue(WAITING)
    feeder = multiprocessing.Process(
        target=_feed, args=(waiting, asked.seed + state.steps, rendered, real), daemon=True
    )
    feeder.start()
    train(state, _taken(waiting), asked.minutes * 60, asked.state)
    feeder.terminate()


def train(state: State, batches: Iterator[Batch], seconds: float, file: Path) -> None:
    """Steps until so many seconds of training have been spent, those before this start included."""
    cells, told, saved = grid(*SIZE), _Told(), time.monotonic()
    before = time.monotonic() - state.seconds
    while state.seconds < seconds:
        share = state.seconds / seconds
        named, boxed = step(state, next(batches), cells, share)
        state.seconds = time.monotonic() - before
        told.add(named, boxed)
        told.tell(state, seconds)
        if time.monotonic() - saved > SAVE_S:
            state.save(file)
            saved = time.monotonic()
    state.save(file)


def step(state: State, batch: Batch, cells: Tensor, share: float) -> tuple[float, float]:
    """One step at `share` of the way; the class and the box loss before it."""
    pixels, boxes, label = batch
    seen = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255).to(memory_format=torch.channels_last)
    rate = RATE * min(1.0, (state.steps + 1) / WARM_UP) * _cosine(share)
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    with torch.autocast("cpu", torch.bfloat16):
        raw = state.network(seen)
    named, boxed = loss(raw, cells, [torch.from_numpy(one) for one in boxes], [torch.from_numpy(one) for one in label])
    state.optimiser.zero_grad()
    (named + boxed).backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), LONGEST_STEP)
    state.optimiser.step()
    _average(state)
    state.steps += 1
    return named.item(), boxed.item()


def _cosine(share: float) -> float:
    return LEAST_RATE + (1 - LEAST_RATE) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


@torch.no_grad()
def _average(state: State) -> None:
    keep = min(AVERAGED, (1 + state.steps) / (10 + state.steps))
    for kept, now in zip(state.average.state_dict().values(), state.network.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(now, 1 - keep)
        else:
            kept.copy_(now)


@dataclass(slots=True)
class _Told:
    """What the next line of progress says."""

    named: float = 0.0
    boxed: float = 0.0
    steps: int = 0
    last: float = 0.0

    def add(self, named: float, boxed: float) -> None:
        self.last = self.last or time.monotonic()
        self.named, self.boxed, self.steps = self.named + named, self.boxed + boxed, self.steps + 1

    def tell(self, state: State, seconds: float) -> None:
        took = time.monotonic() - self.last
        if took < TELL_S:
            return
        _tell(
            f"{state.steps * BATCH} pictures, loss {self.named / self.steps:.3f} and {self.boxed / self.steps:.3f}, "
            f"{self.steps * BATCH / took:.0f} a second, {(seconds - state.seconds) / 60:.0f} min left\n"
        )
        self.named = self.boxed = 0.0
        self.steps, self.last = 0, time.monotonic()


def _begun(file: Path) -> State:
    network = Network(Plan()).to(memory_format=torch.channels_last)
    average = Network(Plan())
    average.load_state_dict(network.state_dict())
    wide = [weights for weights in network.parameters() if weights.ndim > 1]
    flat = [weights for weights in network.parameters() if weights.ndim <= 1]
    groups: list[dict[str, Any]] = [{"params": wide, "weight_decay": DECAY}, {"params": flat, "weight_decay": 0.0}]
    state = State(network, average, torch.optim.AdamW(groups, lr=RATE))
    if file.is_file():
        state.load(file)
    return state


def _read(folder: Path) -> list[Sample]:
    """Every set under a folder; a set without a single box is a film of nothing, and is learnt from too."""
    found: list[Sample] = []
    for place in sorted(one for one in folder.iterdir() if (one / truth.INSTANCES).is_file()):
        try:
            found += dataset.read(place, CLASSES)
        except truth.NoTruth:
            found += [dataset.bare(pictures.read(file)) for file in sorted((place / "images").iterdir())]
    return found


def _feed(waiting: "Queue[Batch]", seed: int, rendered: list[Sample], real: list[Sample]) -> None:
    cv2.setNumThreads(1)
    os.nice(2)
    dice = np.random.default_rng(seed)
    streams = [dataset.canvases(one, dataset.weights(one, len(CLASSES)), SIZE, dice) for one in (rendered, real) if one]
    while True:
        drawn = [next(streams[0 if dice.random() < RENDERED_SHARE else -1]) for _ in range(BATCH)]
        waiting.put(
            (np.stack([one.pixels for one in drawn]), [one.boxes for one in drawn], [one.label for one in drawn])
        )


def _taken(waiting: "Queue[Batch]") -> Iterator[Batch]:
    while True:
        yield waiting.get()


def _tell(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _asked() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--minutes", type=float, default=90.0, help="of training in all, those of earlier runs included")
    told.add_argument("--pictures", type=Path, default=KEPT, help="folder with street/learn and real/learn")
    told.add_argument("--state", type=Path, default=KEPT / "state.pt", help="gone on from when it is there")
    told.add_argument("--threads", type=int, default=1)
    told.add_argument("--seed", type=int, default=1)
    return told.parse_args()


if __name__ == "__main__":
    main()
