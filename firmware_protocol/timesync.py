"""The four time stamps of one synchronisation exchange (SPEC.md section 8.7)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyncExchange:
    """One TIME_SYNC request and its response.

    Attributes
    ----------
    host_tx_us, device_rx_us, device_tx_us, host_rx_us : int
        Host writes, device receives, device answers, host receives: each on the clock in its name.

    Examples
    --------
    The device is 500 us ahead; the way there takes 3000 us, back 1000 us, the device 200 us.

    >>> exchange = SyncExchange(10_000, 13_500, 13_700, 14_200)
    >>> exchange.offset_us, exchange.round_trip_us
    (1500.0, 4000)
    """

    host_tx_us: int
    device_rx_us: int
    device_tx_us: int
    host_rx_us: int

    @property
    def offset_us(self) -> float:
        """Device clock minus host clock, off by at most half of `round_trip_us`."""
        # Each bracket is the offset, plus the delay there or minus the delay back: equal delays cancel, as in NTP.
        return ((self.device_rx_us - self.host_tx_us) + (self.device_tx_us - self.host_rx_us)) / 2

    @property
    def round_trip_us(self) -> int:
        """Time on the air, both ways: the exchange with the least is the best."""
        return (self.host_rx_us - self.host_tx_us) - (self.device_tx_us - self.device_rx_us)
