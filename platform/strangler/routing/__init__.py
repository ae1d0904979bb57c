"""One address for the old shop and for us while reads are moved over: who answers what, and what becomes of it.

`flags` says what there is to decide and `models.Flag` how staff decided it; `surface` reads a request, `shoppers` says
on which side of a percentage somebody is, `standing` what is known of our health, in memory; `view` puts them together.
`ours` asks the domains, `legacy` passes on to the shop, `shadow` holds both answers against each other behind the
request, `ownership` refuses writes to what is still the old shop's, `addresses` leads old pages to new ones.

It knows no domain: it asks by `contracts.dialect`. Deleted with the strangler when a migration is over.
"""
