"""The network: a narrow stack of plain 3x3 convolutions with ReLU, three scales and one small head on each.

Idea: the detector that travels with the package has to run on the poorest ward's box, so it is built of what INT8
kernels are best at. Plain convolutions with a multiple of 16 channels fill VNNI's lanes; ReLU folds into the
convolution before it and its range is learnt exactly, where SiLU or a depthwise layer spreads a channel's scale and
loses its scores in eight bits (YOLOX-nano's halve). Batch normalisation is folded into the weights on export, so the
graph that runs is convolutions, two upsamplings and two concatenations.
There is no objectness: a class score learns the overlap of its box (`workshop.training.loss`), and the answer has the
layout of YOLOv8, (1, 4 + classes, cells), so that `models.decode` reads it as it stands.
Limits: the canvas is fixed on export; 384x224 keeps 16:9 pictures whole with eight rows of padding.
Sources: RepVGG (arXiv 2101.03697) for plain stacks, FPN (arXiv 1612.03144), YOLOX (arXiv 2107.08430) for the box.
"""

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)
PRIOR = 0.01
LARGEST_LOG_SIZE = 6.0
MOMENTUM = 0.03


@dataclass(frozen=True, slots=True)
class Plan:
    """How wide and deep: channels at strides 2, 4, 8, 16 and 32, layers after each halving, channels of the neck."""

    channels: tuple[int, ...] = (16, 32, 64, 96, 128)
    layers: tuple[int, ...] = (0, 1, 2, 3, 2)
    neck: int = 64
    classes: int = 6


class Layer(nn.Sequential):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, into: int, out: int, size: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(into, out, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(out, momentum=MOMENTUM),
            nn.ReLU(inplace=True),
        )


class Head(nn.Module):
    """One scale's answer: (B, 4 + classes, rows, columns), raw."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.look = Layer(width, width)
        self.box = nn.Conv2d(width, 4, 1)
        self.name = nn.Conv2d(width, classes, 1)
        nn.init.zeros_(self.box.weight)
        nn.init.constant_(self.box.bias[:2], 0.5)  # type: ignore[index]  # a convolution with a bias has one
        nn.init.constant_(self.box.bias[2:], log(3.0))  # type: ignore[index]  # the same
        nn.init.normal_(self.name.weight, std=0.01)
        nn.init.constant_(self.name.bias, -log((1 - PRIOR) / PRIOR))  # type: ignore[arg-type]  # the same

    def forward(self, features: Tensor) -> Tensor:
        """(B, width, rows, columns) to raw box and class planes."""
        seen = self.look(features)
        return torch.cat([self.box(seen), self.name(seen)], 1)


class Network(nn.Module):
    """Float32 (B, 3, height, width), BGR 0..1, to raw answers (B, cells, 4 + classes), finest stride first."""

    def __init__(self, plan: Plan | None = None) -> None:
        super().__init__()
        self.plan = plan = plan or Plan()
        stages, into = [], 3
        for out, deep in zip(plan.channels, plan.layers, strict=True):
            stages.append(nn.Sequential(Layer(into, out, stride=2), *(Layer(out, out) for _ in range(deep))))
            into = out
        self.stages = nn.ModuleList(stages)
        fine, middle, coarse = plan.channels[2:]
        self.top = Layer(coarse, plan.neck, 1)
        self.middle = nn.Sequential(Layer(plan.neck + middle, plan.neck, 1), Layer(plan.neck, plan.neck))
        self.fine = nn.Sequential(Layer(plan.neck + fine, plan.neck, 1), Layer(plan.neck, plan.neck))
        self.heads = nn.ModuleList(Head(plan.neck, plan.classes) for _ in STRIDES)

    def forward(self, pictures: Tensor) -> Tensor:
        """See the class."""
        seen = []
        for stage in self.stages:
            pictures = stage(pictures)
            seen.append(pictures)
        top = self.top(seen[4])
        middle = self.middle(torch.cat([_doubled(top), seen[3]], 1))
        fine = self.fine(torch.cat([_doubled(middle), seen[2]], 1))
        answers = [head(level).flatten(2) for head, level in zip(self.heads, (fine, middle, top), strict=True)]
        return torch.cat(answers, 2).transpose(1, 2)


class Answering(nn.Module):
    """A network with its decoding: (1, 4 + classes, cells), centre and size in canvas pixels, class scores."""

    def __init__(self, network: Network, height: int, width: int) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("grid", grid(height, width))

    def forward(self, pictures: Tensor) -> Tensor:
        """See the class."""
        raw = self.network(pictures)
        boxes = placed(raw[..., :4], self.grid)
        return torch.cat([boxes, raw[..., 4:].sigmoid()], 2).transpose(1, 2)


def grid(height: int, width: int) -> Tensor:
    """For every cell its column, row and stride, float32 (cells, 3), finest stride first and row by row."""
    cells = []
    for stride in STRIDES:
        row, column = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        cells.append(torch.stack([column, row, torch.full_like(row, stride)], 2).reshape(-1, 3))
    return torch.cat(cells).float()


def placed(raw: Tensor, cells: Tensor) -> Tensor:
    """Raw boxes (..., cells, 4) to centre and size in canvas pixels."""
    corner, stride = cells[:, :2], cells[:, 2:]
    size = raw[..., 2:4].clamp(max=LARGEST_LOG_SIZE).exp()
    return torch.cat([(raw[..., :2] + corner) * stride, size * stride], -1)


def folded(network: Network) -> Network:
    """The same network, for answering only, with every batch normalisation in the convolution before it."""
    network = network.eval()
    for layer in [module for module in network.modules() if isinstance(module, Layer)]:
        layer[0] = nn.utils.fuse_conv_bn_eval(layer[0], layer[1])  # type: ignore[arg-type]  # a Sequential does not tell
        layer[1] = nn.Identity()
    return network


def _doubled(features: Tensor) -> Tensor:
    return nn.functional.interpolate(features, scale_factor=2.0, mode="nearest")
