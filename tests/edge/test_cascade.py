"""Second looks in a node's file: every mistake with its line, before anything is watched."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uuid_utils.compat as uuid
import yaml
from typer.testing import CliRunner

from edge.analytics.happening import Happening, Kind, Phase
from edge.build import width_of
from edge.cascade import named, opened, second_looks
from edge.commands import WRONG, app
from edge.config import understand
from edge.privacy import WIDEST_PX
from edge.telling import Teller, Witness
from models import catalogue
from models.session import ModelRefused, Reason
from streams.documents import DocumentRefused
from streams.wire.records import ModelRef
from tests.parts import second_eyes

ZONE = {"id": "street", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
HELMET: dict[str, Any] = {"id": "helmet", "model": "helmet-cls", "of": ["motorcycle"], "tells": {"no_helmet": 0.6}}
SMOKE: dict[str, Any] = {"id": "smoke", "model": "smoke", "zones": ["street"], "tells": {"smoke": 0.5}}
RULE = {"occupancy": {"zone": "street", "over": 1, "for_s": 5, "classes": ["no_helmet"]}}


def written(folder: Path, *looks: dict[str, Any], watch: tuple[dict[str, Any], ...] = (), **models: object) -> Path:
    """A node's file with these second looks; none of its lines holds two settings."""
    camera = {"id": "cam-1", "source": {"drawn": 1}, "zones": [ZONE], "second_looks": list(looks), "watch": list(watch)}
    content = {
        "node": "node-1", "ward": "ward-1", "data": str(folder / "data"), "broker": {},
        "models": {**second_eyes.write(folder / "second"), **models}, "cameras": [camera],
    }  # fmt: skip
    file = folder / "node.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    return file


def checked(file: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", "--config", str(file)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def line_of(file: Path, start: str) -> int:
    lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
    return 1 + next(at for at, line in enumerate(lines) if line.startswith(start))


def test_second_looks_and_rules_for_what_they_find_are_good(tmp_path: Path) -> None:
    code, said = checked(written(tmp_path, HELMET, SMOKE, watch=(RULE,)))
    assert (code, "good" in said) == (0, True)


def test_a_rule_for_what_nobody_finds_is_refused(tmp_path: Path) -> None:
    code, said = checked(written(tmp_path, SMOKE, watch=(RULE,)))
    assert (code, "the detector knows no no_helmet" in said) == (WRONG, True)


@pytest.mark.parametrize(
    ("look", "start", "why"),
    [
        (HELMET | {"model": "absent"}, "model: absent", "no model 'absent' in the catalogue"),
        (HELMET | {"tells": {"no_hat": 0.6}}, "tells:", "helmet-cls knows no no_hat: it knows helmet, no_helmet"),
        (HELMET | {"of": [], "zones": ["street"]}, "zones:\n", "is a classifier, which is asked about objects"),
        (HELMET | {"blurs": True}, "blurs:", "has no boxes to blur"),
        (HELMET | {"of": ["tram"]}, "of:", "the camera's classes hold no tram: they are bicycle, bus, car"),
        (SMOKE | {"zones": ["yard"]}, "zones:", "the camera has no zone yard"),
        (HELMET | {"tells": {"motorcycle": 0.6}}, "tells:", "motorcycle is a class of the camera already"),
        (HELMET | {"of": []}, "- id: helmet", "give `of`, classes of the camera, or `zones`"),
        (HELMET | {"zones": ["street"]}, "- id: helmet", "give `of` or `zones`, not both"),
        (HELMET | {"tells": {}}, "- id: helmet", "which of the model's classes count"),
        (HELMET | {"most": 0}, "most: 0", "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_line(
    tmp_path: Path, look: dict[str, Any], start: str, why: str
) -> None:
    file = written(tmp_path, look)
    code, said = checked(file)
    assert (code, why in said) == (WRONG, True)
    place = said.index(why)
    before = said[:place].rsplit("node.yaml:", 1)[1]
    at = int(before.split(":", 1)[0])
    text = "\n".join(file.read_text("utf-8").splitlines()[at - 1 :]) + "\n"
    assert text.strip().startswith(start.strip())


def test_two_second_looks_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentRefused) as refused:
        understand(written(tmp_path, HELMET, SMOKE | {"id": "helmet"}).read_text("utf-8"), "node.yaml")
    assert "helmet is already the id of another second look" in str(refused.value)


def test_a_model_that_lies_nowhere_is_refused(tmp_path: Path) -> None:
    config = understand(written(tmp_path, HELMET, store=str(tmp_path / "nowhere")).read_text("utf-8"), "node.yaml")
    with pytest.raises(ModelRefused) as refused:
        opened(config)
    assert refused.value.reason is Reason.MISSING


def test_what_does_not_fit_a_model_is_refused_without_the_file_too(tmp_path: Path) -> None:
    config = understand(written(tmp_path, HELMET | {"tells": {"no_hat": 0.6}}).read_text("utf-8"), "node.yaml")
    with pytest.raises(ModelRefused, match="cam-1, second look helmet, tells: helmet-cls knows no no_hat"):
        opened(config)


def test_every_session_has_models_of_its_own_and_a_camera_without_second_looks_has_none(tmp_path: Path) -> None:
    config = understand(written(tmp_path, HELMET, SMOKE, sessions=2).read_text("utf-8"), "node.yaml")
    models = opened(config)
    assert models is not None
    with models.borrowed() as one, models.borrowed() as other:
        assert set(one) == set(other) == {"helmet-cls", "smoke"}
        assert one["smoke"] is not other["smoke"]
    assert second_looks(config.cameras[0], config, models)
    bare = understand(written(tmp_path).read_text("utf-8"), "node.yaml")
    assert opened(bare) is None
    assert not second_looks(bare.cameras[0], bare, None)


def test_what_one_second_model_says_is_told_under_its_name_and_what_two_say_under_the_firsts(tmp_path: Path) -> None:
    smokes = [SMOKE | {"id": f"smoke-{bound}", "tells": {"smoke": bound / 10}} for bound in (5, 3)]
    both = SMOKE | {"id": "other", "model": "brittle", "tells": {"smoke": 0.5}}
    first = ModelRef(id="street", sha256="a" * 64, threshold=0.6)

    def model_of(subject: str, *looks: dict[str, Any]) -> tuple[str, float] | None:
        config = understand(written(tmp_path, *looks).read_text("utf-8"), "node.yaml")
        models = opened(config)
        happening = Happening(
            kind=Kind.LOITERING,
            phase=Phase.OPENED,
            key=("rule", 1),
            zone="street",
            subject=subject,
            elapsed=1.0,
            score=0.9,
        )
        witness = named(Witness("cam-1", model=first), config.cameras[0], models)
        told = Teller(witness, uuid.uuid7).tell(happening, datetime(2026, 11, 23, tzinfo=UTC)).model
        entry = None if told is None or told == first else catalogue.load(config.models.catalogue)[told.id]
        assert entry is None or told is None or told.sha256 == entry.sha256
        return None if told is None else (told.id, told.threshold)

    assert model_of("no_helmet", HELMET, *smokes) == ("helmet-cls", 0.6)
    assert model_of("smoke", HELMET, *smokes) == ("smoke", 0.3)
    assert model_of("motorcycle", HELMET, *smokes) == ("street", 0.6)
    assert model_of("smoke", SMOKE, both) == ("street", 0.6)
    assert model_of("smoke", SMOKE | {"blurs": True}) == ("street", 0.6)
    assert model_of("person") == ("street", 0.6)


def test_pictures_of_which_crops_are_asked_about_are_not_made_smaller(tmp_path: Path) -> None:
    blurs = SMOKE | {"zones": [], "blurs": True}
    for look, width in ((HELMET, None), (blurs, WIDEST_PX)):
        (camera,) = understand(written(tmp_path, look).read_text("utf-8"), "node.yaml").cameras
        assert width_of(camera) == width


def test_the_second_looks_shown_in_the_guide_are_understood() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "models.md").read_text("utf-8")
    (shown,) = re.findall(r"```yaml\n(second_looks:.*?)```", guide, re.DOTALL)
    zones = [{**ZONE, "id": name} for name in ("bai-rac", "long-duong")]
    camera = {"id": "cam-1", "source": {"drawn": 1}, "zones": zones, **yaml.safe_load(shown)}
    told = {"node": "node-1", "ward": "ward-1", "broker": {}, "cameras": [camera]}
    (understood,) = understand(yaml.safe_dump(told), "guide").cameras
    assert [look.id for look in understood.second_looks] == ["helmet", "smoke", "plate"]
