"""Every address of the product."""

from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

from cms.media import media

urlpatterns = [
    path("", include("cms.health_urls")),
    path("", include("api.urls")),
    path("duyet/", include("editorial.phone_review.urls")),
    path("admin/media/<path:name>", media),
    path("admin/", include("editorial.urls")),
    path("admin/", include(wagtailadmin_urls)),
]
