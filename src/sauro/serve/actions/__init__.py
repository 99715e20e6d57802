"""The verbs of the one-stop room. Importing this package registers them with the doorway."""

from sauro.serve.actions import decision, deadline, ending, filing, handing, intake, payment, steps, supplement  # noqa: F401, I001
