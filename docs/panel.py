"""Draws docs/images/demo-panel.svg: the panel as it stands 75 seconds into a real run with kills.

    WARDSENSE_SHARED=../shared .venv/bin/python docs/panel.py

The sign-in link in the picture opens nothing: the run is over when the file is written. Rich's picture asks a content
network for its font; ours names the reader's own monospaced one instead.
"""

import asyncio
import io
import re
from typing import Final

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from demo.play import Play, Wishes
from demo.scenes import choose
from demo.stage import ROOT, Setting, build

PICTURE: Final = ROOT / "docs" / "images" / "demo-panel.svg"
FOLDER: Final = ROOT / "var" / "demo-panel"
COLUMNS, LINES, AFTER_S = 96, 32, 75.0
WISHES: Final = Wishes(headless=True, seconds=AFTER_S + 15, drive=True, kills=3, seed=5)
FORMAT: Final = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


async def draw() -> str:
    """Play, and the panel after a while as SVG."""
    stage = build(Setting(FOLDER), choose([], None, None))
    with stage:
        return await _drawn(Play(stage, WISHES, Console(stderr=True)))


async def _drawn(play: Play) -> str:
    running = asyncio.create_task(play.run())
    welcomed = asyncio.create_task(play.welcomed.wait())
    await asyncio.wait({running, welcomed}, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait({running}, timeout=AFTER_S)
    out = Console(record=True, width=COLUMNS, height=LINES, file=io.StringIO())
    out.print(play.panel(LINES))
    await running
    drawn = out.export_svg(title="wardsense demo --drive", code_format=FORMAT)
    # As long as it was, because each piece of text is stretched to a length of its own.
    return drawn.replace(str(FOLDER), "var/demo" + "&#160;" * (len(str(FOLDER)) - len("var/demo")))


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(asyncio.run(draw()), encoding="utf-8")
