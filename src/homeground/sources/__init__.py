"""The front door: the only room that opens files or the network, for reading and for writing."""
