"""The fixture itself: really served, really separate, and never silently absent in CI."""

import os
from pathlib import Path

import pymysql
import pytest

from tests.magento import fixtures, server
from tests.magento.server import HIGHEST_PORT, MagentoServer, MissingMagento, magento_server

pytestmark = pytest.mark.magento


def rows(url_port: int, sql: str, *, user: str = server.READER, password: str = server.READER_PASSWORD):
    connection = pymysql.connect(host="127.0.0.1", port=url_port, user=user, password=password, database="magento")
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_dump_is_served_on_loopback_below_the_ephemeral_ports(magento: MagentoServer):
    assert magento.port <= HIGHEST_PORT
    assert rows(magento.port, "SELECT COUNT(*) FROM catalog_product_entity") == ((2055,),)
    assert rows(magento.port, "SELECT @@log_bin, @@binlog_format, @@binlog_row_image") == ((1, "ROW", "FULL"),)


def test_the_reading_account_cannot_write(magento: MagentoServer):
    with pytest.raises(pymysql.err.OperationalError, match="command denied"):
        rows(magento.port, "DELETE FROM catalog_product_entity WHERE entity_id = 1")


def test_a_changed_copy_leaves_the_next_copy_as_the_dump_was(own_magento: MagentoServer):
    own_magento.execute("UPDATE store SET name = 'changed' WHERE store_id = 1")
    with magento_server() as another:
        assert rows(another.port, "SELECT name FROM store WHERE store_id = 1") != (("changed",),)


def test_leaving_the_block_ends_the_process_and_its_folder():
    with magento_server() as short_lived:
        pid = int((short_lived.folder / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not short_lived.folder.exists()


def test_without_the_dump_a_test_is_skipped_with_the_reason(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("SIXFOLD_MAGENTO_DUMPS", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(MissingMagento, match="SIXFOLD_MAGENTO_DUMPS"):
        server.require_magento()
    with pytest.raises(pytest.skip.Exception, match="No Magento dump"):
        fixtures.require_or_skip()


def test_without_the_dump_ci_fails_instead_of_skipping(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("SIXFOLD_MAGENTO_DUMPS", str(tmp_path))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI requires"):
        fixtures.require_or_skip()
