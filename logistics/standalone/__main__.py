"""`python -m logistics.standalone COMMAND`: this domain's command line."""

from chassis.standalone import main

main("logistics.standalone.settings")
