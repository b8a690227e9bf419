"""The web server's way in. An installation runs production settings unless it names others."""

import os
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from cms.proxies import ClientAddress

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")

# Named as a text, for this room knows nothing of the API: what members ask lies ready before Django's own door.
application: WSGIApplication = get_wsgi_application()
if settings.TRUSTED_PROXIES:
    application = ClientAddress(application, proxies=settings.TRUSTED_PROXIES)
application = import_string("api.door.Door")(application)
