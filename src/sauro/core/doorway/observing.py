"""Who measures acts and their statements: nobody, unless the project says so at its start (ADR 0031)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

around_act: Callable[[str, Callable[[], Any]], Any] | None = None
"""Gets the name that was asked for (anybody's word, until the registry knows it) and what does the act."""

around_statements: Callable[[int], AbstractContextManager[None]] | None = None
"""Gets how many statements are sent together, around sending them and reading the answers."""

around_batch: Callable[[int, Callable[[], Any]], Any] | None = None
"""Gets how many acts are asked for together, and what does them: an answer or a refusal each."""
