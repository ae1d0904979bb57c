"""Picking and sending what orders hold. It reads reservations and asks the warehouse to send; prices it never knows.

Whoever changes a fulfilment order holds its reservation's lock first.
"""
