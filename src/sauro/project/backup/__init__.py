"""Backup and restore: one consistent moment of the whole installation, sealed for a key that is not on the machine.

A backup is a folder: `manifest.note`, signed by the installation; `database.sealed`, a dump by PostgreSQL's own
program; `files.sealed`, the bodies of stored files. It never holds the wrapping keys or the erasure list.
Why so: docs/decisions/0021.
"""
