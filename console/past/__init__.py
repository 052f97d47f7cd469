"""What has this caller wanted before? Earlier calls, how they ended, and what operators wrote down of them."""
