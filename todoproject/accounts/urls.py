from django.urls import re_path

from todoproject.accounts.views import Login, Refresh

urlpatterns = [
    re_path(r"^auth/token/?$", Login.as_view(), name="token"),
    re_path(r"^auth/token/refresh/?$", Refresh.as_view(), name="token-refresh"),
]
