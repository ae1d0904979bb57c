"""Strangler.

Owns: the way out of Magento: assessment, extraction, parity.
Publishes: magento.* row changes.
Needs: a Magento database.
Never: decides what a record means: that is each domain's legacy/; or outlives the migration.
"""
