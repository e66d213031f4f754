"""Groups, which are the roles of operations staff; superusers alone see them."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group

from todoproject.admin.checked_input import CheckedInputModelAdmin

admin.site.unregister(Group)


@admin.register(Group)
class OperationsGroupAdmin(CheckedInputModelAdmin, GroupAdmin):
    """Django's own, which takes wrong input for a fault."""
