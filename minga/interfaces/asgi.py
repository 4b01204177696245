"""The ASGI application: every network interface, mounted once."""
