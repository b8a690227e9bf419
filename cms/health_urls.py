"""The two addresses that a load balancer asks."""

from django.urls import path

from cms.health import healthz, readyz

urlpatterns = [path("healthz", healthz), path("readyz", readyz)]
