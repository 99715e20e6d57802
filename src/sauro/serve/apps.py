from django.apps import AppConfig


class ServeConfig(AppConfig):
    name = "sauro.serve"
    label = "serve"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Actions register themselves when their module is imported; the doorway knows only what has registered.
        from sauro.serve import actions  # noqa: F401
        from sauro.serve.pages.officer import home, rail

        rail.register()
        home.register()
