"""The trained network as the files a node runs: `python -m workshop.training.export --into models/bundled`.

Idea: the average of the weights, batch normalisation folded in, as an ONNX graph of plain convolutions whose answer
has YOLOv8's layout; then the same in eight bits, calibrated on pictures it has learnt from, its head left in float
(`models.quantize`). Prints how far the graph is from the network it came from.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
import torch

from workshop.training.network import Answering, Network, Plan, folded
from workshop.training.train import KEPT, SIZE

OPSET: Final = 17
NAME: Final = "street-nano"


def main() -> None:
    """Export, and compare."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--state", type=Path, default=KEPT / "state.pt")
    told.add_argument("--into", type=Path, required=True)
    asked = told.parse_args()
    network = Network(Plan())
    network.load_state_dict(torch.load(asked.state)["ema"])
    answering = Answering(folded(network), *SIZE).eval()
    asked.into.mkdir(parents=True, exist_ok=True)
    file = asked.into / f"{NAME}.onnx"
    picture = torch.rand(1, 3, *SIZE)
    # The exporter of before: the new one wants another package and gives the same graph of plain convolutions.
    torch.onnx.export(
        answering,
        (picture,),
        str(file),
        dynamo=False,
        opset_version=OPSET,
        input_names=["pictures"],
        output_names=["answers"],
    )
    told_by_graph = onnxruntime.InferenceSession(str(file)).run(None, {"pictures": picture.numpy()})[0]
    with torch.no_grad():
        apart = float(np.abs(told_by_graph - answering(picture).numpy()).max())
    sys.stdout.write(f"{file}: {file.stat().st_size} bytes, {apart:.1e} from the network at most\n")


if __name__ == "__main__":
    main()
