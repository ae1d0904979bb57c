"""`python -m identity.standalone COMMAND`: this domain's command line."""

from chassis.standalone import main

main("identity.standalone.settings")
