"""`python -m postpurchase.standalone COMMAND`: this domain's command line."""

from chassis.standalone import main

main("postpurchase.standalone.settings")
