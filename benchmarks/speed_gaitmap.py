"""The peer gaitmap on the same recording, installed in an environment of its own: it is no dependency of ours."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.model import Placement, Recording
from analyzer.session import analyze
from benchmarks.speed_recordings import Arrays, continuous

__all__ = ["gaitmap_row"]

PEER = Path(__file__).with_name("speed_gaitmap_peer.py")

DURATION_S = 900.0
"""Gaitmap takes a minute and more for an hour."""

RATE_HZ = 200.0


def gaitmap_row(cache: Path) -> dict[str, Any]:
    """Return what gaitmap takes for events and trajectory of strides that it is given.

    Parameters
    ----------
    cache : Path
        Folder for its environment and the recording, made if absent and kept for the next time.

    Returns
    -------
    dict
        A row like those of our own cases. With only a name, saying why, where it could not be installed or run.
    """
    cache.mkdir(parents=True, exist_ok=True)
    recording_path = cache / "recording.npz"
    _write(continuous(DURATION_S, RATE_HZ), recording_path)
    one_core = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    # Its environment must not find our packages.
    one_core.pop("PYTHONPATH", None)
    try:
        python = _installed(cache / "environment")
        command = [str(python), str(PEER), str(recording_path), str(RATE_HZ)]
        done = subprocess.run(command, env=one_core, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        print(f"gaitmap could not be installed or run, going on without it: {said.strip()[-500:]}", file=sys.stderr)
        return {"case": "gaitmap: could not be installed or run"}
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def _installed(environment: Path) -> Path:
    """Return the interpreter of an environment that has gaitmap."""
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, capture_output=True, text=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "gaitmap"]
    subprocess.run(install, check=True, capture_output=True, text=True)
    return python


def _write(arrays: Arrays, path: Path) -> None:
    """Write samples in the axes that gaitmap expects, and the strides that it is given."""
    strides = analyze(Recording.from_arrays(arrays)).strides
    held = {}
    for name, signals in arrays.items():
        own = strides[strides["side"] == Placement(name).side]
        # Its strides begin about mid-swing, half a stride before ours.
        middle = own["start_s"].to_numpy() - 0.35 * own["stride_time_s"].to_numpy()
        rows = np.rint(np.column_stack([middle[:-1], middle[1:]]) * RATE_HZ).astype(np.int64)
        held[f"{name}_strides"] = rows[(rows[:, 0] >= 0) & (np.diff(rows, axis=1)[:, 0] > 0)]
        held[f"{name}_acc"], held[f"{name}_gyr"] = signals["acc_m_s2"], np.degrees(signals["gyr_rad_s"])
    np.savez(path, **held)
