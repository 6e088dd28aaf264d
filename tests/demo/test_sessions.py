"""What a node counted, over all its starts."""

from typing import Any

from demo.sessions import Sessions


def counted(session: str, read: int, codec: str = "h264") -> dict[str, Any]:
    return {"session": session, "cameras": {"cam": {"read": read, "analysed": read // 2, "codec": codec}}}


def test_a_node_that_never_counted_has_no_cameras() -> None:
    sessions = Sessions()
    sessions.note({})
    assert sessions.cameras() == {}


def test_within_one_session_the_last_look_counts_alone() -> None:
    sessions = Sessions()
    for read in (10, 20, 30):
        sessions.note(counted("one", read))
    assert sessions.cameras()["cam"]["read"] == 30


def test_over_sessions_counts_add_up_and_words_are_the_last_ones() -> None:
    sessions = Sessions()
    for told in (counted("one", 30, "drawn"), counted("two", 4), counted("two", 12)):
        sessions.note(told)
    camera = sessions.cameras()["cam"]
    assert (camera["read"], camera["analysed"], camera["codec"]) == (42, 21, "h264")


def test_what_the_outbox_gave_up_adds_up_over_sessions_and_within_one_the_last_look_counts() -> None:
    sessions = Sessions()
    for session, health in (("one", 2), ("one", 3), ("two", 4)):
        sessions.note({"session": session, "outbox": {"evicted": {"health": health, "tally": 1}}})
    assert sessions.evicted == 9
