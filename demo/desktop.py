"""The first page put before whoever sits at this machine, in the browser they have chosen themselves.

Only where there is a screen: on a server the standard library would start a browser for the terminal, over the panel.
A browser that stays in the foreground must not keep the demonstration from ending, so it is called from a thread
nobody waits for.
"""

import threading
import webbrowser
from collections.abc import Mapping
from typing import Final

SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY")


def has_screen(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a window can be opened, by the environment and `sys.platform`."""
    return platform == "darwin" or any(environment.get(screen) for screen in SCREENS)


def show(address: str) -> threading.Thread:
    """Open a page in the person's browser; returns the thread that does it, for whoever wants to wait."""
    opening = threading.Thread(target=webbrowser.open, args=(address,), name="browser", daemon=True)
    opening.start()
    return opening
