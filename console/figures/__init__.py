"""What are the centre's figures, of any days, and which calls are behind each? The history, read; nothing here is written."""
