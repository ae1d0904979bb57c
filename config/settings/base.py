"""What every composition shares: the rows of the domain table as settings want them."""

from config.domains import DOMAINS

ROWS = [(row.package, row.label, row.alias) for row in DOMAINS]
