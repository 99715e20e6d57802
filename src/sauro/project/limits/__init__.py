"""How much one account, one network address and one request may ask of the installation (ADR 0029)."""
