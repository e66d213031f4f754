"""What todos are sorted by, as SQL that is never NULL: the same expression in the index and in the query it serves."""

from django.db.models import BigIntegerField, DateTimeField, Func
from django.db.models.functions import Cast, Coalesce, Collate

# PostgreSQL sorts NULL above everything. These two stand in for it, so that one row comparison can find a place
# among rows without a date or number too.
NO_DUE_AT = Func(template="'infinity'::timestamptz", output_field=DateTimeField())
NO_ORDER = 2**31

TITLE = Collate("title", "C")
DUE_AT = Coalesce("due_at", NO_DUE_AT)
ORDER = Coalesce(Cast("order", BigIntegerField()), NO_ORDER)
