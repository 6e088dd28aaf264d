"""Where the files lie that a release brings along: the commented configurations of `configs/`, as data.

Idea: an installed wheel has no repository beside it, and a catalogue of models is of no use where nobody can find it.
The wheel therefore carries `configs/` as a folder of this package (`pyproject.toml`, force-include); in a working copy
the same files lie beside the packages. What is here is only a default: whoever names a file of his own is given that
one, and nothing reads these files but the doors that read a city's own. They are data and never imported.
"""

from importlib import resources
from pathlib import Path
from typing import Final

FOLDER: Final = "configs"


def configs() -> Path:
    """The folder of the shipped configurations, in a wheel or in a working copy."""
    packed = Path(str(resources.files(__package__))) / FOLDER
    return packed if packed.is_dir() else packed.parents[1] / FOLDER


def config(name: str) -> Path:
    """One of them: the person's own, where the folder he works in has it under `configs`, else the shipped one."""
    own = Path(FOLDER) / name
    return own if own.is_file() else configs() / name
