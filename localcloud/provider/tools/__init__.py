"""Programs that write files of the repository; nothing imports them."""
