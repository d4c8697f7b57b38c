"""What services tell each other: one file of events per publisher."""
