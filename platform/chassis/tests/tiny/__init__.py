"""Two tiny domains, ping and pong, on which the chassis is tested without any real one.

Ping publishes `ping.struck`; pong counts each once. They use the roles of two real databases' owners.
"""
