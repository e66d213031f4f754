from django.urls import re_path

from todoproject.docs import views

urlpatterns = [
    re_path(r"^schema/?$", views.schema, name="schema"),
    re_path(r"^docs/?$", views.api, name="docs"),
    re_path(r"^docs/errors/?$", views.errors, name="errors"),
    re_path(r"^docs/errors/(?P<slug>[a-z-]+)/?$", views.error, name="error"),
]
