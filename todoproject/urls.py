"""The URLs of the service, except /healthz and /readyz, which `todoproject.server.health` answers before routing."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from todoproject import docs
from todoproject.accounts.views import Login, Refresh
from todoproject.http.assets import of_another_release

urlpatterns = [
    path("", docs.read_only(RedirectView.as_view(pattern_name="docs"))),
    path("", include("todos.api")),
    re_path(r"^auth/token/?$", Login.as_view(), name="token"),
    re_path(r"^auth/token/refresh/?$", Refresh.as_view(), name="token-refresh"),
    re_path(r"^schema/?$", docs.schema, name="schema"),
    re_path(r"^docs/?$", docs.api, name="docs"),
    re_path(r"^docs/errors/?$", docs.errors, name="errors"),
    re_path(r"^docs/errors/(?P<slug>[a-z-]+)/?$", docs.error, name="error"),
    path("admin/", admin.site.urls),
    path("static/<path:path>", docs.read_only(of_another_release)),
]

handler500 = "todoproject.http.errors.server_error"
