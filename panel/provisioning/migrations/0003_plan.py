from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def as_it_is(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Where all is set up, there was nothing left to do."""
    things = apps.get_model("provisioning", "Thing").across_tenants
    for setup in apps.get_model("provisioning", "Setup").across_tenants.exclude(state="due"):
        kept = things.filter(tenant_id=setup.tenant_id).values_list("kind", "key", "label")
        setup.plan = [["keep", *thing] for thing in kept]
        setup.passed = len(setup.plan)
        setup.save(update_fields=["plan", "passed"])


class Migration(migrations.Migration):
    dependencies = [
        ("provisioning", "0002_groups_by_panel"),
    ]

    operations = [
        migrations.AddField(
            model_name="setup",
            name="plan",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="setup",
            name="passed",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(as_it_is, migrations.RunPython.noop),
    ]
