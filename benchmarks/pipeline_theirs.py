"""Laps of `YOLO(onnx).track(stream=True)` with ByteTrack over a film, run in the peers' environment.

Their makers' settings, but for what both sides are bound to: one thread for the network, for torch, for OpenCV and for
the film's decoder, no spinning. Suppression is the best there is: torchvision's where it loads, else OpenCV's in its
place, which is faster than what ultralytics falls back to. Run by `benchmarks.pipeline` as `python
pipeline_theirs.py NETWORK FILM CORE WIDTH HEIGHT`; it answers as `benchmarks.pipeline_ours` does.
"""

import json
import os
import sys
import types
from collections.abc import Iterator
from time import process_time
from typing import Any

os.sched_setaffinity(0, {int(sys.argv[3])})
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1"

import cv2  # noqa: E402 - after its settings
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # type: ignore[import-not-found] # noqa: E402 - of the peers' environment

spent = {"run_ms": 0.0}


class OneThread(onnxruntime.InferenceSession):  # type: ignore[misc] # its stubs call it Any
    """A session as ours is, that counts its time."""

    def __init__(self, path: Any, options: Any = None, **words: Any) -> None:  # noqa: ANN401 - what its base takes
        del options
        ours = onnxruntime.SessionOptions()
        ours.intra_op_num_threads = ours.inter_op_num_threads = 1
        ours.log_severity_level = 3
        ours.add_session_config_entry("session.intra_op.allow_spinning", "0")
        super().__init__(path, ours, **words)

    def run(self, *words: Any, **more: Any) -> Any:  # noqa: ANN401 - the same
        """The usual run."""
        before = process_time()
        found = super().run(*words, **more)
        spent["run_ms"] += (process_time() - before) * 1000
        return found


def suppression() -> str:
    """Whose suppression is used."""
    try:
        import torchvision  # type: ignore[import-not-found] # noqa: F401, PLC0415 - of the peers' environment
    except (ImportError, RuntimeError):
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        stand_in: Any = types.ModuleType("torchvision")
        stand_in.__version__, stand_in.ops = "0", types.SimpleNamespace(nms=nms)
        sys.modules["torchvision"] = stand_in
        return "OpenCV's"
    return "torchvision's"


def nms(boxes: Any, scores: Any, overlap: float) -> Any:  # noqa: ANN401 - tensors
    """As `torchvision.ops.nms`: the kept rows (K,), strongest first, of boxes (N, 4) xyxy."""
    xyxy = boxes.numpy()
    xywh = np.concatenate([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]], 1)
    kept = cv2.dnn.NMSBoxes(xywh, scores.numpy(), 0.0, float(overlap))  # type: ignore[arg-type] # its stubs know lists only; it takes arrays
    return torch.from_numpy(np.asarray(kept, np.int64).reshape(-1))


def tracked() -> Iterator[Any]:
    """The results, one a picture."""
    onnxruntime.InferenceSession = OneThread
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    print(suppression(), flush=True)
    from ultralytics import YOLO  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - after all that

    size = [int(sys.argv[5]), int(sys.argv[4])]
    network = YOLO(sys.argv[1], task="detect")
    yield from network.track(
        source=sys.argv[2], stream=True, tracker="bytetrack.yaml", imgsz=size, device="cpu", verbose=False
    )


def main() -> int:
    """Answer until the other end is closed or the film is over."""
    results = tracked()
    next(results)
    for line in sys.stdin:
        pictures, objects, began = int(line), 0, process_time()
        spent["run_ms"] = 0.0
        for _ in range(pictures):
            boxes = next(results).boxes
            objects += 0 if boxes.id is None else len(boxes.id.numpy())
        whole = (process_time() - began) * 1000
        told = {"all_ms": whole / pictures, "run_ms": spent["run_ms"] / pictures, "objects": objects / pictures}
        print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
