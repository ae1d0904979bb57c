from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('postpurchase', '0011_ledgers_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='boughtline',
            name='cancelled',
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=12),
        ),
    ]
