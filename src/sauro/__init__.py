"""Sáu Rõ: every promise the state makes, as one accountable and verifiable thing."""

__version__ = "0.1.0"
