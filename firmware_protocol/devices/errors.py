"""The error of all device codecs."""

from firmware_protocol.errors import ProtocolError


class DeviceError(ProtocolError):
    """Report bytes, or values meant for bytes, that a maker's format does not allow.

    Parameters
    ----------
    message : str
        What was expected and what came.
    maker : str
        Whose format it is.
    """

    def __init__(self, message: str, maker: str) -> None:
        # Both go to `args`, so that the error survives the pickling of a process pool.
        super().__init__(message, maker)
        self.message = message
        self.maker = maker

    def __str__(self) -> str:
        return f"{self.message} ({self.maker})"
