"""`python -m commerce.standalone COMMAND`: this domain's command line."""

from chassis.standalone import main

main("commerce.standalone.settings")
