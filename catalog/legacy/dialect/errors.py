"""Why a question in Magento's dialect gets no product: what is refused in its words, and what is left to the shop."""

from collections.abc import Mapping
from typing import Any


class NotHere(Exception):
    """This cannot be answered here as Magento would: the shop itself is to be asked."""


class Refused(Exception):
    """An answer other than 200, in Magento's shape: a message with named places, and what stands there."""

    def __init__(self, status: int, message: str, parameters: Mapping[str, Any] | list[Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {"message": self.message} | ({"parameters": self.parameters} if self.parameters else {})
