"""A centre that is wrong on purpose: receipts leave before the commit, and it stops between the two until it is killed.

The order of commit and receipts is one function handed to the composition root (`central.settling`); this program
hands in the other order and is the true centre in everything else.
"""

import sys
import threading
from pathlib import Path

from central import app, config
from central.settling import Outcome, Take, Tell, Writing


def tell_then_commit(writing: Writing, take: Take, tell: Tell) -> Outcome:
    """Tell the nodes, and never come to the commit."""
    with writing() as connection:
        outcome = take(connection)
        tell(outcome.answers)
        if outcome.stored:
            threading.Event().wait()
    return outcome


if __name__ == "__main__":
    app.run(config.read(Path(sys.argv[-1])), tell_then_commit)
