from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('postpurchase', '0009_parts_of_bundles'),
    ]

    operations = [
        migrations.AddField(
            model_name='boughtline',
            name='cancelled',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=12),
        ),
    ]
