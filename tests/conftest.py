"""Fixtures that several rooms share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with recordings with truth, found by PSR_SHARED; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("PSR_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no recordings with truth at {folder} (set PSR_SHARED)")
    return folder
