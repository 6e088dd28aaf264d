"""The arrows of the house, checked where import-linter cannot look: in a fresh interpreter, and in the folders."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("streams", "models", "alerts", "edge", "central", "demo")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "handler", "service", "misc"}
PIXELS = {"cv2", "numpy", "onnxruntime", "av", "scipy", "edge", "models", "streams.frames", "streams.cameras"}


def loaded_by(door: str) -> set[str]:
    code = f"import sys, {door}; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(answer.stdout.split())


@pytest.mark.parametrize(
    ("door", "banned"),
    [
        ("central.app", PIXELS),
        ("central.commands", PIXELS),
        ("alerts.engine", PIXELS | {"sqlalchemy", "fastapi", "aiomqtt", "httpx", "sqlite3"}),
        ("streams.wire.codec", PIXELS | {"sqlalchemy", "fastapi", "aiomqtt", "yaml", "httpx", "sqlite3"}),
        ("streams.wire.delivery", PIXELS | {"sqlalchemy", "fastapi", "aiomqtt", "yaml", "httpx", "sqlite3"}),
        (
            "edge.node",
            {"fastapi", "sqlalchemy", "alembic", "uvicorn", "PIL", "central", "alerts", "ultralytics", "torch"},
        ),
        ("models.detector", {"fastapi", "sqlalchemy", "streams.frames", "streams.wire", "ultralytics", "torch"}),
        (
            "models.commands",
            {"cv2", "numpy", "onnxruntime", "onnx", "openvino", "ultralytics", "fastapi", "sqlalchemy"},
        ),
        ("demo.commands", {"edge", "central", "models", "alerts", "cv2", "onnxruntime", "fastapi", "sqlalchemy"}),
        ("wardsense", {"edge", "central", "models", "alerts", "demo", "cv2", "onnxruntime", "fastapi", "sqlalchemy"}),
    ],
)
def test_a_door_opens_without_dragging_the_house_in(door: str, banned: set[str]) -> None:
    assert not banned & loaded_by(door)


@pytest.mark.parametrize(
    "init", sorted(str(p.relative_to(ROOT)) for f in FOLDERS for p in (ROOT / f).rglob("__init__.py"))
)
def test_a_package_states_its_idea_and_does_nothing_else(init: str) -> None:
    body = ast.parse((ROOT / init).read_text("utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)
    assert ast.get_docstring(ast.parse((ROOT / init).read_text("utf-8")))


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {path.stem for path in _ours()}
    assert not named & FORBIDDEN_NAMES


def test_every_module_explains_itself() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in _ours() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_functions_and_files_stay_small() -> None:
    """A function fits in 30 lines without its docstring, a file in 300: what does not is named here with its length."""
    sources = {
        path: path.read_text("utf-8") for path in _ours() if "versions" not in path.parts
    }  # migrations are lists
    files = [
        f"{path}: {len(text.splitlines())} lines" for path, text in sources.items() if len(text.splitlines()) > 300
    ]
    functions = [
        f"{path}:{node.lineno} {node.name}: {_length(node)} lines"
        for path, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > 30
    ]
    assert files + functions == []


def _ours() -> list[Path]:
    """Every module of the house; what npm brings for building the web client is not of it."""
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return [path for path in found if "node_modules" not in path.parts]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1


def test_nothing_at_run_time_imports_the_training_extra() -> None:
    """One module may, inside the one function that brings a network to ONNX: whoever runs a node never calls it."""
    guilty = [
        (str(path.relative_to(ROOT)), scope.name)
        for path in _ours()
        for scope in _scopes(ast.parse(path.read_text("utf-8")))
        for node in _directly_in(scope.body)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.split(".")[0] in ("ultralytics", "torch") for name in _names(node))
    ]
    assert guilty == [("models/export.py", "by_ultralytics")]


class _Scope(NamedTuple):
    name: str
    body: Sequence[ast.AST]


def _scopes(tree: ast.Module) -> Iterator[_Scope]:
    """The module itself and every function in it."""
    yield _Scope("", tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _Scope(node.name, node.body)


def _directly_in(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Everything in a scope but what is in the functions in it."""
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _directly_in(ast.iter_child_nodes(node))


def _names(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
