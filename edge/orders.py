"""What the centre may ask of a node, weighed: configurations and commands. Pure; `edge.obeying` does what is decided.

A configuration is read exactly as the node's own file would be, and refused with every mistake. What makes this box
this box (its id, its ward, its broker, its folder, its centre, its journal) is set by the person who installed it, and
so is whether films stay on it (`clips`): a body may leave these out, or repeat them, and not change them; a box told
to call another broker could never be called back. Secrets are named, never sent, and only files in folders that
already hold some: else any file's first line could be sent to anybody as a password. A command runs at most once,
ever: its id stands in a journal before it runs, and when the journal is full the ids it forgets become a floor,
because ids are in the order of time.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict

from edge.config import NodeConfig, understand
from streams.documents import DocumentRefused, Mistake
from streams.wire.canonical import sha256_of
from streams.wire.messages import Command, Config
from streams.wire.records import Outcome, Reply
from streams.wire.words import Ordered, Reason

IDENTITY: Final = ("node", "ward", "data", "broker", "centre", "made_journal", "clips")
SECRET_FILES: Final = frozenset({"password_file", "secret_file", "key_file", "cert_file"})
VERBS: Final = frozenset({"ping", "report", "relearn"})
MOST_REASONS: Final = 100
MOST_COMMANDS: Final = 1000
MOST_ANSWERED: Final = 200
MOST_WHERE: Final = 80
MOST_MESSAGE: Final = 160  # a hundred of these, each letter escaped, still fit into one record
HEADING: Final = "# Written by this node, from the centre. The one before stands beside it, with .last at its end.\n"


@dataclass(frozen=True, slots=True)
class Running:
    """What this node runs on now: its configuration, and the parts of the file that make this box this box."""

    config: NodeConfig
    own: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Adopt:
    """A good configuration, as the text of the file to write."""

    revision: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """A command to run now, once."""

    command: Command


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing to do or to answer; `why` is for the log."""

    why: str


class Journal(BaseModel):
    """What has been answered and run, as it stands on disk. Bounded; made anew at each step, never changed."""

    model_config = ConfigDict(frozen=True)

    answered: tuple[str, ...] = ()
    begun: tuple[Ordered, ...] = ()
    commands: tuple[Ordered, ...] = ()
    floor: Ordered | None = None

    def knows(self, id_: Ordered) -> bool:
        """Whether this command has been dealt with, or may have been before what the journal remembers."""
        return id_ in self.commands or (self.floor is not None and id_ <= self.floor)

    def with_answered(self, order: Config) -> "Journal":
        """This configuration has its answer."""
        return self.model_copy(update={"answered": (*self.answered, mark(order))[-MOST_ANSWERED:]})

    def with_begun(self, id_: Ordered) -> "Journal":
        """This command is about to run."""
        known = sorted({*self.commands, id_})
        forgotten = known[: max(0, len(known) - MOST_COMMANDS)]
        floor = forgotten[-1] if forgotten else self.floor
        return self.model_copy(
            update={"commands": tuple(known[len(forgotten) :]), "floor": floor, "begun": (*self.begun, id_)}
        )

    def with_ended(self, id_: Ordered) -> "Journal":
        """This command has run, and its reply is in the outbox."""
        return self.model_copy(update={"begun": tuple(begun for begun in self.begun if begun != id_)})


def mark(order: Config) -> str:
    """What tells one order from another; who sent it and when does not."""
    return sha256_of({"revision": order.revision, "sha256": order.sha256, "body": order.body})


def weigh_config(order: Config, running: Running, journal: Journal) -> Adopt | Reply | Pass:
    """What to do about a configuration."""
    if order.node != running.config.node:
        return Pass("for another node")
    if mark(order) in journal.answered:
        return Pass("answered already")
    if (actual := sha256_of(order.body)) != order.sha256:
        return _refused(order, [Reason(code="wrong_sha256", params={"actual": actual})])
    return _weigh_body(order, running)


def weigh_command(order: Command, node: str, journal: Journal, now: datetime) -> Run | Reply | Pass:
    """What to do about a command."""
    if order.node != node:
        return Pass("for another node")
    if journal.knows(order.id):
        return Pass("delivered before")
    if order.expires <= now:
        return Reply(outcome=Outcome.EXPIRED, command=order.id)
    if order.verb not in VERBS:
        unknown = Reason(code="unknown_verb", params={"verb": order.verb})
        return Reply(outcome=Outcome.REFUSED, command=order.id, reasons=(unknown,))
    return Run(order)


def left_begun(journal: Journal) -> list[Reply]:
    """What to say of commands that had begun when the node fell: nobody knows how far they came."""
    why = (Reason(code="restarted"),)
    return [Reply(outcome=Outcome.FAILED, command=id_, reasons=why) for id_ in journal.begun]


def reasons(mistakes: Sequence[Mistake]) -> list[Reason]:
    """A reason for each mistake of a document."""
    return [_reason("config_mistake", one.where, message=one.message[:MOST_MESSAGE]) for one in mistakes]


def _weigh_body(order: Config, running: Running) -> Adopt | Reply:
    told = {**running.own, **order.body, "revision": order.revision}
    text = HEADING + yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
    try:
        wanted = understand(text, "config")
    except DocumentRefused as refused:
        return _refused(order, [*reasons(refused.mistakes), *_secrets(order.body)])
    if wrong := [*_fixed(wanted, running.config), *_secrets(order.body)]:
        return _refused(order, wrong)
    if wanted == running.config:  # it runs already: the node fell between the file and the answer
        return Reply(outcome=Outcome.APPLIED, config_rev=order.revision)
    return Adopt(order.revision, text)


def _refused(order: Config, wrong: Sequence[Reason]) -> Reply:
    told = tuple(wrong)
    if len(told) > MOST_REASONS:
        more = Reason(code="more_reasons", params={"count": len(told) - MOST_REASONS + 1})
        told = (*told[: MOST_REASONS - 1], more)
    return Reply(outcome=Outcome.REFUSED, config_rev=order.revision, reasons=told)


def _fixed(wanted: NodeConfig, running: NodeConfig) -> Iterator[Reason]:
    for key in IDENTITY:
        if getattr(wanted, key) != getattr(running, key):
            yield _reason("fixed_on_this_box", key)
    known = {_folder(file) for _, file in _secret_files(running.model_dump())}
    for where, file in _secret_files(wanted.model_dump()):
        if where.partition(".")[0] not in IDENTITY and _folder(file) not in known:
            yield _reason("fixed_on_this_box", where)


def _secret_files(part: Any, where: str = "") -> Iterator[tuple[str, Path]]:  # noqa: ANN401 - any part of a model
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list | tuple) else ()
    for key, value in inner:
        at = f"{where}.{key}" if where else str(key)
        if key in SECRET_FILES and value is not None:
            yield at, Path(value)
        else:
            yield from _secret_files(value, at)


def _folder(file: Path) -> str:
    return posixpath.dirname(posixpath.normpath(file.as_posix()))


def _secrets(part: Any, where: str = "") -> Iterator[Reason]:  # noqa: ANN401 - any part of a JSON body
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inner:
        at = f"{where}.{key}" if where else str(key)
        if key == "password" and value is not None:
            yield _reason("holds_a_secret", at)
        else:
            yield from _secrets(value, at)


def _reason(code: str, where: str, **params: str) -> Reason:
    return Reason(code=code, params={"where": where[:MOST_WHERE], **params})
