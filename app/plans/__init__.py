"""What a clinic sends, asks and books around a session, as data it can edit."""
