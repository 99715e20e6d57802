"""The deployment: settings, addresses, the web and worker processes, the command line.

The only package that knows every other one. It holds no rule of the field.
"""
