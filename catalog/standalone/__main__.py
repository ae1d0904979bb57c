"""`python -m catalog.standalone COMMAND`: this domain's command line."""

from chassis.standalone import main

main("catalog.standalone.settings")
