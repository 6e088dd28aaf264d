"""One ONNX file, opened once it is proved to be the file the catalogue names; the importer of onnxruntime.

Idea: a model decides what a city sees, so it is read into memory, hashed, and the very bytes that were hashed
are run; then its inputs and outputs are compared with what its head reads, so that a wrong file is refused by
name at the door and does not become silent nonsense in the queue.
Threads do not spin: a spinning pool burns the cores that decode video. One single-threaded session per core
beats one session with many threads (DESIGN section 4).
Limits: external-data models (weights beside the file) are refused, because their hash proves nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as states

from models.catalogue import Entry, Head
from models.decode import Shape, expected
from models.providers import KNOWN, Provider
from models.shape import Canvas, Letterbox

SIZES = "orig_target_sizes"
DETR_OUTPUTS = ("labels", "boxes", "scores")
ERRORS_ONLY = 3
FLOATS, BYTES = "tensor(float)", "tensor(uint8)"
WARM_UP_RUNS = 2
GREY = 114

REFUSALS = (
    states.EPFail,
    states.Fail,
    states.InvalidArgument,
    states.InvalidGraph,
    states.InvalidProtobuf,
    states.NoModel,
    states.NotImplemented,
    states.RuntimeException,
)


class Reason(StrEnum):
    """Why a model was refused."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    HASH = "hash-differs"
    NOT_ONNX = "not-onnx"
    SHAPE = "wrong-shape"
    PROVIDER = "no-such-provider"
    RUN = "does-not-run"


class ModelRefused(Exception):  # noqa: N818  named for what happened, like the other refusals of this house
    """A model that will not be run: `reason` for programs, the message for the person who mends it."""

    def __init__(self, reason: Reason, model: str, what: str) -> None:
        self.reason = reason
        self.model = model
        self.what = what
        super().__init__(f"{model}: {what}")

    def __reduce__(self) -> tuple[type["ModelRefused"], tuple[Reason, str, str]]:
        """So that it comes whole out of another process."""
        return ModelRefused, (self.reason, self.model, self.what)


class Session:
    """The opened file of `entry`. Raises ModelRefused when it is not that file or not of that form.

    `threads` work on one picture; `provider` runs it, and is refused where it is not installed.
    """

    def __init__(self, entry: Entry, path: Path, threads: int = 1, provider: Provider = Provider.CPU) -> None:
        self.entry = entry
        self._session = _opened(entry, _proved(entry, path), threads, provider)
        self._outputs = list(DETR_OUTPUTS) if entry.head is Head.DETR else [o.name for o in self._session.get_outputs()]
        self._picture = self._session.get_inputs()[0].name
        self._extra = self._sizes()
        self._compare_declared()

    def letterbox(self) -> Letterbox:
        """A new canvas of the form this file wants: floats, or bytes where it was rearranged for them."""
        return Letterbox(self.entry.input, in_bytes=self._session.get_inputs()[0].type == BYTES)

    def run(self, canvas: Canvas) -> list[NDArray[Any]]:
        """The raw outputs of one canvas of `letterbox`, in the order the head reads them."""
        found: list[NDArray[Any]] = self._session.run(self._outputs, self.feed(canvas))
        return found

    def feed(self, canvas: Canvas) -> dict[str, NDArray[Any]]:
        """All inputs of the network by name, for this canvas; nothing is copied."""
        return {self._picture: canvas, **self._extra}

    def warm_up(self, letterbox: Letterbox) -> None:
        """Run it on grey, for the first runs are the slow ones, and compare its answers with what its head reads.

        That proves the sizes a file leaves open. Raises ModelRefused.
        """
        want = self.entry.input
        canvas, _ = letterbox.fill(np.full((want.height, want.width, 3), GREY, np.uint8))
        for _ in range(WARM_UP_RUNS):
            try:
                outputs = self.run(canvas)
            except (*REFUSALS, RuntimeError) as wrong:  # RuntimeError: OpenVINO's
                why = " ".join(str(wrong).split())
                raise ModelRefused(Reason.RUN, self.entry.name, f"does not run: {why}") from wrong
            for name, found, wanted in zip(self._outputs, outputs, self._expected(), strict=True):
                self._same(f"output {name!r}", found.shape, wanted)

    def _sizes(self) -> Mapping[str, NDArray[np.int64]]:
        if self.entry.head is not Head.DETR:
            return {}
        # Boxes come back scaled by these, so the canvas itself is asked for: one inverse serves every head.
        return {SIZES: np.array([[self.entry.input.width, self.entry.input.height]], np.int64)}

    def _expected(self) -> tuple[Shape, ...]:
        return expected(self.entry.head, self.entry.input, len(self.entry.labels.names))

    def _compare_declared(self) -> None:
        inputs, want = self._session.get_inputs(), self.entry.input
        names = [declared.name for declared in inputs[1:]]
        if names != list(self._extra):
            raise self._refused(f"wants the further inputs {names}, head {self.entry.head} gives {list(self._extra)}")
        form = {FLOATS: (1, 3, want.height, want.width), BYTES: (1, want.height, want.width, 3)}.get(inputs[0].type)
        if form is None:
            raise self._refused(f"input {self._picture!r} is {inputs[0].type}, neither float32 nor uint8")
        self._same(f"input {self._picture!r}", inputs[0].shape, form)
        declared = {output.name: output.shape for output in self._session.get_outputs()}
        if len(self._outputs) != len(self._expected()) or not declared.keys() >= set(self._outputs):
            raise self._refused(f"gives the outputs {list(declared)}, not those of head {self.entry.head}")
        for name, wanted in zip(self._outputs, self._expected(), strict=True):
            self._same(f"output {name!r}", declared[name], wanted)

    def _same(self, where: str, found: Sequence[int | str | None], want: Shape) -> None:
        free = all(not isinstance(a, int) or b is None or a == b for a, b in zip(found, want, strict=False))
        if len(found) != len(want) or not free:
            raise self._refused(f"{where} is {list(found)}, head {self.entry.head} reads {list(want)}")

    def _refused(self, what: str) -> ModelRefused:
        return ModelRefused(Reason.SHAPE, self.entry.name, f"{what}; is the catalogue entry for another export?")


def _proved(entry: Entry, path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError as gone:
        what = f"there is no {path}; fetch it with `wardsense models pull {entry.name}`"
        raise ModelRefused(Reason.MISSING, entry.name, what) from gone
    except OSError as wrong:
        raise ModelRefused(Reason.UNREADABLE, entry.name, f"{path} cannot be read: {wrong}") from wrong
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256:
        what = f"{path} has sha256 {found}, the catalogue says {entry.sha256}; delete it and pull it again"
        raise ModelRefused(Reason.HASH, entry.name, what)
    return content


def _opened(entry: Entry, content: bytes, threads: int, provider: Provider) -> Any:  # noqa: ANN401  one of two runtimes, alike in form
    if not KNOWN[provider].names:
        return _opened_by_openvino(entry, content, threads, provider)
    there = ort.get_available_providers()
    if KNOWN[provider].names[0] not in there:
        raise _absent(entry, provider, f"ONNX Runtime has {', '.join(there)} here")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    options.enable_mem_pattern = False  # as fast without it, and a third of a session's memory less (YOLOX-nano)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(content, options, providers=list(KNOWN[provider].names))
    except REFUSALS as wrong:
        raise ModelRefused(Reason.NOT_ONNX, entry.name, f"ONNX Runtime cannot open it: {wrong}") from wrong
    if session.get_providers()[0] != KNOWN[provider].names[0]:
        # ONNX Runtime falls back by itself, with a warning, when a library of the card's is missing.
        raise _absent(entry, provider, f"ONNX Runtime fell back to {session.get_providers()[0]}")
    return session


def _opened_by_openvino(entry: Entry, content: bytes, threads: int, provider: Provider) -> Any:  # noqa: ANN401  the same
    try:
        from models.openvino_network import NotOpened, OpenVinoNetwork  # noqa: PLC0415  an extra few boxes have
    except ModuleNotFoundError as absent:
        raise _absent(entry, provider, f"there is no module {absent.name}") from absent
    try:
        return OpenVinoNetwork(content, threads, bfloat16=provider is Provider.OPENVINO_BF16)
    except NotOpened as wrong:
        raise ModelRefused(Reason.PROVIDER, entry.name, str(wrong)) from wrong


def _absent(entry: Entry, provider: Provider, why: str) -> ModelRefused:
    what = f"the provider {provider} is not installed here ({why}): {KNOWN[provider].install}"
    return ModelRefused(Reason.PROVIDER, entry.name, what)
