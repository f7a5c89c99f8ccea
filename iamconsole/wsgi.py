"""The WSGI application, for the gunicorn of `serve` and for any other server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")
os.environ.setdefault("IAMCONSOLE_PURPOSE", "serve")

application = get_wsgi_application()
