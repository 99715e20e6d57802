"""What the watching room does when something has happened: count it."""

from sauro.watch import measuring

CONSUMERS = [measuring.CONSUMER]
