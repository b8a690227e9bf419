"""The least that Django can do: one view that gives bytes out of memory, without middleware.

    BARE_ANSWERS=folder gunicorn peers.bare:application     # /name gives the bytes of the file of that name
"""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

ANSWERS = {each.name: each.read_bytes() for each in Path(os.environ["BARE_ANSWERS"]).iterdir()}


def answer(request: HttpRequest, name: str) -> HttpResponse:
    """The bytes of this name."""
    return HttpResponse(ANSWERS[name], content_type="application/json")


urlpatterns = [path("<str:name>", answer)]
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], SECRET_KEY="none")  # noqa: S106
application = get_wsgi_application()
