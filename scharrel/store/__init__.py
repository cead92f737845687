"""What lies on the disk: paths, durable writes, the lock, seals and all that the program writes."""
