"""The centre as a process: it loads no pixels, answers a node over a real broker, ends when told, comes back."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from central import config, registry
from central.store import registry as registered
from central.store import schema as tables
from central.store.database import Database
from streams.broker import Broker, connect
from streams.wire.codec import decode
from streams.wire.messages import Receipt
from streams.wire.records import Health
from tests.central.test_config import CENTRE, town
from tests.central.town import CITY, NOW, Box, count
from tests.parts.mosquitto import Mosquitto, free_port
from tests.parts.until import until

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)
ROOT = Path(__file__).parents[2]


@contextmanager
def centre(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    program = "import sys; from central.commands import app; app(sys.argv[1:])"
    process = subprocess.Popen([sys.executable, "-c", program, "run", "--config", str(path)], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def configured(folder: Path, url: str, broker: Mosquitto) -> Path:
    address = make_url(url).render_as_string(hide_password=False)
    text = CENTRE.replace("sqlite:///{folder}/var/wardsense.db", address)
    text = text.replace("client_id: centre", f"client_id: centre, port: {broker.port}")
    return town(folder, text + f"http: {{{{port: {free_port()}}}}}\n")


async def answered(box: Box, broker: Mosquitto, seqs: list[int]) -> Receipt:
    """Send these until somebody answers."""
    here = Broker(client_id=box.name, port=broker.port, persistent=False)
    async with asyncio.timeout(30), connect(here, [f"wardsense/v1/+/{box.name}/receipt"]) as line:
        message = box.batch(seqs)
        messages = line.messages()
        while True:
            await line.publish(message.topic, message.payload)
            try:
                async with asyncio.timeout(0.5):
                    _, payload = await anext(messages)
            except TimeoutError:
                messages = line.messages()
                continue
            return decode(Receipt, payload)


def test_the_centre_sees_words_and_never_pixels() -> None:
    banned = "{'cv2', 'numpy', 'onnxruntime', 'av', 'scipy', 'models', 'edge'}"
    program = f"import sys, central.app; print(sorted({banned} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_what_a_node_sends_over_a_real_broker_is_stored_and_receipted_across_a_kill(
    database: Database, url: str, tmp_path: Path
) -> None:
    with database.writing() as connection:
        registered.apply(connection, registry.read(CITY, "city.yaml"), NOW, "import")
    box = Box()
    box.make(HEALTH, HEALTH, HEALTH)
    with Mosquitto() as broker:
        path = configured(tmp_path, url, broker)
        assert config.read(path).central.broker.port == broker.port
        with centre(path) as process:
            assert asyncio.run(answered(box, broker, [1, 2])).upto == 2
            process.send_signal(signal.SIGKILL)
        with centre(path) as process:
            assert asyncio.run(answered(box, broker, [2, 3])).upto == 3
            process.send_signal(signal.SIGTERM)
            until(lambda: process.poll() is not None, what="the centre ending")
            assert process.returncode == 0
    assert count(database, tables.record) == 3
