from django.db import migrations

from chassis.admin.history import kept


class Migration(migrations.Migration):
    dependencies = [("platform", "0003_external_ids_and_metadata")]

    operations = [kept("platform_history")]
