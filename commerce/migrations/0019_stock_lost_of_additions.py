from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commerce", "0018_sold_cards_disputes_and_providers")]

    operations = [
        migrations.AddField(
            model_name="addition",
            name="stock_lost",
            field=models.BooleanField(
                default=False, db_default=False, help_text="it is on the order, and logistics could not have it"
            ),
        ),
    ]
