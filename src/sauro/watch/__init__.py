"""The watching room: numbers counted from the journal, claims with their source, doubts, and published editions.

It owns indicators' numbers and what is published of them; it refuses to own what they are counted from (dossiers are
``serve``'s, tasks ``steer``'s; it knows both only from events), to hold a personal column, and to show a claim as measured.
"""
