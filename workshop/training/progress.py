"""How far a training is, kept so that a cut run goes on where it stood.

Idea: the weights, their running mean, the optimiser's memory and the two numbers the schedule follows (pictures seen,
seconds worked) are one file, written beside and moved over the old one, so that a cut in the middle of writing loses
nothing. The plan of the network is in it too: what was begun with one width is not gone on with in another.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor
from torch.optim import AdamW

from workshop.training.network import Network, Plan
from workshop.training.schedule import RATE

DECAY: Final = 0.02
SLOWEST: Final = 0.999
SOONEST: Final = 10


@dataclass(slots=True, eq=False)
class Progress:
    """The network that learns, the running `mean` of its weights that is exported, and how far they are."""

    network: Network
    mean: Network
    optimiser: AdamW
    seen: int = 0
    used_s: float = 0.0
    steps: int = 0

    def follow(self) -> None:
        """Let the mean follow the network: fast at first, by a thousandth of the way later."""
        kept = min(SLOWEST, (1 + self.steps) / (SOONEST + self.steps))
        _followed(self.mean, self.network, 1 - kept)


def begun(plan: Plan | None = None) -> Progress:
    """A network that has seen nothing."""
    network = Network(plan).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch tells it so
    mean = Network(plan)
    mean.load_state_dict(network.state_dict())
    return Progress(network, mean, _optimiser(network))


def kept(file: Path) -> Progress:
    """What was written to `file`. Raises OSError."""
    told = torch.load(file, weights_only=True)
    progress = begun(Plan(**told["plan"]) if "plan" in told else None)
    progress.network.load_state_dict(told["net"])
    progress.mean.load_state_dict(told["ema"])
    progress.optimiser.load_state_dict(told["opt"])
    progress.seen, progress.used_s = told["seen"], told["used"]
    progress.steps = told.get("steps", progress.seen // 32)
    return progress


def keep(progress: Progress, file: Path) -> None:
    """Write it to `file`, whole or not at all. Raises OSError."""
    part = file.with_name(f"{file.name}.part")
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "net": progress.network.state_dict(),
        "ema": progress.mean.state_dict(),
        "opt": progress.optimiser.state_dict(),
        "seen": progress.seen,
        "used": progress.used_s,
        "steps": progress.steps,
        "plan": asdict(progress.network.plan),
    }
    torch.save(told, part)
    part.replace(file)


def _optimiser(network: Network) -> AdamW:
    """Decay pulls at convolutions only: a scale or an offset pulled to nought is no simpler."""
    wide: list[Tensor] = [one for one in network.parameters() if one.ndim > 1]
    rest: list[Tensor] = [one for one in network.parameters() if one.ndim <= 1]
    return AdamW([{"params": wide, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}], lr=RATE)


@torch.no_grad()
def _followed(mean: Network, network: Network, step: float) -> None:
    for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
        if old.dtype.is_floating_point:
            old.lerp_(new, step)
        else:
            old.copy_(new)
