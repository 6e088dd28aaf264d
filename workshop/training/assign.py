"""Which cell answers for which object: task-aligned assignment, ten cells to an object.

Idea: the cell that already names an object best and boxes it best should be the one to learn it (TOOD, arXiv
2108.07755): alignment = score^0.5 * overlap^6 among the cells whose middle lies in the object or close to its middle;
the ten best learn it, and what their class score should say is their alignment, so scaled that an object's best cell
is asked for its overlap. A cell wanted by two objects goes to the one it overlaps more.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

CELLS_EACH = 10
SCORE_POWER = 0.5
OVERLAP_POWER = 6.0
NEAR_STRIDES = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What one picture asks of N cells.

    `target` (N, classes): the score each should give; `chosen` (P,): the cells that box an object; `boxes` (P, 4): it,
    xyxy in canvas pixels; `blamed` (N,): false where what a cell says is neither right nor wrong.
    """

    target: Tensor
    chosen: Tensor
    boxes: Tensor
    blamed: Tensor


@torch.no_grad()
def assign(score: Tensor, found: Tensor, cells: Tensor, boxes: Tensor, label: Tensor) -> Asked:
    """Ask for the objects `boxes` (G, 4) of `label` (G,), -1 where nobody is sure.

    `score` (N, classes) and `found` (N, 4), xyxy, are what the cells say now; `cells` (N, 3): column, row, stride.
    """
    middle = (cells[:, :2] + 0.5) * cells[:, 2:]
    target, blamed = torch.zeros_like(score), torch.ones(len(score), dtype=torch.bool, device=score.device)
    doubt, sure = boxes[label < 0], label >= 0
    if len(doubt):
        blamed = ~inside(middle, doubt).any(0)
    boxes, label = boxes[sure], label[sure]
    if not len(boxes):
        return Asked(target, torch.zeros(0, dtype=torch.long, device=score.device), boxes, blamed)
    apart = ((boxes[:, None, :2] + boxes[:, None, 2:]) / 2 - middle).abs().amax(-1)
    near = inside(middle, boxes) | (apart < NEAR_STRIDES * cells[None, :, 2])
    shared = overlap(boxes[:, None], found[None]).clamp(min=0)
    aligned = (score[:, label].T.clamp(min=1e-6) ** SCORE_POWER * shared**OVERLAP_POWER + 1e-9) * near
    best = aligned.topk(min(CELLS_EACH, aligned.shape[1]), 1)
    wanted = torch.zeros_like(near).scatter_(1, best.indices, best.values > 0)
    owner = torch.where(wanted, shared, -1.0).argmax(0)
    wanted &= owner == torch.arange(len(boxes), device=score.device)[:, None]
    chosen = wanted.any(0).nonzero()[:, 0]
    ask = aligned * wanted / (aligned * wanted).amax(1, keepdim=True).clamp(min=1e-9)
    ask = ask * (shared * wanted).amax(1, keepdim=True)
    mine = owner[chosen]
    target[chosen, label[mine]] = ask[mine, chosen]
    blamed[chosen] = True
    return Asked(target, chosen, boxes[mine], blamed)


def inside(points: Tensor, boxes: Tensor) -> Tensor:
    """Whether each of (N, 2) points lies in each of (G, 4) boxes: (G, N)."""
    return ((points > boxes[:, None, :2]) & (points < boxes[:, None, 2:])).all(-1)


def overlap(one: Tensor, other: Tensor, *, generalised: bool = False) -> Tensor:
    """Intersection over union of xyxy boxes (..., 4), or GIoU (arXiv 1902.09630)."""
    low, high = torch.maximum(one[..., :2], other[..., :2]), torch.minimum(one[..., 2:], other[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    whole = (one[..., 2:] - one[..., :2]).prod(-1) + (other[..., 2:] - other[..., :2]).prod(-1) - shared
    ratio = shared / whole.clamp(min=1e-6)
    if not generalised:
        return ratio
    hull = torch.maximum(one[..., 2:], other[..., 2:]) - torch.minimum(one[..., :2], other[..., :2])
    around = hull.prod(-1).clamp(min=1e-6)
    return ratio - (around - whole) / around
