from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sauro.web"
    label = "web"

    def ready(self) -> None:
        from sauro.web import home

        home.register()
