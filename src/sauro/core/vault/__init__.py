"""The vault: where personal text rests, and the only code that can read it.

It owns the keys, the sealing of parts and files, the search tokens, the masks and erasure. It owns no decision:
whether somebody may read is decided by ``sauro.core.queries``, which alone calls ``parts.read_parts`` and writes the
access row first (invariant I5). ``docs/reference/personal-data.md`` lists every place where personal text may rest.
"""
