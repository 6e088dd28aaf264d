"""What every setting of a node's file has in common."""

from pydantic import BaseModel, ConfigDict

from streams.wire import words

Slug = words.Slug


class Setting(BaseModel):
    """Read once, never changed; a key nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
