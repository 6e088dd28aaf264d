"""What a small picture says of the lens: how much light, how much fine detail, and where its edges lie.

Edges are held as a field of doubled angles (Bigün and Granlund, 1987): an edge from dark to light and one from light to
dark are the same edge, and the strength is levelled by the picture's own, so that dusk, fog, a change of gain, and the
infra-red lamp that makes leaves brighter than the wall behind them leave the field as it was; slow shades across the
picture (a lamp's own cone) are taken out before. Averaged, a field keeps what stands and loses what moves, and noise.
Fine detail is the share of the finest differences among the coarser ones (a ratio: light falls out of it). Noise looks
like detail, so what counts as usual is capped at `FINE_USUAL`; else the end of a noisy night would look like blur.
Limits: a view of fewer than `BLOCKS_LEAST` blocks with edges (a bare wall) cannot be told from another such view; blur
under heavy noise is not seen. The thresholds that follow from it, and how they were found: `edge.fitness`.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.luma import Luma

Field = NDArray[np.complex64]
"""Doubled angles of shape (90, 160): absolute value 0 (no edge) to 1."""

COLUMNS: Final = 160
ROWS: Final = 90
BLOCKS_ACROSS: Final = 8
BLOCKS_DOWN: Final = 6
BLOCKS_LEAST: Final = 6
EDGY: Final = 0.15
ALIKE: Final = 0.3
FLOOR: Final = 0.7
SHADE_PX: Final = 8.0
WHITE: Final = 250
FINE_USUAL: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One picture's figures: grey level 95 % lie under, share of burnt-out pixels, mean edge, fine detail, edges."""

    light: float
    burnt: float
    edge: float
    fine: float
    field: Field


@dataclass(frozen=True, slots=True)
class Shift:
    """The displacement at which a picture fits the usual one best: in shares of width and height, and how well.

    `there` and `here` are the likeness (-1 to 1) at that displacement and at none.
    """

    across: float
    down: float
    there: float
    here: float

    @property
    def far(self) -> float:
        """How far it is, as a share of the picture's side."""
        return max(abs(self.across), abs(self.down))


def measure(picture: Luma) -> Measured:
    """The figures of one picture."""
    exact = picture.astype(np.float32)
    soft = cv2.GaussianBlur(exact, (0, 0), 1.0)
    coarse = np.abs(soft - cv2.GaussianBlur(soft, (0, 0), 3.0)).mean()
    field, edge = _edges(picture)
    return Measured(
        light=float(np.percentile(picture, 95)),
        burnt=float((picture >= WHITE).mean()),
        edge=edge,
        fine=float(np.abs(exact - soft).mean() / (coarse + 0.5)),
        field=field,
    )


class Usual:
    """What a camera usually shows, learnt from pictures that were fit. Not thread-safe."""

    def __init__(self, slow_s: float, quick_s: float, first: int) -> None:
        """Edges and detail follow in `slow_s` seconds or so, light in `quick_s`; the `first` pictures at once."""
        self._slow_s, self._quick_s, self._first = slow_s, quick_s, first
        self._learnt: Measured | None = None
        self._pictures = 0

    @property
    def measured(self) -> Measured | None:
        """The usual figures; None before the first picture."""
        return self._learnt

    def learn(self, seen: Measured, after_s: float) -> Measured:
        """The usual figures with a picture taken in, so many seconds after the one before; the first count alike."""
        self._pictures += 1
        least = 1 / self._pictures if self._pictures <= self._first else 0.0
        slow = max(least, min(after_s / self._slow_s, 1.0))
        quick = max(least, min(after_s / self._quick_s, 1.0))
        was = self._learnt or seen
        usual_fine = min(was.fine, FINE_USUAL)
        self._learnt = Measured(
            light=was.light + (seen.light - was.light) * quick,
            burnt=was.burnt + (seen.burnt - was.burnt) * quick,
            edge=was.edge + (seen.edge - was.edge) * slow,
            fine=usual_fine + (min(seen.fine, FINE_USUAL) - usual_fine) * slow,
            field=np.asarray(was.field + (seen.field - was.field) * np.float32(slow), np.complex64),
        )
        return self._learnt

    def recall(self, learnt: Measured, seen: Measured) -> None:
        """Take up what was usual in another life; light, which is another by now, is that of the first picture."""
        self._learnt, self._pictures = replace(learnt, light=seen.light, burnt=seen.burnt), self._first

    def alike(self, seen: Measured, least: float = ALIKE) -> float | None:
        """The share of blocks with usual edges in which they are still there, at `least` so like; None for too few."""
        if self._learnt is None:
            return None
        usual = _blocks(np.abs(self._learnt.field) ** 2)
        edgy = np.sqrt(usual / _PIXELS_A_BLOCK) > EDGY
        if edgy.sum() < BLOCKS_LEAST:
            return None
        together = _blocks((np.conj(self._learnt.field) * seen.field).real)
        likeness = together / (np.sqrt(usual * _blocks(np.abs(seen.field) ** 2)) + 1e-6)
        return float((likeness[edgy] > least).mean())

    def shift(self, seen: Measured) -> Shift:
        """Where the usual edges are now. Raises ValueError before anything was learnt."""
        if self._learnt is None:
            raise ValueError("nothing was learnt yet")
        usual = self._learnt.field
        most = float(np.sqrt((np.abs(usual) ** 2).sum() * (np.abs(seen.field) ** 2).sum())) + 1e-6
        fits = np.fft.ifft2(np.conj(np.fft.fft2(usual)) * np.fft.fft2(seen.field)).real / most
        row, column = np.unravel_index(int(fits.argmax()), fits.shape)
        across = (int(column) + COLUMNS // 2) % COLUMNS - COLUMNS // 2
        down = (int(row) + ROWS // 2) % ROWS - ROWS // 2
        return Shift(across / COLUMNS, down / ROWS, float(fits.max()), float(fits[0, 0]))


_PIXELS_A_BLOCK: Final = (ROWS // BLOCKS_DOWN) * (COLUMNS // BLOCKS_ACROSS)


def _edges(picture: Luma) -> tuple[Field, float]:
    half = cv2.resize(picture, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA).astype(np.float32)
    half = np.asarray(cv2.GaussianBlur(half, (0, 0), 1.0) - cv2.GaussianBlur(half, (0, 0), SHADE_PX), np.float32)
    across, down = cv2.Sobel(half, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(half, cv2.CV_32F, 0, 1) / 8
    slope = across + 1j * down
    squares = across * across + down * down
    usual = max(FLOOR, 0.7 * float(np.sqrt(squares.mean())))
    field = np.asarray(slope * slope / (squares + usual * usual), np.complex64)
    return field, float(np.sqrt(squares).mean())


def _blocks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sums over the blocks of a field, shape (6, 8)."""
    parts = values.reshape(BLOCKS_DOWN, ROWS // BLOCKS_DOWN, BLOCKS_ACROSS, COLUMNS // BLOCKS_ACROSS)
    return np.asarray(parts.sum((1, 3)), np.float32)
