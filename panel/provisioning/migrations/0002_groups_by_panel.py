from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def by_panel(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One choice for all panels is from now on the choice for each of them."""
    from panel.panels.catalogue import panels  # asked only where there is a choice to migrate

    for setup in apps.get_model("provisioning", "Setup").across_tenants.all():
        setup.groups = dict.fromkeys(panels(), setup.groups) if setup.groups else {}
        setup.save(update_fields=["groups"])


def for_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Back to one choice for all panels: the groups that were chosen for any of them."""
    for setup in apps.get_model("provisioning", "Setup").across_tenants.all():
        setup.groups = sorted({group for groups in setup.groups.values() for group in groups})
        setup.save(update_fields=["groups"])


class Migration(migrations.Migration):
    dependencies = [
        ("provisioning", "0001_first"),
    ]

    operations = [
        migrations.AlterField(
            model_name="setup",
            name="groups",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RunPython(by_panel, for_all),
    ]
