"""The trial on one machine: installing, starting, watching and stopping its processes."""
