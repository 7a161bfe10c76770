"""The platform: pages anyone can read, and the ground on which residents and boards work. It stands on `homeground`."""
