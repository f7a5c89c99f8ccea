"""The WSGI application, for the gunicorn of `serve` and for any other server."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from iamconsole import proxies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")
os.environ.setdefault("IAMCONSOLE_PURPOSE", "serve")

application = proxies.behind(settings.IAMCONSOLE_PROXIES, get_wsgi_application())
