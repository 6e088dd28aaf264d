"""What is freed is given back when it is asked for, also from below what is still held."""

import subprocess
import sys

WORK = """
import threading
import psutil
from edge.memory import few_heaps, give_back

print(few_heaps())
me = psutil.Process()


def work():
    held = [b"x" * 100_000 for _ in range(400)]  # 40 MB in blocks too small to be mapped by themselves
    last = held[-1]
    del held
    print(me.memory_info().rss, give_back(), me.memory_info().rss, len(last))


thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def test_what_a_thread_freed_is_given_back_though_it_holds_the_last_of_it() -> None:
    told = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True).stdout.split()
    few, before, gave, after, _ = told
    assert (few, gave) == ("True", "True")
    assert int(before) - int(after) > 30_000_000
