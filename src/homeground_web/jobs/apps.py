"""Jobs as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Long work, outside of a request."""

    name = "homeground_web.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Read every app's ``tasks.py``, so that a worker knows them."""
        autodiscover_modules("tasks")
