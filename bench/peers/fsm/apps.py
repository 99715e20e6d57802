from django.apps import AppConfig


class FsmCase(AppConfig):
    name = "bench.peers.fsm"
    label = "fsm_case"
    default_auto_field = "django.db.models.BigAutoField"
