"""What the server starts: homeground_web.config.wsgi:application."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeground_web.config.settings")
application = get_wsgi_application()

# A page makes tens of thousands of small values and next to no cycles: looking for cycles among everything that was
# ever imported would stop a process for a tenth of a second, every few seconds.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
