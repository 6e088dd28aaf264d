"""Both ends of the ledger in one state machine, with a network, a disk and a database that do their worst.

What must hold is said in `books_balance`, `next_look_is_told` and `hear` and, once everything has healed, `teardown`.
"""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from streams.wire.ledger import Intake
from streams.wire.messages import Receipt, Why
from tests.wire.box import BORN, Box, Disk, Fact, Message
from tests.wire.centre import Centre

KINDS = ("event", "reading", "tally", "tally", "health")
QUALITIES = ("good",) * 12 + ("bad", "poison")
WORKERS = (1, 2)
STEPS_S = (0.1, 1.0, 3.0, 11.0, 61.0, 400.0)
facts = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(QUALITIES)), min_size=1, max_size=10)
which = st.integers(0, 1000)


class TwoEnds(RuleBasedStateMachine):
    """A node, a network, a centre."""

    def __init__(self) -> None:
        super().__init__()
        self.box = self.new_box()
        self.centre = self.new_centre()
        self.now = 0.0
        self.online = True
        self.up: list[Message] = []
        self.tokens = 0

    def new_box(self) -> Box:
        return Box(capacity=12)

    def new_centre(self) -> Centre:
        return Centre()

    # -- the node ---------------------------------------------------------------------------------------------

    @initialize(what=facts)
    def begin(self, what: list[tuple[str, str]]) -> None:
        self.the_line_heals()
        self.make(what, commit=True)

    @rule(what=facts, commit=st.sampled_from((True, True, False)))
    def make(self, what: list[tuple[str, str]], *, commit: bool) -> None:
        for kind, quality in what:
            self.tokens += 1
            self.box.fresh.append(Fact(self.tokens, kind, bad=quality == "bad", poison=quality == "poison"))
        if commit:
            self.box.commit()

    @precondition(lambda self: self.online)
    @rule(batches=st.integers(1, 4))
    def send(self, batches: int) -> None:
        for _ in range(batches):
            if (message := self.box.send(self.now)) is not None:
                self.up.append(message)

    @rule(step=st.sampled_from(STEPS_S))
    def time_passes(self, step: float) -> None:
        self.now += step

    @precondition(lambda self: self.online)
    @rule()
    def the_line_breaks(self) -> None:
        self.online = False

    @precondition(lambda self: not self.online)
    @rule()
    def the_line_heals(self) -> None:
        self.online = True
        self.box.delivery.connected(self.now)

    @rule(commit=st.booleans(), rots=st.none() | which)
    def restart(self, *, commit: bool, rots: int | None) -> None:
        if commit:
            self.box.commit()
        if rots is not None:
            self.box.rot(rots)
        self.now += 1.0
        self.box.start(self.now)
        self.the_line_heals()

    @precondition(lambda self: self.box.copies)
    @rule(index=which, connect=st.booleans())
    def roll_back(self, index: int, *, connect: bool) -> None:
        self._bring_back(self.box.copies[-1 - index % len(self.box.copies)])
        self.online = connect
        if connect:
            self.the_line_heals()

    @precondition(lambda self: self.box.copies)
    @rule(index=which, missing=which)
    def restore_a_copy_without_an_epoch(self, index: int, missing: int) -> None:
        copy = dict(self.box.copies[index % len(self.box.copies)])
        copy.pop(list(copy)[missing % len(copy)])
        self._bring_back(copy)
        self.the_line_heals()

    # -- the network ------------------------------------------------------------------------------------------

    @precondition(lambda self: self.up)
    @rule(index=which)
    def lose_a_batch(self, index: int) -> None:
        self.up.pop(index % len(self.up))

    @precondition(lambda self: self.centre.outgoing)
    @rule(index=which)
    def lose_a_receipt(self, index: int) -> None:
        self.centre.outgoing.pop(index % len(self.centre.outgoing))

    @precondition(lambda self: self.centre.outgoing)
    @rule(index=which, repeat=st.booleans())
    def deliver_a_receipt(self, index: int, *, repeat: bool) -> None:
        at = index % len(self.centre.outgoing)
        self.hear(self.centre.outgoing[at] if repeat else self.centre.outgoing.pop(at))

    def hear(self, receipt: Receipt) -> None:
        """The node may delete only what the centre has: stored or dead-lettered, the very same fact."""
        tables = self.centre.tables
        intake = tables.intakes.get(receipt.epoch, Intake(receipt.epoch, receipt.session))
        for span in ((1, receipt.upto), *receipt.have):
            for seq in range(span[0], span[1] + 1):
                kept = (receipt.epoch, seq) in tables.stored or (receipt.epoch, seq) in tables.dead
                given_up = any(seq in ranges for ranges in (intake.lost, intake.merged, intake.aside))
                assert kept or given_up, f"a receipt covers {seq}, which nobody has"
        for key, fact in self.box.hear(receipt, self.now).items():
            assert fact in (tables.stored.get(key), tables.dead.get(key)), f"{key} deleted, and the centre has it not"

    # -- the centre -------------------------------------------------------------------------------------------

    @precondition(lambda self: self.up and self.centre.locked_by is None)
    @rule(worker=st.sampled_from(WORKERS), index=which, repeat=st.booleans())
    def take_a_batch(self, worker: int, index: int, *, repeat: bool) -> None:
        if worker not in self.centre.workers:
            at = index % len(self.up)
            self.centre.begin(worker, self.up[at] if repeat else self.up.pop(at), self.now)

    @precondition(lambda self: self.centre.locked_by is not None)
    @rule()
    def commit(self) -> None:
        if self.centre.locked_by is not None:
            self.centre.commit(self.centre.locked_by)

    @precondition(lambda self: any(self.centre.may_publish(worker) for worker in WORKERS))
    @rule(worker=st.sampled_from(WORKERS))
    def publish(self, worker: int) -> None:
        if self.centre.may_publish(worker):
            self.centre.publish(worker)

    @precondition(lambda self: self.centre.workers)
    @rule(index=which)
    def a_worker_dies(self, index: int) -> None:
        workers = list(self.centre.workers)
        self.centre.die(workers[index % len(workers)])

    @precondition(lambda self: self.online)
    @rule(batches=st.integers(1, 6))
    def a_good_moment(self, batches: int) -> None:
        """What lies about is dealt with in order, and so many more batches come through."""
        self._finish_work()
        for _ in range(batches):
            self.send(1)
            self._carry()

    # -- what must hold ---------------------------------------------------------------------------------------

    @invariant()
    def books_balance(self) -> None:
        tables = self.centre.tables
        assert not tables.again, f"stored as new twice: {tables.again}"
        assert not tables.doubled, "one box is not two"
        for epoch, intake in tables.intakes.items():
            stored = {seq for of, seq in tables.stored if of == epoch}
            dead = {seq for of, seq in tables.dead if of == epoch}
            lots = [stored, dead, set(intake.lost), set(intake.merged), set(intake.aside), set(intake.outstanding)]
            assert sum(map(len, lots)) == intake.made, f"{epoch}: {intake.made} made, in lots {lots}"
            assert set().union(*lots) == set(range(1, intake.next)), "nothing is in two lots"
            assert (intake.stored, intake.dead) == (len(stored), len(dead)), "the ledger counts what the tables hold"

    @invariant()
    def next_look_is_told(self) -> None:
        delivery = self.box.delivery
        wait = delivery.wait(self.now)
        assert (delivery.offer(self.now) is not None) == (wait == 0.0)
        assert wait <= 60.001, "a keep-alive leaves every minute"
        if wait > 0.001:
            assert delivery.offer(self.now + wait - 0.001) is None, "woke too late"
            assert delivery.offer(self.now + wait + 0.001) is not None, "woke for nothing"

    def teardown(self) -> None:
        """Everything heals and drains; then the two ends agree, and nothing committed and kept is missing."""
        self._finish_work()
        if not self.online:
            self.the_line_heals()
        for turn in range(600):
            self.send(1)
            self._carry()
            if turn % 20 == 0:
                self.make([("event", "good")], commit=True)  # a node is never quite silent
            self.books_balance()
            if turn > 40 and self._settled():
                break
            self.now += self.box.delivery.wait(self.now)
        self._agreed()

    def _settled(self) -> bool:
        owed = self.box.delivery.epochs
        done = list(owed) == [self.box.session] and owed[self.box.session].empty
        return done and not any(intake.outstanding for intake in self.centre.tables.intakes.values())

    def _agreed(self) -> None:
        tables = self.centre.tables
        assert self._settled(), f"still owed: {self.box.delivery.epochs}"
        for key, fact in self.box.committed.items():
            if fact.token not in self.box.excused:
                assert (tables.dead if fact.bad else tables.stored).get(key) == fact, f"{key} is nowhere"
        for (epoch, seq), why in self.box.given_up.items():
            intake = tables.intakes[epoch]
            everywhere = (
                intake.lost | intake.merged | intake.aside
            )  # another copy of the disk may have told another end
            lost = {Why.MERGED: intake.merged, Why.ASIDE: intake.aside}.get(why, everywhere)
            assert seq in lost or (epoch, seq) in (tables.stored | tables.dead), f"{seq} was given up: {why}"
        assert all(intake.over for epoch, intake in tables.intakes.items() if epoch != self.box.session)
        assert tables.session == self.box.session
        assert (tables.since or BORN) <= BORN + timedelta(seconds=self.now)

    def _bring_back(self, disk: Disk) -> None:
        self.now += 1.0
        self.box.bring_back(disk, self.now)

    def _finish_work(self) -> None:
        for worker in WORKERS:
            if self.centre.locked_by == worker:
                self.centre.commit(worker)
            if self.centre.may_publish(worker):
                self.centre.publish(worker)
        self._carry()

    def _carry(self) -> None:
        while self.up:
            self.centre.begin(1, self.up.pop(0), self.now)
            if self.centre.locked_by == 1:
                self.centre.commit(1)
                self.centre.publish(1)
        while self.centre.outgoing:
            self.hear(self.centre.outgoing.pop(0))
