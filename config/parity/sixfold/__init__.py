"""What this shop shows, read out of the six databases by the roles that can write nothing."""
