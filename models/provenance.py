"""Where a model comes from, what its licence lets one do with it, and what was measured of it.

Idea: a file of weights tells nothing of itself, and whoever puts it before a street owes an answer: whose it is, what
it was made from, what it cost. These are the parts of a catalogue entry that answer, and of a card written for a file.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Closed(BaseModel):
    """Read once, never changed; a key nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Use(StrEnum):
    """What a licence lets one do without owing anybody more than a notice.

    `run` it on boxes of one's own; `ship` it inside a product or a service for others; `train` a further model on
    what it says, as a teacher, and call that model one's own.
    """

    RUN = "run"
    SHIP = "ship"
    TRAIN = "train"


class Licence(Closed):
    """The SPDX identifier, who holds the right, and what it lets a ward do with the file."""

    spdx: str = Field(min_length=1)
    holder: str = Field(min_length=1)
    fits: tuple[Use, ...]


class Measured(Closed):
    """Average precision over IoU .50 to .95 (`ap`) and at .50 (`ap50`), and milliseconds a picture."""

    data: str
    ap: Share
    ap50: Share
    ms: float = Field(gt=0)
    threads: int = Field(ge=1)


class Origin(Closed):
    """What a file made in a workshop was made from, how, on which pictures, and what that cost it."""

    source: str = Field(min_length=1, description="the model it was made from, by name")
    sha256: Sha256 = Field(description="of that model's file")
    method: str
    data: str = Field(description="the pictures it was made with, and how many")
    judged: str = Field(description="the set that measured the loss")
    loss: float = Field(description="AP of the source on that set less the AP of this file")
