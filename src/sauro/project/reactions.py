"""What the pages that know every room do when something was sealed."""

from sauro.project.reads.telling import CONSUMER

CONSUMERS = [CONSUMER]
