from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "sauro.project"
    label = "project"

    def ready(self) -> None:
        """Let sign-ins be heard, and make the queued letters known."""
        from sauro.project.accounts import events, letters  # noqa: F401 — they listen once they are imported
