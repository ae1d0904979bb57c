"""Every ledger takes no change but a new row, whoever asks; accounts of points learn their balance."""

from django.db import migrations

FORWARD = """
UPDATE postpurchase_pointsaccount a SET balance = e.points
FROM (SELECT account_id, sum(points) AS points FROM postpurchase_pointsentry GROUP BY account_id) e
WHERE e.account_id = a.customer;
CREATE OR REPLACE FUNCTION postpurchase_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a ledger is append-only: write a new entry';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON postpurchase_giftcardentry
    FOR EACH ROW EXECUTE FUNCTION postpurchase_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON postpurchase_storecreditentry
    FOR EACH ROW EXECUTE FUNCTION postpurchase_append_only();
"""
BACKWARD = """
DROP TRIGGER append_only ON postpurchase_giftcardentry;
DROP TRIGGER append_only ON postpurchase_storecreditentry;
"""


class Migration(migrations.Migration):
    dependencies = [("postpurchase", "0010_gift_cards_store_credit_and_tenders")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
