"""Packs: law, organisations, calendars and procedures of one country as readable data.

This room owns the files of a pack, the check that finds what is wrong in them (file and line), and the reading of
them into typed objects. It owns no rule of its own: whatever a decree can change stands in a YAML file with its
source and with how well that source was verified. It writes nothing to the database; the loader does that through
the doorway.
"""

from pathlib import Path

VN = Path(__file__).parent / "vn"
"""The pack of Vietnam that ships with the program."""
