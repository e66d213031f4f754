"""Every address of the service. /healthz and /readyz are answered before routing, in `todoproject.server.health`."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="docs")),
    path("", include("todos.urls")),
    path("", include("todoproject.accounts.urls")),
    path("", include("todoproject.docs.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "todoproject.http.errors.server_error"
