"""Addresses of the API and of published files."""

from django.urls import path

from api.content.preview import preview_file, release_preview_file
from api.feedback.files import file as feedback_file
from api.files import file
from api.notices.files import file as notice_file
from api.uploads import upload, uploads
from api.view import graphql

urlpatterns = [
    path("graphql", graphql, name="graphql"),
    path("files/<uuid:file_id>/<path:name>", file, name="published_file"),
    path("preview-files/<str:token>/<uuid:file_id>/<path:name>", preview_file, name="preview_file"),
    path(
        "preview-files/<str:token>/<int:page_id>/<uuid:file_id>/<path:name>",
        release_preview_file,
        name="release_preview_file",
    ),
    path("notices/files/<uuid:file_id>/<path:name>", notice_file, name="notice_file"),
    path("feedback/files/<uuid:file_id>/<path:name>", feedback_file, name="feedback_file"),
    path("uploads/", uploads, name="uploads"),
    path("uploads/<uuid:upload_id>", upload, name="upload"),
]
