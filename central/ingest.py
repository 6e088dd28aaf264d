"""A group of messages of many nodes, taken in within one transaction.

A batch is never split. All records of a group are written at once; only when the database refuses one does each batch
get a savepoint of its own, and each record of the bad one, so one bad batch spoils nobody's and a good group costs one
statement a table. Locks are taken in one order (nodes, their epochs, alerts, wards' change numbers), each in the order
of its keys. What the wire's pure ledger and roster decide of a batch is applied to copies of its rows.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Connection
from sqlalchemy.exc import DataError

from alerts.facts import Fact
from central import admission, faults, silence
from central.arrivals import Arrival, Arrived, Said, whole
from central.dispatch import Post, pass_on
from central.ear import Ear, Hearing
from central.judging import Judge
from central.ledgers import Ledgers, Page
from central.settling import Answer, Outcome
from central.store import audit, events, facts, letters, nodes, orders, registry
from central.store.audit import Act
from central.store.changes import News, announce
from central.store.facts import Told
from central.store.letters import ALARMING, Letter, Why
from streams.wire.ledger import FragmentedError, Verdict
from streams.wire.messages import BatchHead
from streams.wire.records import Event, Health, Reading, Record, Reply

GRACE: Final = timedelta(seconds=60)
NEW: Final = "new"
LATE: Final = "late"
REFUSED: Final = "refused"


class Ingest:
    """Takes groups in, and lets time pass. Holds no state of its own: everything is in the database."""

    def __init__(
        self, judge: Judge, grace: timedelta = GRACE, ear: Ear | None = None, post: Post | None = None
    ) -> None:
        """`grace`: how long a node may be gone before its devices are silent; `ear`: whether we hear; `post`: out."""
        self._judge = judge
        self._grace = grace
        self._ear = ear
        self._post = post

    def take(self, connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> Outcome:
        """Everything these messages say, stored, judged and announced, in the caller's transaction."""
        return _Group(connection, self._judge, now).take(arrivals)

    def tick(self, connection: Connection, now: datetime, wards: Sequence[str] | None) -> Outcome:
        """What the passing of time brings: nodes gone too long, alerts whose timer has come, orders to be sent."""
        hearing = self._ear.hearing() if self._ear else Hearing()
        told: list[Fact] = []
        news: list[News] = []
        if hearing.deaf_since is None:
            told, news = silence.fallen(connection, now - self._grace, now, wards, hearing.since)
        silent = self._judge.hear(connection, told, now)
        rung = self._judge.tick(connection, now, wards)
        news += silent.news + rung.news + _forgiven(connection, now, wards)
        news += pass_on(connection, self._post, now, wards)
        news += registry.deafen(connection, hearing.deaf(now), wards)
        announce(connection, news, now)
        return Outcome(changes=len(news), more=rung.more, aside=silent.aside + rung.aside)


class _Group:
    """One transaction's work."""

    def __init__(self, connection: Connection, judge: Judge, now: datetime) -> None:
        self._connection = connection
        self._judge = judge
        self._now = now
        self._outcome = Outcome()
        self._letters: list[Letter] = []
        self._told: list[tuple[Arrived, list[Told]]] = []
        self._news: list[News] = []
        self._faults: dict[str, dict[str, Any]] = {}

    def take(self, arrivals: Sequence[Arrival]) -> Outcome:
        """See Ingest.take."""
        self._load([arrival for arrival in arrivals if isinstance(arrival, Arrived | Said)])
        for arrival in arrivals:
            match arrival:
                case Arrived():
                    self._hear_batch(arrival)
                case Said():
                    self._hear_status(arrival)
                case Letter():
                    self._lay(arrival)
        self._write()
        return self._outcome

    def _load(self, named: Sequence[Arrived | Said]) -> None:
        names = {arrival.topic.node for arrival in named}
        batches = [arrival for arrival in named if isinstance(arrival, Arrived)]
        self._standings = nodes.standing(self._connection, names)
        self._before = dict(self._standings)
        devices = {id_ for arrival in batches for id_ in admission.devices(arrival)}
        self._boxes = registry.boxes(self._connection, sorted(names), sorted(devices))
        self._ledgers = Ledgers(self._connection, self._standings, [arrival.batch for arrival in batches])
        spoken = [id_ for arrival in batches for id_ in admission.event_ids(arrival)]
        self._minters = events.minters(self._connection, spoken)

    def _hear_batch(self, arrived: Arrived) -> None:
        box = self._boxes.get(arrived.topic.node)
        away = admission.turned_away(arrived, box)
        if away is not None or box is None:
            reason, detail = away or (Why.UNKNOWN_NODE, "")
            self._lay(whole(arrived.topic, arrived.message, reason, detail))
            return
        try:
            page = self._ledgers.page(arrived.batch, arrived.message.heard)
        except FragmentedError as error:
            self._lay(whole(arrived.topic, arrived.message, Why.FRAGMENTED, str(error)))
            return
        told = [word for word in self._admitted(arrived, box, page) if word is not None]
        self._ledgers.turn(page)
        self._told.append((arrived, told))
        doubled = self._ledgers.doubled(box.id)
        if doubled is not None:
            self._faults.setdefault(box.id, {})[faults.TWO_BOXES] = doubled

    def _admitted(self, arrived: Arrived, box: registry.Box, page: Page) -> Iterator[Told | None]:
        """Each record as it is to be stored; None for a duplicate and for one that is refused."""
        for record, raw in zip(arrived.records, arrived.batch.records, strict=True):
            verdict = page.take(record.seq)
            kind = record.kind if isinstance(record, Record) else "invalid"
            if verdict is Verdict.DUPLICATE:
                self._outcome.records[kind, verdict] += 1
                continue
            word = admission.admit(arrived, record, box, self._minters, late=verdict is Verdict.LATE)
            if isinstance(word, admission.Refusal):
                page.refuse(record.seq, word.reason)
                self._lay(_refused(arrived, word, raw))
                self._outcome.records[kind, REFUSED] += 1
                continue
            if isinstance(word.record.body, Event):
                self._minters[word.record.body.id] = box.id
            yield word

    def _store(self) -> None:
        """Every record at once; where the database refuses one, each batch alone, and of the bad one each record."""
        if self._stored([word for _, told in self._told for word in told]) is None:
            return
        for arrived, told in self._told:
            if self._stored(told) is not None:
                told[:] = [word for word in told if self._stands_alone(arrived, word)]

    def _stands_alone(self, arrived: Arrived, word: Told) -> bool:
        why = self._stored([word])
        if why is None:
            return True
        seq = word.record.seq
        self._ledgers.refuse((word.node, word.epoch), seq, Why.UNSTORABLE)
        raw = next(raw for raw in arrived.batch.records if raw["seq"] == seq)
        self._lay(_refused(arrived, admission.Refusal(seq, Why.UNSTORABLE, why), raw))
        self._outcome.records[word.record.kind, REFUSED] += 1
        return False

    def _stored(self, told: Sequence[Told]) -> str | None:
        """Write these in a savepoint of their own; why not, where the database refuses them."""
        try:
            with self._connection.begin_nested():
                facts.write(self._connection, told)
        except (DataError, OverflowError) as error:
            return str(error.__cause__ or error)
        return None

    def _hear_status(self, said: Said) -> None:
        known = self._standings.get(said.topic.node)
        if said.status is None:
            return
        if known is None or known.id not in self._boxes:
            self._lay(whole(said.topic, said.message, Why.UNKNOWN_NODE, "a status of no node of ours"))
            return
        try:
            with self._connection.begin_nested():
                after = nodes.heed(self._connection, said.status, known, said.message.heard)
        except (DataError, OverflowError) as error:
            self._lay(whole(said.topic, said.message, Why.UNSTORABLE, str(error.__cause__ or error)))
            return
        self._standings[known.id] = after

    def _lay(self, letter: Letter) -> None:
        self._letters.append(letter)
        self._outcome.letters[letter.reason] += 1
        if letter.reason in ALARMING and letter.node in self._standings:
            fault = {"at": letter.heard.isoformat(), "detail": letter.detail[:200]}
            self._faults.setdefault(letter.node or "", {})[letter.reason] = fault

    def _write(self) -> None:
        self._store()
        told = [word for _, words in self._told for word in words]
        for word in told:
            self._outcome.records[word.record.kind, LATE if word.late else NEW] += 1
            self._outcome.stored.append((word.record.captured, word.heard, word.backlog))
        self._outcome.unkept = letters.lay(self._connection, self._letters)
        spoken = dict(self._ledgers.write(self._now))
        for name, session in spoken.items():
            self._news.append(News(self._standings[name].ward, "node", name, {"session": str(session)}))
        signs = [_sign(arrived.batch, words, arrived.message.heard) for arrived, words in self._told]
        nodes.show(self._connection, signs)
        self._tell_presence({sign.node for sign in signs}, spoken.keys())
        self._alarm()
        heard = [*silence.broken(self._connection, told), *_facts(told)]
        judged = self._judge.hear(self._connection, heard, self._now)
        self._news += judged.news
        self._outcome.aside += judged.aside
        for word in told:
            if isinstance(word.record.body, Reply):
                self._news += orders.answered(self._connection, word.node, word.record.body, word.at)
        announce(self._connection, self._news, self._now)
        self._outcome.changes = len(self._news)
        self._outcome.answers = [Answer(ward, receipt) for ward, receipt in self._ledgers.receipts()]

    def _tell_presence(self, heard: Collection[str], superseded: Collection[str]) -> None:
        """Who came or went in this group: by a status, by a new session, or by the word of a box that was given up."""
        for name, before in self._before.items():
            after = self._standings[name]
            online = after.online or name in superseded or (name in heard and after.present is None)
            if online != before.online:
                self._news.append(News(before.ward, "node", name, {"online": online}))

    def _alarm(self) -> None:
        """A fault is shown on the node's row; the first of its kind is audited, too."""
        for name, found in sorted(self._faults.items()):
            for code in nodes.fault(self._connection, name, found):
                ward = self._standings[name].ward
                act = Act(code, "node", name, "node", ward, node=name, params=found[code])
                audit.append(self._connection, act, self._now)
                self._news.append(News(ward, "node", name, {"fault": code}))


def _forgiven(connection: Connection, now: datetime, wards: Sequence[str] | None) -> list[News]:
    """Faults that have ended are taken off their boxes, audited and announced, as their beginning was."""
    news: list[News] = []
    for standing, told, heard in nodes.faulty(connection, wards):
        if codes := faults.over(told, heard, now):
            nodes.forgive(connection, standing.id, told, codes)
        for code in codes:
            act = Act(
                "fault_over", "node", standing.id, "node", standing.ward, node=standing.id, params={"fault": code}
            )
            audit.append(connection, act, now)
            news.append(News(standing.ward, "node", standing.id, {"fault_over": code}))
    return news


def _refused(arrived: Arrived, word: admission.Refusal, raw: dict[str, Any]) -> Letter:
    topic, message = arrived.topic, arrived.message
    return Letter(
        message.topic,
        word.reason,
        word.detail,
        to_json(raw),
        message.heard,
        topic.ward,
        topic.node,
        arrived.batch.epoch,
        word.seq,
    )


def _sign(batch: BatchHead, told: Sequence[Told], heard: datetime) -> nodes.Sign:
    health = [word.record.body for word in told if isinstance(word.record.body, Health)]
    newest = None if not health or batch.backlog else health[-1].model_dump(mode="json")
    return nodes.Sign(batch.node, heard, batch.clock.model_dump(mode="json"), newest)


def _facts(told: Iterable[Told]) -> list[Fact]:
    return [
        Fact(
            body=word.record.body,
            ward=word.ward,
            node=word.node,
            captured=word.record.captured,
            heard=word.heard,
            late=word.late,
            time_doubtful=word.doubtful,
        )
        for word in told
        if isinstance(word.record.body, Event | Reading)
    ]
