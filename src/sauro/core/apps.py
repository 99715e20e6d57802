from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "sauro.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Actions register themselves when their module is imported; the doorway knows only what has registered.
        from sauro.core import actions  # noqa: F401
