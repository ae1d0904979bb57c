"""What can be seen from outside: JSON logs, metrics, traces."""
