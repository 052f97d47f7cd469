"""Who did what in the console, on what, when, from where? One audit for the whole centre, to which is only ever added."""
