"""The live edge: many open streams, one question to the database, numbers that only say "look again".

It owns connections that stay open, and their limits. It refuses to own what is looked at: no name, no figure and no
text of a page ever passes here; it reads no cookie, knows no grant and has no ORM. A page fetches what changed by
itself, under its reader's own grant. Of the core it uses only what does without Django.
"""
