"""Where a recording came from, in a form that a report can print and a reader can check."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["source_of"]


def source_of(path: Path, kind: str, files: Sequence[Path], assumptions: Sequence[str] = ()) -> Mapping[str, str]:
    """Return what identifies a recording that was read.

    Parameters
    ----------
    path : Path
        File or folder as it was named.
    kind : str
        What it was read as.
    files : sequence of Path
        Files that were read, in a fixed order.
    assumptions : sequence of str
        What was taken for granted.

    Returns
    -------
    mapping of str to str
        ``path`` (name only, so that results do not depend on where a file lies), ``kind``, ``sha256`` over the files,
        ``size_bytes`` and ``assumed``, one assumption a line.
    """
    digest = hashlib.sha256()
    size_bytes = 0
    for file in files:
        with file.open("rb") as content:
            # Piece by piece: a recording need not fit into memory twice.
            while piece := content.read(1 << 20):
                digest.update(piece)
                size_bytes += len(piece)
    return {
        # Resolved first, as "." has no name.
        "path": path.resolve().name,
        "kind": kind,
        "sha256": digest.hexdigest(),
        "size_bytes": str(size_bytes),
        "assumed": "\n".join(assumptions),
    }
