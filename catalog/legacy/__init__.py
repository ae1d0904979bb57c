"""What a record of a Magento catalogue means here. Deleted at the end of a migration.

Rows arrive as `magento.*` events and are kept as they are (`tables`). Whatever they touch is made anew from all of its
rows by a job (`making`): `shops` reads channels and views out of websites and stores, `attributes`, `sets`,
`categories` and `products` say what the goods are, `compositions` what hangs on them, `rules` and `taxes` what they
come to; `contents`, `addresses`, `reviews` and `wishlists` are what people wrote and kept.

Everything is made by the catalogue's own public commands and gets an id that other domains compute too
(`chassis.ids.migrated_id`). What cannot be carried is a finding.
"""
