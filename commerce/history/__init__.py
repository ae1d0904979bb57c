"""What an older shop knew of its orders: those are shown here, and never worked on."""
