"""What changes from one stage to the next."""

from dataclasses import dataclass, field

import numpy as np

from analyzer.drill.stage.estimate import Estimate, EstimateConfig, Interval, log_change

__all__ = ["ContrastConfig", "SpeedSplit", "change_pct", "frequency_share", "speed_split"]


@dataclass(frozen=True, slots=True)
class ContrastConfig:
    """When two stages can be compared.

    Attributes
    ----------
    min_log_speed_gain : float
        With a smaller gain in ln speed its share from frequency is noise over noise: at 6 % and 1 % uncertainty of
        each part the share is known to about a third.
    estimate : EstimateConfig
    """

    min_log_speed_gain: float = 0.06
    estimate: EstimateConfig = field(default_factory=EstimateConfig)


@dataclass(frozen=True, slots=True)
class SpeedSplit:
    """A gain in ln speed and what it is made of: dln v = dln f + dln l.

    Attributes
    ----------
    speed, frequency, length : Interval
        Differences of natural logarithms; the part from frequency is told also where the length is not known.
    frequency_share, length_share : Interval
        They add up to 1.
    """

    speed: Interval
    frequency: Interval
    length: Interval
    frequency_share: Interval
    length_share: Interval


def change_pct(lower: Estimate, upper: Estimate, config: ContrastConfig | None = None) -> Interval:
    """Return the change from one stage to another in per cent of the lower.

    Parameters
    ----------
    lower, upper : Estimate
        One metric, in two stages of one day. The error that both share cancels.
    config : ContrastConfig, optional

    Returns
    -------
    Interval
        NaN where a value is missing or not positive; low and high NaN where an error is not known.
    """
    change, sd, quantile = log_change(lower, upper, (config or ContrastConfig()).estimate)
    value, low, high = (100 * float(np.expm1(x)) for x in (change, change - quantile * sd, change + quantile * sd))
    return Interval(value, low, high)


def frequency_share(
    frequency: tuple[Estimate, Estimate], length: tuple[Estimate, Estimate], config: ContrastConfig | None = None
) -> Interval:
    """Return the share of a gain in speed that came from frequency, dln f / dln v.

    Parameters
    ----------
    frequency, length : tuple of Estimate
        Stride frequency and stride length at the lower and the upper stage.
    config : ContrastConfig, optional

    Returns
    -------
    Interval
        Below 0 where the frequency fell, above 1 where the strides got shorter. NaN where speed did not rise
        enough; low and high NaN where the data leave the share open on one side.

    Notes
    -----
    Exact, as ln v = ln f + ln l. The interval is Fieller's: a ratio of two uncertain differences is skewed, and
    the delta method is too narrow just where the gain is small. The errors of frequency and length are taken as
    independent.
    """
    config = config or ContrastConfig()
    of_frequency, frequency_sd, frequency_t = log_change(*frequency, config.estimate)
    of_length, length_sd, length_t = log_change(*length, config.estimate)
    gain = of_frequency + of_length
    # Written with 'not': NaN must end here too.
    if not gain >= config.min_log_speed_gain:
        return Interval()
    share = of_frequency / gain
    # One quantile for both: the larger, as the two have degrees of freedom of their own.
    t_squared = max(frequency_t, length_t) ** 2
    a = gain**2 - t_squared * (frequency_sd**2 + length_sd**2)
    half_b = of_frequency * gain - t_squared * frequency_sd**2
    c = of_frequency**2 - t_squared * frequency_sd**2
    # The gain itself may be nothing: then the shares that fit the data have no end, and no ends are given.
    if not a > 0:
        return Interval(share)
    # Rounding can take it below zero where the errors are zero.
    root = float(np.sqrt(max(half_b**2 - a * c, 0.0)))
    return Interval(share, (half_b - root) / a, (half_b + root) / a)


def speed_split(
    frequency: tuple[Estimate, Estimate], length: tuple[Estimate, Estimate], config: ContrastConfig | None = None
) -> SpeedSplit:
    """Return the gain in ln speed from one stage to another and its parts.

    Parameters
    ----------
    frequency, length : tuple of Estimate
        Stride (or step) frequency and length at the lower and the upper stage.
    config : ContrastConfig, optional

    Notes
    -----
    The errors of frequency and length are taken as independent, as in `frequency_share`; the wider of their two
    quantiles serves their sum.
    """
    config = config or ContrastConfig()
    of_frequency = log_change(*frequency, config.estimate)
    of_length = log_change(*length, config.estimate)
    sum_sd, quantile = float(np.hypot(of_frequency[1], of_length[1])), max(of_frequency[2], of_length[2])
    share = frequency_share(frequency, length, config)
    return SpeedSplit(
        speed=_interval(of_frequency[0] + of_length[0], sum_sd, quantile),
        frequency=_interval(*of_frequency),
        length=_interval(*of_length),
        frequency_share=share,
        # What is left to 1: the ends change places.
        length_share=Interval(1 - share.value, 1 - share.high, 1 - share.low),
    )


def _interval(change: float, sd: float, quantile: float) -> Interval:
    return Interval(change, change - quantile * sd, change + quantile * sd)
