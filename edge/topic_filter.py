"""What MQTT 3.1.1 (section 4.7) lets a node subscribe to, checked before a broker is called.

A client refuses a wrong filter only when it subscribes, which is after the node has begun.
"""

from typing import Annotated, Final

from pydantic import AfterValidator

MOST_TOPIC_BYTES: Final = 65535


def topic_filter(topic: str) -> str:
    """The filter as it came. Raises ValueError for one that no broker takes."""
    levels = topic.split("/")
    if not topic or "\0" in topic or len(topic.encode("utf-8", "replace")) > MOST_TOPIC_BYTES:
        raise ValueError("no topic filter: empty, too long, or with a zero in it")
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        raise ValueError("no topic filter: # stands for all that follows, last and alone in its level")
    if any("+" in level and level != "+" for level in levels):
        raise ValueError("no topic filter: + stands for one whole level")
    return topic


TopicFilter = Annotated[str, AfterValidator(topic_filter)]
