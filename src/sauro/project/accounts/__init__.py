"""Accounts: how people sign in, prove who they are a second time, see where they are signed in, and get back in.

It owns no rights: those are grants, looked up in every act. django-allauth does the ceremonies; here is what this
platform adds, namely who may come in, what is kept of a person (never in the clear), and what is told to them.
"""
