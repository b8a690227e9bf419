"""Addresses of the API and of published files."""

from django.urls import path

from api.files import file
from api.view import graphql

urlpatterns = [
    path("graphql", graphql, name="graphql"),
    path("files/<uuid:file_id>/<path:name>", file, name="published_file"),
]
