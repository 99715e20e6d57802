from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "sauro.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Actions register themselves when their module is imported; the doorway knows only what has registered.
        from django.apps import apps

        from sauro.core import actions  # noqa: F401
        from sauro.core.doorway.tables import table
        from sauro.core.models.base import Journalled

        # Replay must know every table of the journal's scope, in a process that only reads as well.
        for model in apps.get_models():
            if issubclass(model, Journalled):
                table(model)
