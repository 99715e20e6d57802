"""Ports: what the product asks of the world outside (mail, SMS, signatures), with no Django in them.

Each port is a Protocol and typed results; adapters take their settings as values. Nothing here is called
inside an act: the worker calls it, and records the result as a delivery attempt.
"""
