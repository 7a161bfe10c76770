"""Where: areas by load of data, neighbourhoods of one's own, postcodes; looking a place up and its page."""
