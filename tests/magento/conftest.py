from tests.magento.fixtures import magento, own_magento

__all__ = ["magento", "own_magento"]
