from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alert import Alert
from alerts.facts import Fact
from alerts.lifecycle import Condition
from alerts.rules import WORST_FIRST
from tests.alerts.timeline import Night, event, night, reading

# Far windows, so that one alert holds the whole night and what remains is the order.
LASTING = "when: {event: loitering}\nreopen_within: 1d\nstale_after: 1d\nlateness: 1d"
HELD = LASTING + "\nfor: 20s"
SLOW = LASTING + "\nclear_after: 15s"
MOMENTS = "when: {event: line_crossed, at_least: 2, within: 60s, quiet: 60s}\nreopen_within: 1d"
WATER = "when: {reading: water_level, unit: m, above: 1.2, clear: 1.0, at_least: 2, of: 3}\nreopen_within: 1d"
END = 1_000.0

unhurried = settings(deadline=None)  # a night is judged in milliseconds, but the machine may be busy


@st.composite
def stories(draw: st.DrawFn, most: int = 4) -> list[Fact]:
    """Up to four events of one place: each opened, perhaps told again, perhaps closed or lost."""
    facts: list[Fact] = []
    for name in "abcd"[: draw(st.integers(1, most))]:
        began = draw(st.integers(0, 300))
        facts.append(event(name, "opened", began, heard=END))
        last = began
        for phase in draw(st.sampled_from([(), ("updated",), ("closed",), ("updated", "closed"), ("unknown",)])):
            last += draw(st.integers(1, 100))
            facts.append(event(name, phase, last, began=began, heard=END))
    return facts


def outcome(text: str, facts: list[Fact]) -> tuple[object, ...]:
    n = night(text).at(END)
    for fact in facts:
        n.hear(fact)
    alert = n.at(END + 200).alert
    memory = alert.memory
    return (
        alert.condition,
        alert.occurrences,
        alert.first_seen,
        alert.last_seen,
        alert.cleared,
        memory.marks,
        n.alert.events,
    )


@unhurried
@given(stories().flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))))
def test_events_amount_to_the_same_in_whatever_order_they_arrive(told: tuple[list[Fact], list[Fact]]) -> None:
    in_order, shuffled = told
    for text in (LASTING, SLOW):
        assert outcome(text, sorted(in_order, key=lambda fact: fact.captured))[:3] == outcome(text, shuffled)[:3]


@unhurried
@given(stories(most=1).flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))))
def test_a_dwell_is_the_same_in_whatever_order_it_is_told(told: tuple[list[Fact], list[Fact]]) -> None:
    assert outcome(HELD, told[0])[:3] == outcome(HELD, told[1])[:3]


@unhurried
@given(
    st.lists(st.integers(0, 400), min_size=2, max_size=6, unique=True).flatmap(
        lambda seconds: st.tuples(st.just(seconds), st.permutations(seconds))
    )
)
def test_moments_amount_to_the_same_in_whatever_order_they_arrive(told: tuple[list[int], list[int]]) -> None:
    def final(seconds: list[int]) -> list[tuple[Condition, int]]:
        n = night(MOMENTS).at(400)
        for at in seconds:
            n.hear(event(f"m{at}", "closed", at, kind="line_crossed", heard=400))
        alerts = n.at(600).rows.values()
        return [(alert.condition, alert.occurrences) for alert in alerts if alert.condition is not Condition.DROPPED]

    assert final(sorted(told[0])) == final(told[1])


@unhurried
@given(
    st.lists(st.sampled_from([0.5, 1.1, 1.3]), min_size=1, max_size=6).flatmap(
        lambda values: st.permutations(list(enumerate(values, start=1)))
    )
)
def test_readings_after_the_first_amount_to_the_same_in_whatever_order(told: list[tuple[int, float]]) -> None:
    def final(order: list[tuple[int, float]]) -> tuple[object, ...]:
        n = night(WATER).hear(reading(0, 1.3)).hear(reading(0.5, 1.3)).at(10)
        for at, value in order:
            n.hear(reading(at, value))
        return n.alert.condition, n.alert.peak

    # Low readings heard while no alert is open are not kept, so only what stays open is compared.
    straight, shuffled = final(sorted(told)), final(told)
    if Condition.CLEARED not in (straight[0], shuffled[0]):
        assert straight == shuffled


words = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from(["opened", "updated", "closed", "unknown"]),
    st.integers(0, 600),
    st.integers(1, 5),
    st.integers(1, 4),
)
cameras = st.tuples(st.sampled_from("xyz"), st.sampled_from(["live", "blind", "unfit"]), st.integers(0, 600))


@unhurried
@given(
    st.lists(st.one_of(words, cameras), max_size=25),
    st.sampled_from(
        [
            LASTING,
            "when: {event: loitering}\nfor: 30s\nclear_after: 20s\nstale_after: 60s\nreopen_within: 1m",
            "when: {event: loitering}\nworse: [{at: 2, severity: major}, {at: 4, severity: critical}]",
            "when: {camera_state: [blind]}\nfor: 10s\nreopen_within: 1m",
        ]
    ),
    st.booleans(),
)
def test_whatever_is_heard_the_tables_hold_and_severity_never_falls(
    told: list[tuple[str, str, int, int, int] | tuple[str, str, int]],
    text: str,
    watched: bool,  # noqa: FBT001 - drawn
) -> None:
    # `Night` checks every step against its table, and that no fingerprint has two open alerts.
    n = night(text, watched=watched)
    worst: dict[object, int] = {}
    for number, word in enumerate(told):
        n.at(number * 30)
        _tell(n, word)
        for alert in n.rows.values():
            rank = WORST_FIRST.index(alert.severity)
            assert rank <= worst.get(alert.id, rank)
            worst[alert.id] = rank
            assert alert.due is None or alert.due >= n.now
    n.at(100_000)


@unhurried
@given(stories())
def test_every_fact_told_twice_is_told_once(facts: list[Fact]) -> None:
    n = night(LASTING).at(END)
    for fact in facts:
        n.hear(fact)
    before: list[Alert] = list(n.rows.values())
    for fact in facts:
        n.hear(fact)
    assert list(n.rows.values()) == before


@unhurried
@given(stories(), st.integers(0, 50_000))
def test_silence_alone_never_clears(facts: list[Fact], seconds: int) -> None:
    n = night("when: {event: loitering}\nstale_after: 60s\nlateness: 1d").at(END)
    for fact in facts:
        n.hear(fact)
    before = {id_: alert.condition for id_, alert in n.rows.items()}
    n.at(END + seconds)
    for id_, alert in n.rows.items():
        assert (alert.condition is Condition.CLEARED) is (before[id_] is Condition.CLEARED)
    assert n.now - n.alert.first_seen >= timedelta(0)


def _tell(n: Night, word: tuple[str, str, int, int, int] | tuple[str, str, int]) -> None:
    if len(word) == 3:
        n.hear(event(word[0], "opened", word[2], kind="camera_state", subject=word[1]))
    else:
        name, phase, captured, rev, count = word
        n.hear(event(name, phase, captured, began=captured // 2, rev=rev, count=count))
