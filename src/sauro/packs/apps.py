from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "sauro.packs"
    label = "packs"
