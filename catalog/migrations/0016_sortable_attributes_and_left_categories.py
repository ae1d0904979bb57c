import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0015_coupon_batches'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='slug',
            options={'verbose_name': 'address', 'verbose_name_plural': 'addresses'},
        ),
        migrations.AddField(
            model_name='attribute',
            name='sortable',
            field=models.BooleanField(db_default=False, default=False, help_text='listings can be sorted by it'),
        ),
        migrations.AddField(
            model_name='productdocument',
            name='sort_keys',
            field=models.JSONField(db_default={}, default=dict, help_text='sortable attribute -> key of its value'),
        ),
        migrations.AddField(
            model_name='searchchange',
            name='no_longer_in',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, help_text='categories whose pages still show it', size=None),
        ),
    ]
