from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_first")]

    operations = [
        migrations.RemoveConstraint("RecordChange", "one_change_a_record"),
        migrations.AddConstraint(
            "RecordChange",
            models.UniqueConstraint(
                models.F("tenant"),
                models.F("record"),
                models.F("record_id"),
                models.F("changed_by"),
                name="one_change_a_person",
            ),
        ),
    ]
