"""One connection to an MQTT broker: the only module that imports the MQTT client.

`connect` opens it, and it ends in an exception that says what happens next; `streams.line` keeps one up for months.
Traps met in other people's nodes, and what is done here about each:

* The client's own reconnect keeps unacknowledged messages in memory and subscribes once: so every connection
  is a new client object, and what must not be lost is the outbox's business, never the client's.
* aiomqtt acknowledges what it hears before anybody has stored it, waits 10 s for an acknowledgement that a
  broken line cannot bring, and leaves a socket open when a connect times out or is cancelled. The delivery ledger
  covers the first; `Connection` wakes whoever waits and hangs up itself, and a thread that still knocks when its
  connect is given up hangs up once it is let in. Its waiting forgets cancellations: `answered` does it.
* Its incoming queue, when bounded, throws away what comes with a word to the log and no count, and waking a task
  for each message costs more than the message. So that queue has no bound and is emptied at every turn: what is
  heard and not yet taken is bounded, and counted, in `streams.line`.
* A clean goodbye makes the broker forget the last will, and a retained `online: true` then stands for ever:
  so an orderly close publishes the will itself first.

MQTT 3.1.1, because an in-process broker for trying out speaks nothing newer. TLS fails closed: there is no
way back to plain TCP.
"""

import asyncio
import contextlib
import math
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import aiomqtt
import aiomqtt.exceptions
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from streams.answers import answered
from streams.buffered import Buffered
from streams.host import Host
from streams.tls import Tls, trust
from streams.trouble import LineLost, LineRefused, Trouble

GOODBYE_S: Final = 2.0
INFLIGHT: Final = 100


class Heard(NamedTuple):
    """A topic, the bytes that came under it, and whether the broker kept them from before we subscribed."""

    topic: str
    payload: bytes
    retained: bool = False


class Broker(BaseModel):
    """Where the broker is and who we are to it. Saying `tls` means TLS or nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[Host, Field(min_length=1, description="Name or address of the broker")] = "127.0.0.1"
    port: Annotated[int | None, Field(ge=1, le=65535, description="1883, or 8883 with TLS, if absent")] = None
    client_id: Annotated[str, Field(min_length=1, max_length=128, description="One per connection, never shared")]
    username: Annotated[str | None, Field(description="For a node: the node's own id")] = None
    password: Annotated[SecretStr | None, Field(description="The password itself, from the environment")] = None
    password_file: Annotated[Path | None, Field(description="A file that holds the password and nothing else")] = None
    tls: Annotated[Tls | None, Field(description="Present, even empty: TLS and no plain TCP, ever")] = None
    keepalive_s: Annotated[int, Field(ge=5, le=600, description="Silence after which the line is probed")] = 20
    answer_s: Annotated[float, Field(gt=0, le=60, description="How long the broker may take to answer")] = 10.0
    persistent: Annotated[bool, Field(description="The broker keeps our subscriptions and mail while away")] = True

    @model_validator(mode="after")
    def _one_password_of_somebody(self) -> "Broker":
        if self.password is not None and self.password_file is not None:
            raise ValueError("give password or password_file, not both")
        if self.username is None and (self.password or self.password_file):
            raise ValueError("a password needs a username")
        return self


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says in our name when the line breaks, and what we say ourselves on leaving."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


class Connection:
    """One connection, from `connect`. What it raises says what happens next."""

    def __init__(self, client: "_Client", answer_s: float) -> None:
        self._client = client
        self._answer_s = answer_s
        self._waiting: set[asyncio.Timeout] = set()
        self._lost = False

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Hand a message over; at QoS 1 returns when the broker has it. Raises LineLost."""
        try:
            async with self._answer():
                await self._client.publish(topic, payload, qos, retain, timeout=math.inf)
        except aiomqtt.MqttError as error:
            raise LineLost(Trouble.DROPPED, str(error)) from error

    async def subscribe(self, filters: Sequence[str], qos: int = 1) -> None:
        """Ask for these topics. Raises LineLost, or LineRefused when the broker will not have it."""
        for topic in filters:
            try:
                async with self._answer():
                    granted = await self._client.subscribe(topic, qos, timeout=math.inf)
            except aiomqtt.MqttError as error:
                raise LineLost(Trouble.DROPPED, str(error)) from error
            except ValueError as error:
                raise LineRefused(Trouble.FORBIDDEN, f"no topic filter: {topic}") from error
            if any(getattr(code, "is_failure", False) for code in granted):
                raise LineRefused(Trouble.FORBIDDEN, f"no subscription to {topic}")

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """Topics and bytes that come in, until the line breaks: then LineLost."""
        async for heard in self.heard():
            yield heard.topic, heard.payload

    async def heard(self) -> AsyncIterator[Heard]:
        """The same, and which of them the broker had kept."""
        try:
            async for message in self._client.messages:
                yield Heard(str(message.topic), bytes(message.payload), message.retain)
                unheard = self._client._queue  # noqa: SLF001 - aiomqtt's public way takes a task for each message
                while not unheard.empty():
                    message = unheard.get_nowait()  # noqa: PLW2901 - the same message loop, without its tasks
                    yield Heard(str(message.topic), bytes(message.payload), message.retain)
        except aiomqtt.MqttError as error:
            self._lost = True
            self._wake()
            raise LineLost(Trouble.DROPPED, str(error.__cause__ or error)) from error

    async def close(self, will: Will | None) -> None:
        """Say goodbye in our own words, then hang up. Quiet when the line has gone already."""
        try:
            if will is not None and not self._lost:
                async with asyncio.timeout(GOODBYE_S):
                    await self._client.publish(will.topic, will.payload, will.qos, will.retain, timeout=math.inf)
            self._client.timeout = GOODBYE_S
            await self._client.__aexit__(None, None, None)
        except (aiomqtt.MqttError, TimeoutError):
            _hang_up(self._client)

    @contextlib.asynccontextmanager
    async def _answer(self) -> AsyncIterator[None]:
        """Wait for the broker's answer, but not a moment after the line has broken."""
        try:
            async with asyncio.timeout(0 if self._lost else self._answer_s) as deadline:
                self._waiting.add(deadline)
                try:
                    yield
                finally:
                    self._waiting.discard(deadline)
        except TimeoutError as error:
            raise LineLost(Trouble.DROPPED if self._lost else Trouble.SILENT, "no answer") from error

    def _wake(self) -> None:
        now = asyncio.get_running_loop().time()
        for deadline in self._waiting:
            deadline.reschedule(now)


@contextlib.asynccontextmanager
async def connect(
    broker: Broker, filters: Sequence[str] = (), will: Callable[[], Will] | None = None
) -> AsyncIterator[Connection]:
    """One connection, subscribed to `filters`. Raises LineLost (try again) or LineRefused (ask a person)."""
    client = _client(broker, will() if will else None)
    await _open(client)
    connection = Connection(client, broker.answer_s)
    try:
        await connection.subscribe(filters)
        yield connection
    finally:
        await connection.close(will() if will else None)


class _Client(aiomqtt.Client):
    """aiomqtt's client on a socket that is read by the bufferful, and that can be cancelled at any moment."""

    async def _wait_for(self, fut: Awaitable[Any], timeout: float | None) -> Any:  # noqa: ANN401, ASYNC109 - aiomqtt's
        try:
            return await answered(fut, self.timeout if timeout is None else timeout)
        except TimeoutError as error:
            raise aiomqtt.MqttError("no answer") from error

    given_up = False

    def _on_socket_open(self, client: Any, userdata: Any, sock: Any) -> None:  # noqa: ANN401 - paho's own types
        if self.given_up:  # by the loop, while this thread knocked: it may be closed already
            client._sock = None  # noqa: SLF001 - as below
            sock.close()
            return
        client._sock = Buffered(sock)  # noqa: SLF001 - paho has no public way to hand it a socket
        super()._on_socket_open(client, userdata, client._sock)  # noqa: SLF001 - the same


def _client(broker: Broker, will: Will | None) -> _Client:
    client = _Client(
        broker.host,
        broker.port or (8883 if broker.tls else 1883),
        username=broker.username,
        password=_password(broker),
        identifier=broker.client_id,
        protocol=aiomqtt.ProtocolVersion.V311,
        clean_session=not broker.persistent,
        timeout=broker.answer_s,
        keepalive=broker.keepalive_s,
        max_inflight_messages=INFLIGHT,
        tls_context=_trust(broker.tls) if broker.tls else None,
        will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain) if will else None,
    )
    client.pending_calls_threshold = 10 * INFLIGHT
    return client


def _password(broker: Broker) -> str | None:
    if broker.password_file is None:
        return broker.password.get_secret_value() if broker.password else None
    try:
        return broker.password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise LineRefused(Trouble.CREDENTIALS, f"password_file: {error}") from error
    except UnicodeDecodeError:
        raise LineRefused(Trouble.CREDENTIALS, f"password_file: {broker.password_file} is not UTF-8 text") from None


def _trust(tls: Tls) -> ssl.SSLContext:
    try:
        return trust(tls)
    except OSError as error:
        raise LineRefused(Trouble.UNTRUSTED, f"tls: {error}") from error


async def _open(client: _Client) -> None:
    up = False
    try:
        await client.__aenter__()
        up = True
    except aiomqtt.MqttError as error:
        raise _told_apart(error) from error
    except ValueError as error:  # a UnicodeError is one: a host that can be no name
        raise LineRefused(Trouble.UNREACHABLE, str(error)) from error
    finally:
        if not up:
            _hang_up(client)


def _told_apart(error: aiomqtt.MqttError) -> LineLost | LineRefused:
    if isinstance(error, aiomqtt.exceptions.MqttConnectError):
        code = getattr(error.rc, "value", error.rc)
        trouble = _ANSWERS.get(code if isinstance(code, int) else 0, Trouble.FORBIDDEN)
        return LineLost(trouble, str(error)) if trouble is Trouble.BUSY else LineRefused(trouble, str(error))
    match error.__context__:
        case ssl.SSLCertVerificationError():
            return LineRefused(Trouble.UNTRUSTED, str(error))
        case OSError() as cause if not isinstance(cause, TimeoutError):
            return LineLost(Trouble.UNREACHABLE, str(error))
        case _:
            return LineLost(Trouble.SILENT, str(error))


_ANSWERS: Final = {  # CONNACK return codes of MQTT 3.1.1, and the numbers paho turns them into
    **dict.fromkeys((3, 136), Trouble.BUSY),
    **dict.fromkeys((4, 134, 5, 135), Trouble.CREDENTIALS),
}


def _hang_up(client: _Client) -> None:
    """Close the socket that aiomqtt leaves open when a connect or a goodbye goes unanswered or is cancelled."""
    client.given_up = True
    paho = client._client  # noqa: SLF001 - aiomqtt has no public way to give up a connect
    if paho.socket() is not None:
        paho.disconnect()
        paho.loop_write()
