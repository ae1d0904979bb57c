"""python -m bench.bulk SIZE EVENTS: a process that imports stock beside what is measured."""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from bench.imports import publish

    print("begun", flush=True)
    publish(int(sys.argv[1]), int(sys.argv[2]))
