"""What the watching room does when something has happened: count it, and look whether what is claimed can be."""

from sauro.watch import claims, measuring

CONSUMERS = [measuring.CONSUMER, claims.CONSUMER]
