from django.db import migrations

from chassis.admin.history import kept


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_legacy'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='category',
            options={'verbose_name_plural': 'categories'},
        ),
        kept("catalog_history"),
    ]
