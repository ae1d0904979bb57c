"""What pong has seen: `times` must never pass 1."""

from django.db import models

from chassis.tests.tiny.pong.messaging import *  # noqa: F403


class Ball(models.Model):
    number = models.IntegerField(primary_key=True)
    times = models.IntegerField(default=0)

    class Meta:
        app_label = "pong"


class Echo(models.Model):
    """A ball that was echoed: `times` must never pass 1."""

    number = models.IntegerField(primary_key=True)
    times = models.IntegerField(default=0)

    class Meta:
        app_label = "pong"


class Call(models.Model):
    """What the world outside has heard."""

    key = models.TextField()
    ball = models.IntegerField()

    class Meta:
        app_label = "pong"


class Permit(models.Model):
    """A row here lets poisoned balls pass."""

    class Meta:
        app_label = "pong"
