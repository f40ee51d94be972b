"""Times of samples out of frames that say only when their last one was."""


def sample_times_ns(
    timestamp_ns: int, n_samples: int, previous_ns: int | None = None, nominal_rate_hz: float | None = None
) -> tuple[int, ...]:
    """Return the time of every sample of a frame.

    Parameters
    ----------
    timestamp_ns : int
        Of the frame: time of its last sample.
    n_samples : int
    previous_ns : int, optional
        Of the frame before, if no frame is missing in between: samples are spread evenly from there.
    nominal_rate_hz : float, optional
        For the first frame of a stream, which has none before; the true rate may be a per cent off.

    Returns
    -------
    tuple of int
        Rising; the last is `timestamp_ns`.

    Raises
    ------
    ValueError
        Neither `previous_ns` nor `nominal_rate_hz`.

    Examples
    --------
    >>> sample_times_ns(2_000_000_000, 3, previous_ns=100)
    (666666733, 1333333367, 2000000000)
    """
    if previous_ns is None and nominal_rate_hz is None:
        raise ValueError("the first frame of a stream needs the nominal rate")
    step_ns = 1e9 / nominal_rate_hz if nominal_rate_hz else 0.0
    if previous_ns is not None:
        step_ns = (timestamp_ns - previous_ns) / n_samples
    # Counted from the last sample: device times are beyond what a float holds to the nanosecond.
    return tuple(timestamp_ns - round(step_ns * before) for before in range(n_samples - 1, -1, -1))


def samples_lost(timestamp_ns: int, previous_ns: int, n_samples: int, period_ns: float) -> int:
    """Return how many samples are missing before a frame.

    No counter is on the air: a lost notification shows only as more time than the frame has samples for.

    >>> samples_lost(1_000_000_000, 0, n_samples=36, period_ns=19_340_000)
    16
    """
    return max(0, round((timestamp_ns - previous_ns) / period_ns) - n_samples)
