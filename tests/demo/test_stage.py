"""The files of the stage: what both programs read of them, who may read the secrets, and what is refused."""

import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from demo.broker import Wanted, command, find
from demo.place import FolderRefusedError
from demo.ports import PortTakenError, free_port
from demo.scenes import Street, Videos, choose
from demo.settling_in import children_of, write_passwords
from demo.stage import INVITED, NODE, PEOPLE, Setting, Stage, build
from tests.conftest import ROOT
from tests.parts import small_street, steady_eye

DRAWN = choose([], None, None, Street.DRAWN)


@contextmanager
def staged(folder: Path, broker: Wanted = Wanted.AMQTT, videos: Videos = DRAWN) -> Iterator[Stage]:
    stage = build(Setting(folder, free_port(), broker=broker), videos)
    with stage:
        yield stage


def accepted(stage: Stage, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(stage.wardsense(*words), capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("broker", [Wanted.AMQTT, Wanted.MOSQUITTO])
def test_both_programs_accept_the_files_written_for_them(tmp_path: Path, broker: Wanted) -> None:
    with staged(tmp_path / "run", broker) as stage:
        stage.node_secret.write_text(
            "s3cret\n", encoding="utf-8"
        )  # as `central node-secret` prints it, once there is a centre
        edge = accepted(stage, "edge", "check", "--config", str(stage.node_file))
        assert edge.returncode == 0, edge.stdout + edge.stderr
        assert "good (3 cameras, 2 sensors)" in " ".join(edge.stdout.split())
        central = accepted(stage, "central", "check", "--config", str(stage.central_file))
        assert central.returncode == 0, central.stdout + central.stderr
        assert "2 wards, 1 nodes" in central.stdout


def test_a_clip_with_a_truth_is_watched_by_a_bundled_detector_as_both_programs_accept(tmp_path: Path) -> None:
    """The twin, on small inputs, of the street and the detector that come with WardSense."""
    eye = steady_eye.write(tmp_path / "eye", bundled=True)
    videos = choose([str(small_street.write(tmp_path / "clips"))], eye["detector"], None)
    with staged(tmp_path / "run", videos=videos) as stage:
        stage.node_secret.write_text("s3cret\n", encoding="utf-8")
        told = yaml.safe_load(stage.node_file.read_text("utf-8"))
        told["models"] |= {"catalogue": eye["catalogue"]}
        stage.node_file.write_text(yaml.safe_dump(told), encoding="utf-8")
        edge = accepted(stage, "edge", "check", "--config", str(stage.node_file))
        assert edge.returncode == 0, edge.stdout + edge.stderr
        central = accepted(stage, "central", "check", "--config", str(stage.central_file))
        assert central.returncode == 0, central.stdout + central.stderr


def test_five_videos_are_five_registered_cameras(tmp_path: Path) -> None:
    videos = choose([f"rtsp://camera-{index}/stream" for index in range(5)], None, None)
    with staged(tmp_path / "run", videos=videos) as stage:
        (node,) = yaml.safe_load((stage.folder / "city.yaml").read_text("utf-8"))["nodes"].values()
        told = yaml.safe_load(stage.node_file.read_text("utf-8"))["cameras"]
        assert {camera["id"] for camera in told} == set(node["cameras"])
        central = accepted(stage, "central", "check", "--config", str(stage.central_file))
        assert central.returncode == 0, central.stderr


@pytest.mark.parametrize("broker", [Wanted.AMQTT, Wanted.MOSQUITTO])
def test_nobody_but_the_owner_reads_anything_secret(tmp_path: Path, broker: Wanted) -> None:
    old = os.umask(0)  # the most careless one
    try:
        with staged(tmp_path / "run", broker) as stage:
            write_passwords(stage)
            assert stat.S_IMODE(stage.folder.stat().st_mode) == 0o700
            files = [path for path in stage.folder.rglob("*") if path.is_file() and path != Path(stage.mark.name)]
            assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    finally:
        os.umask(old)


def test_the_broker_keeps_hashes_and_each_program_its_own_password(tmp_path: Path) -> None:
    with staged(tmp_path / "run", Wanted.MOSQUITTO) as stage:
        kept = (stage.folder / "broker" / "passwords").read_text()
        for user, file in ((NODE, stage.node_file), ("central", stage.central_file)):
            line = yaml.safe_load(file.read_text("utf-8"))["broker"]
            assert line["username"] == user
            secret = Path(line["password_file"]).read_text().strip()
            assert len(secret) >= 16
            assert secret not in kept
            assert f"{user}:$" in kept


def test_the_broker_holds_its_users_to_what_a_city_ships(tmp_path: Path) -> None:
    with staged(tmp_path / "run", Wanted.MOSQUITTO) as stage:
        shipped = (ROOT / "deploy" / "mosquitto.acl").read_text("utf-8").splitlines()
        rules = {line for line in shipped if line and not line.startswith("#")}
        assert set((stage.folder / "broker" / "acl").read_text().splitlines()) == rules


def test_passwords_are_new_each_time_and_no_two_alike(tmp_path: Path) -> None:
    with staged(tmp_path / "run") as first:
        old = dict(first.passwords)
    with staged(tmp_path / "run") as second:
        assert set(second.passwords) == {person.login for person in PEOPLE}
        assert len({*old.values(), *second.passwords.values()}) == 2 * len(PEOPLE)


def test_a_foreign_folder_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(FolderRefusedError):
        build(Setting(tmp_path, broker=Wanted.AMQTT), DRAWN)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_port_somebody_listens_on_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} is taken"):
            build(Setting(tmp_path / "run", port), DRAWN)
    assert not (tmp_path / "run").exists()


def test_a_database_of_ones_own_stands_in_the_centres_file(tmp_path: Path) -> None:
    url = "postgresql://city@127.0.0.1/wards"
    stage = build(Setting(tmp_path / "run", database=url, broker=Wanted.AMQTT), DRAWN)
    with stage:
        assert yaml.safe_load(stage.central_file.read_text("utf-8"))["database"] == url


def test_a_video_is_watched_by_the_detector_asked_for_and_a_drawing_by_none(tmp_path: Path) -> None:
    videos = choose(["rtsp://camera/stream"], "yolox-nano-416", None)
    with staged(tmp_path / "video", videos=videos) as stage:
        assert yaml.safe_load(stage.node_file.read_text("utf-8"))["models"]["detector"] == "yolox-nano-416"
    with staged(tmp_path / "drawn") as stage:
        assert yaml.safe_load(stage.node_file.read_text("utf-8"))["models"] == {}


def test_the_children_are_broker_centre_and_node_in_that_order(tmp_path: Path) -> None:
    with staged(tmp_path / "run") as stage:
        assert list(children_of(stage)) == ["broker", "centre", "node"]


def test_amqtt_is_taken_when_asked_for_and_needs_no_files(tmp_path: Path) -> None:
    assert find(Wanted.AMQTT) is None
    assert command(None, tmp_path, 1883, {})[1:] == ["-m", "demo.broker", "1883"]
    assert list(tmp_path.iterdir()) == []


def test_mosquitto_is_taken_where_it_is_installed() -> None:
    found = find(Wanted.AUTO)
    assert found == find(Wanted.MOSQUITTO)
    assert found is not None
    assert Path(found.program).name == "mosquitto"


def test_a_built_web_client_is_served_and_an_empty_folder_is_none(tmp_path: Path) -> None:
    client = tmp_path / "dist"
    client.mkdir()
    for built in (False, True):
        if built:
            (client / "index.html").write_text("<!doctype html>", encoding="utf-8")
        stage = build(Setting(tmp_path / "run", free_port(), broker=Wanted.AMQTT, client=client), DRAWN)
        with stage:
            told = yaml.safe_load(stage.central_file.read_text("utf-8"))
            assert (stage.client, told.get("console")) == ((client, str(client)) if built else (None, None))


def test_both_ends_of_a_case_are_invited_and_somebody_of_the_other_ward() -> None:
    parts = {person.login: person for person in PEOPLE}
    desk, crew, other = (parts[login] for login in INVITED.values())
    ((role, ward),) = [grant.split("@") for grant in desk.grants]
    assert role == "operator"
    assert crew.grants == (f"field@{ward}",)
    rules = yaml.safe_load((ROOT / "configs" / "rules.yaml").read_text("utf-8"))["rules"]
    assert crew.unit == rules["loitering"]["owner"] == rules["stopped-vehicle"]["owner"], "what comes first is theirs"
    assert all(not grant.endswith(f"@{ward}") for grant in other.grants)
