from django.apps import AppConfig


class ViewflowCase(AppConfig):
    name = "bench.peers.viewflow"
    label = "viewflow_case"
    default_auto_field = "django.db.models.BigAutoField"
