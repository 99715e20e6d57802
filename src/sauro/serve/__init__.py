"""The one-stop room: procedures, filings, dossiers, counters and results.

It owns the citizen's journey from finding a procedure to holding a signed result that a stranger can verify. It
refuses to own registers of law or people (core), indicators (watch), and any other module's work.
"""
