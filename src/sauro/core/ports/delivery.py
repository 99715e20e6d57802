"""The three answers of any delivery, whatever carried it.

No answer holds the carrier's own words: those repeat addresses and would bring personal data into logs.
"""

import msgspec


class Delivered(msgspec.Struct, frozen=True, tag="delivered"):
    """The carrier took it over. `reference` is the carrier's own number for it, where it gives one."""

    reference: str = ""


class TemporaryFailure(msgspec.Struct, frozen=True, tag="temporary"):
    """Worth another attempt. `reason` is one of our constants; `code` the carrier's status ("451", "4.7.1").

    `retry_after` is in seconds where the carrier asked for a pause.
    """

    reason: str
    code: str = ""
    retry_after: int | None = None


class PermanentFailure(msgspec.Struct, frozen=True, tag="permanent"):
    """Never to be attempted again as it stands: the address or the message is at fault."""

    reason: str
    code: str = ""


Delivery = Delivered | TemporaryFailure | PermanentFailure
