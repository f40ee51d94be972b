"""The house keeps its plan: who may import whom, what loads when, how long things get."""

import ast
import importlib
import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

import analyzer

ROOT = Path(__file__).parents[1]
PACKAGES = ("analyzer", "firmware_protocol")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "bleak", "bumble", "mcap", "jinja2")

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.COMMENT}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """Return the dotted name of a module or package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def code_lines(path: Path) -> set[int]:
    """Return the numbers of the lines that hold code: no comments, no blank lines, no docstrings."""
    text = path.read_text(encoding="utf-8")
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.Module, ast.ClassDef, *_FUNCTIONS)) and ast.get_docstring(node) is not None:
            lines.difference_update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def imports_of(path: Path) -> set[str]:
    """Return the first names of all that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)


def loaded_by(program: str) -> set[str]:
    """Return which heavy packages a fresh interpreter has loaded after a program."""
    listing = (
        f"\nimport json, sys\nprint(json.dumps([name for name in {HEAVY} if name in sys.modules]), file=sys.stderr)"
    )
    done = run(program + listing)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_import_contracts_hold():
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = run(program)
    assert done.returncode == 0, done.stdout


def test_help_loads_nothing_heavy():
    assert loaded_by("from analyzer.cli.main import main\nassert main(['--help']) == 0") == set()


def test_the_package_itself_loads_nothing_heavy():
    assert loaded_by("import analyzer") == set()


def test_analysing_loads_no_radio_and_no_plots():
    assert loaded_by("import analyzer\nanalyzer.analyze, analyzer.Session") <= {"numpy", "pandas", "scipy"}


def test_analysing_needs_no_bluetooth_installed():
    # None in sys.modules makes an import fail as if the package were not there.
    done = run(
        "import sys\nsys.modules['bleak'] = None\nimport analyzer\nanalyzer.analyze, analyzer.read, analyzer.report"
    )
    assert done.returncode == 0, done.stderr


def test_the_radio_is_imported_in_one_room_only():
    users = [name_of(path) for path in FILES if "bleak" in imports_of(path)]
    assert [name for name in users if not name.startswith("analyzer/acquire/ble/")] == []


def test_the_radio_of_software_is_for_virtual_sensors_and_their_client_only():
    users = [name_of(path) for path in FILES if "bumble" in imports_of(path)]
    allowed = ("analyzer/virtual/ble/", "analyzer/acquire/ble/bumble_backend.py")
    assert [name for name in users if not name.startswith(allowed)] == []


def test_event_loops_run_in_sources_and_at_the_top_only():
    allowed = ("analyzer/acquire/", "analyzer/field/", "analyzer/cli/", "analyzer/virtual/ble/")
    assert [name_of(p) for p in FILES if "asyncio" in imports_of(p) and not name_of(p).startswith(allowed)] == []


def test_only_the_command_line_and_the_field_page_print():
    quiet = [path for path in FILES if not name_of(path).startswith(("analyzer/cli/", "analyzer/field/"))]
    assert [name_of(path) for path in quiet if "print" in _called_by_name(path)] == []


def _called_by_name(path: Path) -> set[str]:
    calls = [node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    return {call.id for call in calls if isinstance(call, ast.Name)}


@pytest.mark.parametrize("name", analyzer.__all__)
def test_every_public_name_of_the_package_resolves(name):
    assert getattr(analyzer, name).__doc__


def test_dir_shows_the_public_names():
    assert set(analyzer.__all__) <= set(dir(analyzer))


def test_a_name_the_package_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'anlayze'"):
        analyzer.anlayze  # noqa: B018


def test_what_a_module_promises_is_there():
    modules = [importlib.import_module(room_of(path)) for path in FILES]
    promised = [(module, name) for module in modules for name in getattr(module, "__all__", ())]
    assert [f"{module.__name__}.{name}" for module, name in promised if not hasattr(module, name)] == []


def test_everything_public_is_documented():
    assert [f"{name_of(path)}: {name}" for path in FILES for name in undocumented_in(tree_of(path))] == []


def undocumented_in(node: ast.Module | ast.ClassDef) -> list[str]:
    """Return the public names without a docstring in a module or class; what a function defines is its own."""
    names = [] if ast.get_docstring(node) is not None else [getattr(node, "name", "the module")]
    for inner in node.body:
        public = isinstance(inner, (ast.ClassDef, *_FUNCTIONS)) and not inner.name.startswith("_")
        if public and isinstance(inner, ast.ClassDef):
            names += undocumented_in(inner)
        elif public and ast.get_docstring(inner) is None:
            names.append(inner.name)
    return names


def test_files_are_short():
    lengths = {name_of(path): path.read_text(encoding="utf-8").count("\n") for path in FILES}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_functions_are_short():
    lengths = {f"{name_of(path)}: {name}": n for path in FILES for name, n in function_lengths(path)}
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def function_lengths(path: Path) -> list[tuple[str, int]]:
    """Return the code lines of each function of a file."""
    lines = code_lines(path)
    functions = [node for node in ast.walk(tree_of(path)) if isinstance(node, _FUNCTIONS)]
    return [(f.name, len(lines & set(range(f.lineno, f.end_lineno + 1)))) for f in functions]


def test_no_error_is_swallowed_wholesale():
    handlers = [(p, n.type) for p in FILES for n in ast.walk(tree_of(p)) if isinstance(n, ast.ExceptHandler)]
    broad = [name_of(p) for p, kind in handlers if kind is None or ast.unparse(kind) in {"Exception", "BaseException"}]
    assert broad == []


def test_nothing_is_asserted_outside_tests():
    assert [name_of(p) for p in FILES if any(isinstance(n, ast.Assert) for n in ast.walk(tree_of(p)))] == []


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = run("from analyzer.cli.main import main\nmain(['--version'])").stdout
    assert told.split() == ["psr", project["version"]]
    assert version(project["name"]) == project["version"]


def test_the_changelog_knows_no_later_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## \[?(\d+\.\d+\.\d+)", text, re.MULTILINE)[:1]) <= {project["version"]}


def test_every_source_that_a_docstring_cites_is_listed() -> None:
    listed = set(re.findall(r"^\| `([a-z0-9]+)`", (ROOT / "analyzer/mechanics/SOURCES.md").read_text("utf-8"), re.M))
    cited = {
        key
        for path in (ROOT / "analyzer").rglob("*.py")
        for key in re.findall(r"\[([a-z]+[12][0-9]{3}[a-z]?)\]", path.read_text("utf-8"))
    }
    assert cited
    assert cited <= listed
