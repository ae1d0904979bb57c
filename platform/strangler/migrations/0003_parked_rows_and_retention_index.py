from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('strangler', '0002_runs'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='parked',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, help_text='rows of tables not sent, by table'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['created_at'], name='strangler_delivery_made'),
        ),
    ]
