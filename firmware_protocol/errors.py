"""Errors of the protocol: bytes or values that the profile does not allow."""


class ProtocolError(Exception):
    """Root of every error that this package raises."""


class PacketError(ProtocolError):
    """Report bytes, or values meant for bytes, that break a rule of the profile.

    Parameters
    ----------
    message : str
        What was expected and what came.
    section : str
        Section of ``SPEC.md`` that holds the broken rule, for example ``"4.2"``.
    """

    def __init__(self, message: str, section: str) -> None:
        # Both go to `args`, so that the error survives the pickling of a process pool.
        super().__init__(message, section)
        self.message = message
        self.section = section

    def __str__(self) -> str:
        return f"{self.message} (SPEC.md section {self.section})"
