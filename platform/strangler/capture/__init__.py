"""What a running Magento changes, as it changes it: read from its binlog, or taken from Debezium's envelopes.

Owns: how far a source is followed, and what has to be read again because its binlog does not tell.
Never: knows what a row means, or writes to the source.

    reader     the binlog, from a saved place to the first error, as pieces
    spelling   its values as a snapshot spells them
    feed       the pieces on their way from the thread that reads to the one that commits
    follower   groups of transactions: changes, doubts and place in one commit
    doubts     rows and tables that are read again
    envelopes  Debezium's records as the same pieces
"""
