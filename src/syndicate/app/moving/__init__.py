"""Moving in: what the settings of a site that another program makes say of it, and its feeds' ids."""
