"""Who looked at my data: every person sees who read what about them, contests one read, and is answered by an officer.

It owns the pages of the ledger of reads and of contested reads. It decides nothing: what may be done to a contest is said
by the core's actions (``sauro.core.actions.contests``).
"""
