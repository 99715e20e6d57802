from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "sauro.watch"

    def ready(self) -> None:
        from sauro.watch import actions  # noqa: F401 — registers them with the doorway
        from sauro.watch.pages import home, rail

        rail.register()
        home.register()
