"""Creates the tables of the models as they are now. Each test database is new, so no migration changes an older table.

Resources of the service have what `makemigrations` writes (tests/project/test_migrations.py).
"""

from django.conf import settings
from django.db import migrations
from django.db.migrations.state import ModelState

from tests.conformance.models import Inspection, Membership, Notice, Team, WorkSite


def created(model):
    state = ModelState.from_model(model)
    return migrations.CreateModel(state.name, list(state.fields.items()), state.options, state.bases, state.managers)


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [created(model) for model in (Team, Membership, WorkSite, Inspection, Notice)]
