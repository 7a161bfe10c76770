"""LISTEN: what do people here say? Their words made safe, the themes people confirm, the ground they share."""
