"""A mail server for machines that have none: one .eml file per mail in a folder.

The file is named by the Message-ID, so a mail that is handed over twice is there once, as in a mailbox whose server
drops duplicates. Meant for demo and tests; the files hold personal data, hence the narrow permissions.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes mails into `folder`, made when the first one comes."""

    def __init__(self, folder: str, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail whole or not at all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in email_messages:
            message = mail.message()
            name = re.sub(r"[^A-Za-z0-9.@-]", "", str(message["Message-ID"]))
            draft = self.folder / f".{name}.{os.getpid()}"
            with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(message.as_bytes())
            draft.rename(self.folder / f"{name}.eml")
        return len(email_messages)
