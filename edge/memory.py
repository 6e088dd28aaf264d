"""What was freed goes back to the system: a node runs for months beside others on a small box.

Why: glibc maps large blocks by themselves and gives them back when they are freed, but it raises the size from which it
does so to that of the largest it has seen freed, up to 32 MiB. After its first picture of 1920 x 1080 a node's pictures
therefore come from heaps, one for each thread, which keep what they once held: with seven such cameras a quarter of all
its memory. Held at `LARGE` the size stays what it is, and the price, pages that are cleared anew, is too small to see
beside decoding (`make bench ARGS="capacity --size 1920x1080"`).
"""

import ctypes
from typing import Final

LARGE: Final = 256 * 1024
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3


def give_back() -> bool:
    """Have this process give back what it frees; False where the C library knows no such thing. Before any thread."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(which, LARGE) == 1 for which in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD))
