"""Staff and customers into schemas of their own, and a history that the database itself keeps from being edited."""

from django.db import migrations

STAFF = ("identity_role", "identity_staffmember", "identity_staffmember_roles")
CUSTOMERS = ("identity_customer", "identity_customergroup", "identity_address")


def _move(tables, schema, back):
    return [
        migrations.RunSQL(f"ALTER TABLE {table} SET SCHEMA {schema}", f"ALTER TABLE {table} SET SCHEMA {back}")
        for table in tables
    ]


class Migration(migrations.Migration):

    dependencies = [("identity", "0002_accounts")]

    operations = [
        migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS staff", "DROP SCHEMA staff"),
        migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS customers", "DROP SCHEMA customers"),
        *_move(STAFF, "staff", "public"),
        *_move(CUSTOMERS, "customers", "public"),
        migrations.RunSQL(
            """
            CREATE FUNCTION identity_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'history is added to, never changed or removed'; END $$;
            CREATE TRIGGER identity_history_is_kept BEFORE UPDATE OR DELETE ON identity_history
            FOR EACH ROW EXECUTE FUNCTION identity_history_is_kept();
            """,
            """
            DROP TRIGGER identity_history_is_kept ON identity_history;
            DROP FUNCTION identity_history_is_kept();
            """,
        ),
    ]
