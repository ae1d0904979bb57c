"""Categories whose products a rule picks: kept in the unit of work that changes a product, a price or the rule.

A product that staff put there by hand stays, whatever the rule says.
"""
