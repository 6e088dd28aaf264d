"""`make bench` lists the benchmarks; `make bench ARGS="fleet --seconds 20"` runs one. Each prints its own table."""

import ast
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run the benchmark that is named, or list them."""
    runnable = {path.stem: path for path in sorted(HERE.glob("*.py")) if '__name__ == "__main__"' in path.read_text()}
    runnable.pop(Path(__file__).stem)
    name, *words = sys.argv[1:] or [""]
    if name not in runnable:
        for stem, path in runnable.items():
            first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()[0]
            print(f"  {stem:<12} {first}")
        return 0 if not name else 2
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *words], cwd=HERE.parent, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
