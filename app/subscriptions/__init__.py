"""Other systems are told of what changed, by signed webhooks."""
