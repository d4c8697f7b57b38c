"""What a configuration must be, how versions follow each other, and which of them agents run on."""
