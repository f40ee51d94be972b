"""Independent random streams by name, so that a new draw in one place changes nothing anywhere else."""

import zlib

import numpy as np

__all__ = ["generator"]


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """Return the random generator that belongs to a named place in the hierarchy.

    Parameters
    ----------
    seed : int
        Of the whole simulation, not negative.
    *path : str or int
        From the athlete down, such as ``"run", 2, "steps"``.

    Returns
    -------
    numpy.random.Generator
        The same seed and path always give the same stream; other paths give unrelated ones.

    Examples
    --------
    >>> bool(generator(1, "run", 2).random() == generator(1, "run", 2).random())
    True
    """
    # Not hash(), which differs from process to process for text.
    words = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in path]
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))
