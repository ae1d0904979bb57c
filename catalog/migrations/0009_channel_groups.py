from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0008_retention_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelGroup',
            fields=[
                ('channel', models.TextField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('version', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
