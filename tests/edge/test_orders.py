"""What a node is ordered, weighed: every verdict on a table, and no body whatever that it falls over."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from edge.config import understand
from edge.orders import (
    MOST_COMMANDS,
    MOST_REASONS,
    Adopt,
    Journal,
    Pass,
    Run,
    Running,
    left_begun,
    weigh_command,
    weigh_config,
)
from streams.wire.canonical import sha256_of
from streams.wire.codec import decode, encode, encode_record
from streams.wire.messages import Command, Config
from streams.wire.records import Outcome, Reply

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWN: dict[str, Any] = {
    "node": "node-1",
    "ward": "ward-1",
    "data": "var/here",
    "broker": {"host": "10.0.0.1", "username": "node-1", "password_file": "broker.secret"},
}
CAMERA: dict[str, Any] = {
    "id": "cam-1",
    "source": {"drawn": 1},
    "zones": [{"id": "street", "polygon": [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]}],
    "watch": [{"loitering": {"zone": "street", "after_s": 20}}],
}
RUNNING = Running(understand(yaml.safe_dump({**OWN, "cameras": [CAMERA], "revision": "r1"}), "node.yaml"), OWN)


def order(body: dict[str, Any], revision: str = "r2", **more: Any) -> Config:  # noqa: ANN401 - any field of a message
    told = {"node": "node-1", "revision": revision, "sha256": sha256_of(body), "issued": NOW, "by": "lan", "body": body}
    return Config.model_validate(told | more)


def command(verb: str = "ping", **more: Any) -> Command:  # noqa: ANN401 - any field of a message
    told = {
        "id": uuid7(),
        "node": "node-1",
        "verb": verb,
        "issued": NOW,
        "expires": NOW + timedelta(minutes=1),
        "by": "lan",
        "why": "to see whether it is there",
    }
    return Command.model_validate(told | more)


def refused(body: dict[str, Any], **more: Any) -> list[tuple[str, object]]:  # noqa: ANN401 - the same
    told = weigh_config(order(body, **more), RUNNING, Journal())
    assert isinstance(told, Reply)
    assert (told.outcome, told.config_rev) == (Outcome.REFUSED, "r2")
    return [(reason.code, reason.params.get("where")) for reason in told.reasons]


def test_a_good_configuration_becomes_a_file_that_says_its_revision_and_keeps_what_makes_this_box_this_box() -> None:
    told = weigh_config(order({"cameras": [{**CAMERA, "fps": 2}]}), RUNNING, Journal())
    assert isinstance(told, Adopt)
    config = understand(told.text, "node.yaml")
    assert (config.revision, config.cameras[0].fps, config.broker) == ("r2", 2, RUNNING.config.broker)


def test_a_body_may_repeat_what_makes_this_box_this_box() -> None:
    assert isinstance(weigh_config(order({**OWN, "cameras": []}), RUNNING, Journal()), Adopt)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"node": "node-2"}, "node"),
        ({"ward": "ward-2"}, "ward"),
        ({"data": "var/there"}, "data"),
        ({"broker": {**OWN["broker"], "host": "evil.example"}}, "broker"),
        ({"centre": {"url": "http://evil.example", "secret_file": "broker.secret"}}, "centre"),
        ({"made_journal": "var/here/journal"}, "made_journal"),
        ({"clips": {"before_s": 10}}, "clips"),
    ],
)
def test_a_box_is_not_told_from_afar_to_be_another(changed: dict[str, Any], where: str) -> None:
    assert refused({"cameras": [], **changed})[0] == ("fixed_on_this_box", where)


@pytest.mark.parametrize("file", ["/etc/shadow", "secrets/../../shadow", "var/other.secret"])
def test_a_secret_file_outside_the_folders_that_hold_them_is_refused(file: str) -> None:
    source = {"rtsp": "rtsp://evil.example/a", "user": "me", "password_file": file}
    body = {"models": {"detector": "deimv2-femto"}, "cameras": [{**CAMERA, "source": source}]}
    assert refused(body) == [("fixed_on_this_box", "cameras.0.source.password_file")]


def test_a_secret_file_beside_those_there_are_is_taken() -> None:
    source = {"rtsp": "rtsp://10.0.0.7/a", "user": "me", "password_file": "./camera.secret"}
    body = {"models": {"detector": "deimv2-femto"}, "cameras": [{**CAMERA, "source": source}]}
    assert isinstance(weigh_config(order(body), RUNNING, Journal()), Adopt)


def test_every_mistake_of_a_body_is_a_reason() -> None:
    camera = copy.deepcopy(CAMERA) | {"fsp": 3, "fps": 0}
    camera["zones"][0]["polygon"][1] = [1.5, 0.3]
    assert sorted(refused({"cameras": [camera], "outbox": {"limit_mb": 0}})) == [
        ("config_mistake", "cameras.0.fps"),
        ("config_mistake", "cameras.0.fsp"),
        ("config_mistake", "cameras.0.zones.0"),
        ("config_mistake", "outbox.limit_mb"),
    ]


def test_mistakes_across_the_whole_file_are_found_as_in_a_file() -> None:
    assert refused({"cameras": [CAMERA, CAMERA]}) == [("config_mistake", "cameras.1.id")]
    assert refused({"cameras": [{**CAMERA, "source": {"file": "a.mp4"}}]}) == [("config_mistake", "cameras.0.source")]


def test_a_secret_that_was_sent_is_refused_where_it_stands() -> None:
    feed = {"topic": "a", "value": "b", "broker": {"client_id": "c", "username": "u", "password": "hush"}}
    sensor = {"id": "s-1", "quantity": "water_level", "unit": "m", "mqtt": feed}
    assert refused({"sensors": [sensor]}) == [("holds_a_secret", "sensors.0.mqtt.broker.password")]


def test_a_body_that_was_changed_on_the_way_is_refused() -> None:
    assert refused({"cameras": []}, sha256="0" * 64) == [("wrong_sha256", None)]


def test_the_hash_does_not_hang_on_how_the_body_was_written() -> None:
    sent = order({"b": 1.0, "a": [True, None, "đường"], "c": 100})
    rewritten = json.dumps(json.loads(encode(sent)), indent=2, sort_keys=True, ensure_ascii=True)
    assert sha256_of(decode(Config, rewritten.encode()).body) == sent.sha256


def test_a_thousand_mistakes_fit_into_one_record() -> None:
    many = {f"\x01{'đ' * 200}{number}": number for number in range(1000)}
    told = weigh_config(order(many), RUNNING, Journal())
    assert isinstance(told, Reply)
    assert len(told.reasons) == MOST_REASONS
    assert told.reasons[-1].params == {"count": 901}
    assert encode_record(1, NOW, told)


def test_what_has_been_answered_is_passed_over_whoever_sends_it_again() -> None:
    first = order({"cameras": []})
    journal = Journal().with_answered(first)
    again = first.model_copy(update={"issued": NOW + timedelta(days=1), "by": "minh"})
    assert weigh_config(again, RUNNING, journal) == Pass("answered already")
    assert isinstance(weigh_config(order({"cameras": []}, revision="r3"), RUNNING, journal), Adopt)
    assert isinstance(weigh_config(order({"cameras": [CAMERA]}), RUNNING, journal), Adopt)


def test_what_runs_already_is_answered_without_another_start() -> None:
    told = weigh_config(order({"cameras": [CAMERA]}, revision="r1"), RUNNING, Journal())
    assert told == Reply(outcome=Outcome.APPLIED, config_rev="r1")


def test_an_order_for_another_node_is_passed_over() -> None:
    assert weigh_config(order({}, node="node-2"), RUNNING, Journal()) == Pass("for another node")
    assert weigh_command(command(node="node-2"), "node-1", Journal(), NOW) == Pass("for another node")


TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))  # the wire refuses NUL at the door
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PARTS = ("node", "broker", "models", "outbox", "cameras", "sensors", "clock", "revision", "centre", "data")


def _spoilt(draw: Callable[[st.SearchStrategy[Any]], Any], part: Any) -> Any:  # noqa: ANN401 - any part of a JSON body
    if isinstance(part, dict) and part and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(part)))
        return {**part, key: _spoilt(draw, part[key])}
    if isinstance(part, list) and part and draw(st.integers(0, 3)):
        at = draw(st.integers(0, len(part) - 1))
        return [*part[:at], _spoilt(draw, part[at]), *part[at + 1 :]]
    return draw(JSON)


@st.composite
def bodies(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """A good body with one part, at any depth, replaced by anything; and anything beside."""
    body: dict[str, Any] = {**OWN, "cameras": [copy.deepcopy(CAMERA)]}
    spoilt = _spoilt(draw, body) if draw(st.booleans()) else body
    return {**(spoilt if isinstance(spoilt, dict) else body), **draw(st.dictionaries(st.sampled_from(PARTS), JSON))}


@given(bodies())
def test_no_body_can_make_a_node_fall_over(body: dict[str, Any]) -> None:
    told = weigh_config(order(body), RUNNING, Journal())
    if isinstance(told, Adopt):
        assert understand(told.text, "node.yaml").node == "node-1"
    else:
        assert isinstance(told, Reply)
        assert encode_record(1, NOW, told)


def test_a_body_as_deep_as_json_may_be_is_refused() -> None:
    deep = '{"node":"node-1","revision":"r2","sha256":"%s","issued":"2026-11-22T12:00:00Z","by":"lan","body":%s}'
    nested = '{"a":' * 190 + "1" + "}" * 190
    sent = decode(Config, (deep % (sha256_of(json.loads(nested)), nested)).encode())
    told = weigh_config(sent, RUNNING, Journal())
    assert isinstance(told, Reply)
    assert told.reasons[0].params["message"] == "nested too deeply"


@pytest.mark.parametrize(
    ("sent", "outcome", "codes"),
    [
        (command(expires=NOW), Outcome.EXPIRED, []),
        (command("dance", expires=NOW - timedelta(days=1)), Outcome.EXPIRED, []),
        (command("dance"), Outcome.REFUSED, ["unknown_verb"]),
    ],
)
def test_a_command_that_may_not_run_is_answered(sent: Command, outcome: Outcome, codes: list[str]) -> None:
    told = weigh_command(sent, "node-1", Journal(), NOW)
    assert isinstance(told, Reply)
    assert (told.outcome, told.command, [reason.code for reason in told.reasons]) == (outcome, sent.id, codes)


def test_a_command_runs_once_and_never_again() -> None:
    sent = command("report")
    journal = Journal()
    assert weigh_command(sent, "node-1", journal, NOW) == Run(sent)
    journal = journal.with_begun(sent.id)
    assert weigh_command(sent, "node-1", journal, NOW) == Pass("delivered before")
    assert weigh_command(sent, "node-1", journal.with_ended(sent.id), NOW) == Pass("delivered before")


@given(st.permutations(range(40)))
def test_what_a_full_journal_forgets_still_never_runs_again(places: list[int]) -> None:
    ids = sorted(uuid7() for _ in range(40))
    journal = Journal(commands=tuple(sorted(uuid7() for _ in range(MOST_COMMANDS - 20))))
    for place in places:
        if not journal.knows(ids[place]):
            journal = journal.with_begun(ids[place]).with_ended(ids[place])
    assert len(journal.commands) <= MOST_COMMANDS
    assert all(journal.knows(id_) for id_ in ids)


def test_a_command_cut_short_by_a_crash_is_told_to_have_failed() -> None:
    first, second = command(), command()
    journal = Journal().with_begun(first.id).with_ended(first.id).with_begun(second.id)
    assert [(told.outcome, told.command) for told in left_begun(journal)] == [(Outcome.FAILED, second.id)]
