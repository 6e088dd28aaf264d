import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.catalogue import Entry, Head
from models.fetch import FetchFailed, Held, pull, verify

CONTENT = os.urandom(300_000)


class Upstream(ThreadingHTTPServer):
    """A real web server of one file; `breaks` holds after how many bytes each coming answer breaks off."""

    content = CONTENT
    ranges = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.breaks: list[int] = []
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/tiny.onnx"


class Answer(BaseHTTPRequestHandler):
    """Answers GET with the file or the range asked for."""

    server: Upstream

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.server.asked.append(asked)
        if self.path != "/tiny.onnx":
            self.send_error(404)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.server.ranges else 0
        whole, rest = len(self.server.content), self.server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.server.breaks.pop(0)] if self.server.breaks else rest)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name http.server calls
        pass


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def entry(entry_for: Callable[..., Entry], upstream: Upstream) -> Entry:
    return entry_for(CONTENT, Head.YOLOX, sources=[upstream.address])


def test_a_model_comes_from_upstream_and_tells_how_far_it_is(entry: Entry, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = pull(entry, tmp_path / "store", progress=lambda here, whole: told.append((here, whole)))
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [here for here, _ in told] == sorted(here for here, _ in told)
    assert verify(entry, tmp_path / "store") is Held.GOOD
    assert list((tmp_path / "store").iterdir()) == [path]


def test_what_is_there_and_good_is_not_fetched_again(entry: Entry, tmp_path: Path, upstream: Upstream) -> None:
    pull(entry, tmp_path)
    pull(entry, tmp_path)
    assert len(upstream.asked) == 1


def test_a_download_that_breaks_off_goes_on_where_it_stopped(entry: Entry, tmp_path: Path, upstream: Upstream) -> None:
    upstream.breaks = [100_000, 50_000]
    assert pull(entry, tmp_path).read_bytes() == CONTENT
    assert upstream.asked == ["", "bytes=100000-", "bytes=150000-"]


def test_what_an_earlier_run_left_is_taken_up(entry: Entry, tmp_path: Path, upstream: Upstream) -> None:
    (tmp_path / "tiny.onnx.part").write_bytes(CONTENT[:1234])
    assert pull(entry, tmp_path).read_bytes() == CONTENT
    assert upstream.asked == ["bytes=1234-"]


def test_a_line_that_brings_nothing_more_ends_with_what_to_do(entry: Entry, tmp_path: Path, upstream: Upstream) -> None:
    upstream.breaks = [100_000, 0]
    with pytest.raises(FetchFailed, match="Run the same command again"):
        pull(entry, tmp_path)
    assert (tmp_path / "tiny.onnx.part").stat().st_size == 100_000
    assert verify(entry, tmp_path) is Held.ABSENT


def test_a_server_without_ranges_is_asked_for_the_whole_again(entry: Entry, tmp_path: Path, upstream: Upstream) -> None:
    upstream.ranges = False
    (tmp_path / "tiny.onnx.part").write_bytes(b"something else")
    assert pull(entry, tmp_path).read_bytes() == CONTENT


def test_a_part_of_another_file_is_thrown_away_and_fetched_anew(
    entry: Entry, tmp_path: Path, upstream: Upstream
) -> None:
    (tmp_path / "tiny.onnx.part").write_bytes(b"x" * 5000)
    assert pull(entry, tmp_path).read_bytes() == CONTENT
    assert upstream.asked == ["bytes=5000-", ""]


def test_a_file_of_another_hash_never_takes_the_name(entry: Entry, tmp_path: Path, upstream: Upstream) -> None:
    upstream.content = os.urandom(len(CONTENT))
    with pytest.raises(FetchFailed, match="another sha256"):
        pull(entry, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_sends_too_much_or_too_little_is_refused(
    entry: Entry, tmp_path: Path, upstream: Upstream
) -> None:
    upstream.content = CONTENT + b"more"
    with pytest.raises(FetchFailed, match="more than the 300000 bytes"):
        pull(entry, tmp_path)
    upstream.content = CONTENT[:1000]
    (tmp_path / "tiny.onnx.part").unlink()
    with pytest.raises(FetchFailed, match="ended after 1000 of 300000"):
        pull(entry, tmp_path)


def test_the_next_address_is_tried_when_one_fails(entry: Entry, tmp_path: Path, upstream: Upstream) -> None:
    gone = upstream.address.replace("tiny", "gone")
    two = entry.model_copy(update={"sources": (gone, upstream.address)})
    assert pull(two, tmp_path).read_bytes() == CONTENT
    with pytest.raises(FetchFailed, match="the server answered 404"):
        pull(entry.model_copy(update={"sources": (gone,)}), tmp_path / "other")


def test_a_model_without_an_address_says_to_use_a_mirror(entry: Entry, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="--mirror"):
        pull(entry.model_copy(update={"sources": ()}), tmp_path)


@pytest.mark.parametrize("name", ["tiny.onnx", hashlib.sha256(CONTENT).hexdigest()])
def test_a_mirror_names_files_by_name_or_hash(name: str, entry: Entry, tmp_path: Path, upstream: Upstream) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / name).write_bytes(CONTENT)
    assert pull(entry, tmp_path / "store", mirror).read_bytes() == CONTENT
    assert upstream.asked == []


def test_a_mirror_without_the_file_or_with_another_says_so(entry: Entry, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match=r"has neither .* nor tiny\.onnx"):
        pull(entry, tmp_path / "store", tmp_path)
    (tmp_path / "tiny.onnx").write_bytes(b"other")
    with pytest.raises(FetchFailed, match="not the file the catalogue names"):
        pull(entry, tmp_path / "store", tmp_path)


def test_a_store_that_holds_another_file_is_told_and_mended(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "tiny.onnx").write_bytes(b"other")
    assert verify(entry, tmp_path) is Held.WRONG
    pull(entry, tmp_path)
    assert verify(entry, tmp_path) is Held.GOOD


def test_a_disk_that_will_not_take_it_gives_one_clear_error(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    with pytest.raises(FetchFailed, match="is the disk there"):
        pull(entry, tmp_path / "store")


def test_a_bundled_model_is_pulled_where_it_lies_without_a_network(
    entry_for: Callable[..., Entry], tmp_path: Path, upstream: Upstream
) -> None:
    entry, store = entry_for(CONTENT, Head.YOLOX, bundled=tmp_path / "package"), tmp_path / "store"
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "tiny.onnx").write_bytes(CONTENT)
    told: list[tuple[int, int]] = []
    for mirror in (None, tmp_path / "no-mirror"):
        assert pull(entry, store, mirror, lambda *some: told.append(some)) == tmp_path / "package" / "tiny.onnx"
    assert told == [(len(CONTENT), len(CONTENT))] * 2
    assert verify(entry, store) is Held.GOOD
    assert not store.exists()
    assert upstream.asked == []


@pytest.mark.parametrize("content", [None, b"other"])
def test_a_bundled_model_that_is_gone_or_spoilt_says_to_install_again(
    content: bytes | None, entry_for: Callable[..., Entry], tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "tiny.onnx").write_bytes(content)
    with pytest.raises(FetchFailed, match=r"comes with WardSense, and its file .* install WardSense again"):
        pull(entry_for(CONTENT, Head.YOLOX, bundled=tmp_path), tmp_path / "store")
