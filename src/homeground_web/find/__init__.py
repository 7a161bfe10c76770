"""FIND on the web: which places are on the list and how sure it is; the map and the table; the method."""
