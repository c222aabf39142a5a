"""The settlement chain; its engine is pure. The door stands, the room is built next."""
