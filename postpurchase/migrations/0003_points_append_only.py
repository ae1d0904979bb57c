"""The points ledger takes no change but a new row, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION postpurchase_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the points ledger is append-only: write a new entry';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON postpurchase_pointsentry
    FOR EACH ROW EXECUTE FUNCTION postpurchase_append_only();
"""
BACKWARD = """
DROP TRIGGER append_only ON postpurchase_pointsentry;
DROP FUNCTION postpurchase_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("postpurchase", "0002_returns_and_points")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
