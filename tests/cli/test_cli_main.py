import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.cli.main import main


def test_without_a_verb_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "psr demo" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--help"], ["demo", "--help"], ["analyze", "--help"], ["sample-data", "--help"]])
def test_help_is_no_error(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 0
    assert "usage: psr" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("psr ")


@pytest.mark.parametrize("words", ["fly", "analyze", "analyze x", "analyze x --out y --units ell", "demo --seed one"])
def test_wrong_usage_is_exit_code_2(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    assert "psr" in capsys.readouterr().err


def test_bad_input_is_one_line_and_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(tmp_path / "nowhere.mcap"), "--out", str(tmp_path / "out")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("psr: ")
    assert "nowhere.mcap" in lines[0]


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from analyzer.cli.main import main\n"
        "main(['--help'])\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'matplotlib', 'mcap', 'jinja2', 'bleak'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
