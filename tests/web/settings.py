"""The platform's settings for tests: a home of its own, jobs done at once, mail kept in memory.

``HOMEGROUND_TEST_DATABASE`` names a PostgreSQL database; without it SQLite is tested.
"""

import os
import tempfile

os.environ["HOMEGROUND_HOME"] = os.environ.get("HOMEGROUND_TEST_HOME") or tempfile.mkdtemp(prefix="homeground-test-")
os.environ["HOMEGROUND_DATABASE"] = os.environ.get("HOMEGROUND_TEST_DATABASE", "")
for _name in ("HOMEGROUND_MODE", "HOMEGROUND_DEBUG", "HOMEGROUND_HOSTS", "HOMEGROUND_PROXIES", "HOMEGROUND_INVENTED"):
    os.environ.pop(_name, None)

from homeground_web.config.settings import *  # noqa: E402, F403

JOBS = "now"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
