"""Words in another language are public once somebody else has read them; those that were public stay so."""

from typing import Any

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Coalesce


def stay_public(apps: Any, schema_editor: Any) -> None:
    """Take those that are there for read."""
    apps.get_model("listen", "Translation").objects.update(looked_by=Coalesce(F("user_id"), 0))


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("listen", "0001_initial")]

    operations = [
        migrations.AddField("translation", "looked_by", models.BigIntegerField(null=True)),
        migrations.RunPython(stay_public, migrations.RunPython.noop),
    ]
