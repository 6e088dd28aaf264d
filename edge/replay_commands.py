"""`wardsense edge replay`: a video through a camera's rules, and why what did not happen did not.

Ends with 0; with 1 where a truth was given and the replay is not it; with 2 for what a person has to mend.
"""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from edge.config import ModelSetting, NodeConfig, load
from edge.eye import Glimpse
from edge.replay import Replay, models_of, of_document, of_node
from edge.replay_report import Report
from edge.replay_truth import Said, Verdict, Witnessed, rules_of, true_of
from models.cards import NoCard
from models.session import ModelRefused
from streams.documents import Document, DocumentRefused, parse
from streams.weather import SourceLost, SourceRefused

OTHERWISE: Final = 1
WRONG: Final = 2

_err = Console(stderr=True, soft_wrap=True, highlight=False)

File = Path | None


def replay(  # noqa: PLR0913, PLR0917 - each is one option of the command line
    video: Annotated[Path, typer.Argument(help="A video file.")],
    rules: Annotated[File, typer.Option(help="A file with zones, lines, watch … of one camera.")] = None,
    config: Annotated[File, typer.Option("--config", "-c", help="A node's file, in place of --rules.")] = None,
    camera: Annotated[str | None, typer.Option(help="Which camera of the node's file.")] = None,
    fps: Annotated[
        float | None, typer.Option(min=0.1, max=60, help="Looks a second; absent: as the file says.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A detector of the catalogue, or FILE.onnx with its card.")] = None,
    catalogue: Annotated[File, typer.Option(help="The catalogue; absent: this release's.")] = None,
    store: Annotated[
        File, typer.Option(help="The folder of the fetched models; absent: var/models, or the file's.")
    ] = None,
    truth: Annotated[File, typer.Option(help="X.truth.yaml: judge the replay by it; its zones, if no --rules.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for every event and every miss.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Play a video through the real decoder, detector, tracker and rules, and say why the rest did not happen."""
    try:
        known = None if truth is None else parse(truth.read_text("utf-8"), str(truth))
        given = {name: value for name, value in (("catalogue", catalogue), ("store", store)) if value is not None}
        if config is not None:
            named, beside = _of_config(config, camera, video, (model, given), fps)
        else:
            beside = ModelSetting.model_validate(given)
            named = of_document(_watched(rules, known), video, models_of(model, beside.catalogue, beside.store), fps)
        true = None if known is None else true_of(known, named.cameras[0].lines)
        verdict = _played(Replay(named, video, second=beside), true, as_json=as_json)
    except (ModelRefused, SourceRefused, SourceLost, DocumentRefused, NoCard, ValueError) as refused:
        raise _stopped(str(refused)) from None
    except OSError as error:
        raise _stopped(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None
    if verdict is not None and (verdict.missed or verdict.invented):
        raise typer.Exit(OTHERWISE)


def _watched(rules: Path | None, truth: Document | None) -> Document:
    if rules is not None:
        return parse(rules.read_text("utf-8"), str(rules))
    if truth is None:
        raise ValueError("say what is watched: --rules FILE, or --config NODE.yaml, or --truth X.truth.yaml")
    return rules_of(truth)


def _of_config(
    config: Path, camera: str | None, video: Path, models: tuple[str | None, Mapping[str, Path]], fps: float | None
) -> tuple[NodeConfig, ModelSetting]:
    """The node's camera, by the detector that is named here if one is; and where all its other models are."""
    one = of_node(load(config)[0], camera, video, fps)
    name, given = models
    beside = one.models.model_copy(update=dict(given))
    if name is None and beside.detector is not None:
        return one.model_copy(update={"models": beside}), beside
    # No picture leaves a replay, so no faces are looked for; a card would not know them.
    other = {**dict(beside), "faces": None, **models_of(name, beside.catalogue, beside.store)}
    return one.model_copy(update={"models": ModelSetting.model_validate(other)}), beside


def _played(replay_: Replay, true: Sequence[Said] | None, *, as_json: bool) -> Verdict | None:
    report, witnessed = Report(typer.echo, replay_.camera.tell, as_json=as_json), Witnessed()

    def looked(glimpse: Glimpse) -> None:
        report.looked(glimpse)
        witnessed.add(glimpse.happenings)

    with _err.status("opening") if _err.is_terminal else contextlib.nullcontext() as shown:

        def passed(seconds: float) -> None:
            if shown is not None:
                shown.update(f"{seconds:.0f} s of the video")

        played = replay_.play(looked, passed)
    verdict = None if true is None else witnessed.against(true, played.seconds)
    report.ended(played, replay_.ledger.misses(), verdict)
    return verdict


def _stopped(message: str) -> typer.Exit:
    _err.print(message, style="red", markup=False)
    return typer.Exit(WRONG)
