"""Messages to shoppers: written by reactions, sent by a job, once each. Never asks another domain for an address."""
