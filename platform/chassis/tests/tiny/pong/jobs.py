"""Pong echoes balls: it calls the world outside, for which a table stands that no transaction of pong's reaches."""

from datetime import timedelta

from django.db import connections

from chassis.jobs import JobKind, LeasedJob
from chassis.listening import direct_connection


def _call(job: LeasedJob) -> None:
    with direct_connection("logistics") as outside:
        outside.execute("INSERT INTO pong_call (key, ball) VALUES (%s, %s)", [job.idempotency_key, job.payload["ball"]])


def _record(job: LeasedJob, answer: object) -> None:
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO pong_echo (number, times) VALUES (%s, 1)
               ON CONFLICT (number) DO UPDATE SET times = pong_echo.times + 1""",
            [job.payload["ball"]],
        )


ECHO = JobKind(name="pong.echo", call=_call, record=_record, lease=timedelta(seconds=2), max_attempts=100)
JOBS = (ECHO,)
