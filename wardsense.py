"""The front door: one command, `wardsense`, with a sub-command for each program.

A program is imported only when it is called by name, so that an edge box without FastAPI or a server without
OpenCV still opens the door, and `wardsense --help` answers at once. One that cannot be imported says which
extra is missing.
"""

import importlib
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Program(NamedTuple):
    """Where a program's commands stand, the extra that installs it, and what it is for."""

    module: str
    extra: str
    purpose: str


PROGRAMS: Final = {
    "demo": Program(
        "demo.commands", "edge,central,demo", "The whole system on this machine, as a person would use it."
    ),
    "edge": Program("edge.commands", "edge", "A node: sees, measures, tells."),
    "central": Program("central.commands", "central", "The centre: takes in, raises alerts, keeps cases."),
    "models": Program("models.commands", "edge", "The models a node may run: get, judge, time, label, make small."),
}


class Door(TyperGroup):
    """Knows every program by name and opens only the one that is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - the same
        """The programs, in the order a newcomer meets them."""
        return [*PROGRAMS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - Typer keeps click's own types private
        """Name and purpose, for the help page; nothing is imported."""
        if cmd_name in PROGRAMS:
            return TyperCommand(cmd_name, help=PROGRAMS[cmd_name].purpose)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - the same
        """The program itself, imported now."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in PROGRAMS:
            command = _opened(name, ctx)
        return name, command, rest


app = typer.Typer(cls=Door, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)


@app.callback()
def front() -> None:
    """What the ward's cameras and sensors see, turned into work that gets done."""


def main() -> None:
    """Open the door."""
    app()


def _opened(name: str, ctx: typer.Context) -> Any:  # noqa: ANN401 - the same
    program = PROGRAMS[name]
    try:
        commands = importlib.import_module(program.module)
    except ModuleNotFoundError as missing:
        what = f"wardsense {name} needs {missing.name}, which is not installed here"
        ctx.fail(f"{what}: pip install 'wardsense[{program.extra}]'")
    command = typer.main.get_command(commands.app)
    command.name = name
    return command
