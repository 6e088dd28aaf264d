"""The node's configuration file on disk: read at the start, exchanged for one from afar, and taken back.

Beside it stand `<file>.last`, the last one the node stood on, and `<file>.trial` while a new one has yet to prove
itself (`edge.trial`). The folder must be the node's to write; where it is not, orders are refused and say so.
"""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import structlog
from pydantic import ValidationError

from edge.config import NodeConfig, load
from edge.orders import IDENTITY
from edge.rewrite import remove, rewrite
from edge.trial import Step, Trial, at_start
from streams.documents import parse
from streams.wire.words import Reason

UNSTEADY: Final = (Reason(code="did_not_stay_up"),)

log = structlog.get_logger(__name__)


class ConfigFile:
    """One node's file; `own` holds the parts of it, as written, that make this box this box. Methods raise OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.last = self.path.with_name(self.path.name + ".last")
        self._trial = self.path.with_name(self.path.name + ".trial")
        self.own: dict[str, Any] = {}
        self._adopted = False
        self._turn = threading.Lock()

    def load(self) -> tuple[NodeConfig, str]:
        """The configuration and its revision. Raises DocumentRefused with every mistake."""
        config, revision = load(self.path)
        content = parse(self.path.read_text("utf-8"), str(self.path)).content
        self.own = {key: content[key] for key in IDENTITY if key in content}
        return config, revision

    def begin(self) -> Trial | None:
        """Count this start, and take back what has failed. A trial with `reasons` is over, and wants to be told."""
        trial = self._on_trial()
        if trial is None:
            return None
        match at_start(trial, self._hash()):
            case Step.FORGET:
                remove(self._trial)
                return None
            case Step.TELL:
                return trial
            case Step.TAKE_BACK:
                return self.take_back(trial, trial.reasons or UNSTEADY)
            case Step.TRY:
                self._keep(trial.started())
        return trial

    def take_back(self, trial: Trial, reasons: Sequence[Reason]) -> Trial:
        """Put the last good file in the place of the one on trial."""
        over = trial.failed(reasons)
        self._keep(over)
        rewrite(self.path, self.last.read_bytes())
        log.error("configuration taken back", revision=trial.revision, reasons=[reason.code for reason in reasons])
        return over

    def adopt(self, revision: str, text: str) -> None:
        """Put this in the place of the file, on trial; the last good one is kept."""
        content = text.encode()
        with self._turn:
            if self._on_trial() is None:
                rewrite(self.last, self.path.read_bytes())
                self.last.chmod(self.path.stat().st_mode)
            self._keep(Trial(revision=revision, sha256=hashlib.sha256(content).hexdigest()))
            rewrite(self.path, content)
            self._adopted = True

    def proven(self) -> None:
        """The node stands on what it was started with, or its failure is told: the trial is over."""
        with self._turn:
            if not self._adopted and self._trial.exists():
                remove(self._trial)

    def _on_trial(self) -> Trial | None:
        try:
            return Trial.model_validate_json(self._trial.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as broken:
            log.warning("trial not understood", file=str(self._trial), why=str(broken))
            return None

    def _keep(self, trial: Trial) -> None:
        rewrite(self._trial, trial.model_dump_json().encode())

    def _hash(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()
