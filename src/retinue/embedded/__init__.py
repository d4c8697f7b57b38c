"""The PostgreSQL that comes along: started with the first command that needs it, gone with the last."""
