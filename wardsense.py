"""The front door: one command, `wardsense`, with a sub-command for each program.

Each program is imported inside its command, so that an edge box without FastAPI or a server without
OpenCV still opens the door.
"""

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)


@app.callback()
def front() -> None:
    """What the ward's cameras and sensors see, turned into work that gets done."""


def main() -> None:
    """Open the door."""
    app()
