"""Topics are built and read back in one place, and nothing else passes for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.wire.topics import DOWN, QOS, RETAINED, UP, NotATopicError, Stream, Topic, of_node, of_ward

slugs = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)


@given(slugs, slugs, st.sampled_from(Stream))
def test_reading_back_gives_what_was_built(ward: str, node: str, stream: Stream) -> None:
    topic = Topic(ward, node, stream)
    assert Topic.parse(str(topic)) == topic


@given(st.text())
def test_any_text_is_a_topic_or_is_refused(text: str) -> None:
    try:
        topic = Topic.parse(text)
    except NotATopicError:
        return
    assert str(topic) == text


@given(st.text(), slugs)
def test_a_part_that_is_no_slug_never_becomes_an_address(part: str, slug: str) -> None:
    try:
        topic = Topic(part, slug, Stream.BATCH)
    except NotATopicError:
        return
    assert Topic.parse(str(topic)).ward == part


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wardsense/v1",
        "wardsense/v1/ben-nghe/node-1",
        "wardsense/v1/ben-nghe/node-1/batch/more",
        "wardsense/v1/ben-nghe/node-1/gossip",
        "wardsense/v2/ben-nghe/node-1/batch",
        "/wardsense/v1/ben-nghe/node-1/batch",
        "wardsense/v1//node-1/batch",
        "wardsense/v1/+/node-1/batch",
        "wardsense/v1/#/node-1/batch",
        "wardsense/v1/ben-nghe/node-1\n/batch",
        "wardsense/v1/ben-nghe/Node-1/batch",
        "wardsense/v1/ben-nghe/nút-1/batch",
        "wardsense/v1/ben-nghe/node\x00/batch",
        f"wardsense/v1/ben-nghe/{'n' * 41}/batch",
    ],
)
def test_a_hostile_topic_is_refused(text: str) -> None:
    with pytest.raises(NotATopicError):
        Topic.parse(text)


def test_every_stream_has_one_direction_and_a_quality() -> None:
    assert set(Stream) == UP | DOWN
    assert not UP & DOWN
    assert set(QOS) == set(Stream)
    assert {Stream.STATUS, Stream.CONFIG} == RETAINED
    assert [stream for stream in Stream if QOS[stream] == 0] == [Stream.LIVE]


def test_filters_leave_one_part_open() -> None:
    assert of_ward("ben-nghe", Stream.BATCH) == "wardsense/v1/ben-nghe/+/batch"
    assert of_node("node-1", Stream.RECEIPT) == "wardsense/v1/+/node-1/receipt"


def test_a_filter_takes_slugs_only() -> None:
    with pytest.raises(NotATopicError):
        of_ward("#", Stream.BATCH)
    with pytest.raises(NotATopicError):
        of_node("a/b", Stream.RECEIPT)
