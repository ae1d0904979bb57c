"""python -m chassis.tests.tiny.strike FROM TO [SIZE] [bulk] [poison] [echo]: publish balls in units of work of SIZE."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chassis.tests.tiny.settings")
    django.setup()
    from chassis.messages import Lane
    from chassis.tests.tiny.events import Struck
    from chassis.unit_of_work import publish, unit_of_work

    first, last = int(sys.argv[1]), int(sys.argv[2])
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    lane = Lane.BULK if "bulk" in sys.argv else Lane.FAST
    for start in range(first, last, size):
        with unit_of_work("ping"):
            for ball in range(start, min(start + size, last)):
                struck = Struck(ball=ball, poison="poison" in sys.argv, echo="echo" in sys.argv)
                publish(struck, aggregate_id=str(ball), lane=lane)
