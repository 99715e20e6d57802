from django.apps import AppConfig


class SteerConfig(AppConfig):
    name = "sauro.steer"

    def ready(self) -> None:
        from sauro.steer import actions  # noqa: F401 — registers them with the doorway
        from sauro.steer.pages import home, rail

        rail.register()
        home.register()
