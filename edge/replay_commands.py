"""`wardsense edge replay`: a video through a camera's rules, and why what did not happen did not.

Ends with 0; with 1 where a truth was given and the replay is not it; with 2 for what a person has to mend.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from edge.config import ModelSetting, NodeConfig, load
from edge.eye import Glimpse
from edge.replay import Replay, models_of, of_document, of_node
from edge.replay_report import Report
from edge.replay_truth import Said, Verdict, Witnessed, rules_of, true_of
from models.session import ModelRefused
from streams import shipped
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
    store: Annotated[Path, typer.Option(help="The folder that holds the fetched models.")] = Path("var/models"),
    truth: Annotated[File, typer.Option(help="X.truth.yaml: judge the replay by it; its zones, if no --rules.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for every event and every miss.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Play a video through the real decoder, detector, tracker and rules, and say why the rest did not happen."""
    try:
        known = None if truth is None else parse(truth.read_text("utf-8"), str(truth))
        named = None if config is None else _of_config(config, camera, video, (model, catalogue, store), fps)
        if named is None:
            named = of_document(_watched(rules, known), video, models_of(model, catalogue or _listed(), store), fps)
        true = None if known is None else true_of(known, named.cameras[0].lines)
        verdict = _played(Replay(named, video), true, as_json=as_json)
    except (ModelRefused, SourceRefused, SourceLost, DocumentRefused, ValueError) as refused:
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
    config: Path, camera: str | None, video: Path, models: tuple[str | None, Path | None, Path], fps: float | None
) -> NodeConfig:
    node, _ = load(config)
    one = of_node(node, camera, video, fps)
    name, listed, store = models
    if name is None and one.models.detector is not None:
        return one
    named = models_of(name, listed or one.models.catalogue, store)
    return one.model_copy(update={"models": ModelSetting.model_validate(named)})


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


def _listed() -> Path:
    return shipped.config("models.yaml")


def _stopped(message: str) -> typer.Exit:
    _err.print(message, style="red", markup=False)
    return typer.Exit(WRONG)
