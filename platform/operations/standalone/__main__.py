"""`python -m operations.standalone COMMAND`: this domain's command line."""

from chassis.standalone import main

main("operations.standalone.settings")
