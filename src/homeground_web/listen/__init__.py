"""LISTEN on the platform: conversations with consent, themes that people confirm, priorities, what became of them."""
