"""What do people look at all day? The console: a process of its own, beside the controllers; calls do not notice when it dies."""
