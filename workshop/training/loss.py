"""How wrong an answer is: varifocal loss on the class scores, GIoU on the boxes, both weighed by what was asked.

Idea: a class score is asked for the overlap of its box, so one number says both what and how well (arXiv 2008.13367);
the many empty cells count only as far as they claim something (focal), and the few with an object count by how much
was asked of them. Everything is divided by the sum asked for, so that a full street weighs as an empty one.
"""

import torch
from torch import Tensor
from torch.nn import functional

from workshop.training.assign import assign, overlap
from workshop.training.network import placed

EMPTY_WEIGHT = 0.75
FOCUS = 2.0
BOX_WEIGHT = 2.5


def loss(raw: Tensor, cells: Tensor, boxes: list[Tensor], label: list[Tensor]) -> tuple[Tensor, Tensor]:
    """The class and box losses of raw answers (B, N, 4 + classes); `boxes` xyxy and `label` of each picture."""
    raw = raw.float()
    centre = placed(raw[..., :4], cells)
    corners = torch.cat([centre[..., :2] - centre[..., 2:] / 2, centre[..., :2] + centre[..., 2:] / 2], -1)
    names, boxed, asked_for = raw.new_zeros(()), raw.new_zeros(()), raw.new_zeros(())
    for at in range(len(raw)):
        score = raw[at, :, 4:].sigmoid()
        asked = assign(score.detach(), corners[at].detach(), cells, boxes[at], label[at])
        weight = torch.where(asked.target > 0, asked.target, EMPTY_WEIGHT * score.detach() ** FOCUS)
        wrong = functional.binary_cross_entropy_with_logits(raw[at, :, 4:], asked.target, reduction="none")
        names = names + (wrong * weight * asked.blamed[:, None]).sum()
        share = asked.target[asked.chosen].sum(-1)
        boxed = boxed + ((1 - overlap(corners[at, asked.chosen], asked.boxes, generalised=True)) * share).sum()
        asked_for = asked_for + asked.target.sum()
    asked_for = asked_for.clamp(min=1.0)
    return names / asked_for, BOX_WEIGHT * boxed / asked_for
