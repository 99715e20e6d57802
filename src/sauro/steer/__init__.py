"""The steering room: instruments and their paragraphs, the tasks made from them, reports, evidence and independent close.

It owns tasks from the centre to the commune; it refuses to own dossiers (``serve``), indicators and their publication
(``watch``), and to say that something is done because somebody reported it.
"""
