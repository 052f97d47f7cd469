"""How is a library with parts of its own made into one module for the pages? Once, by hand; the pages themselves need no build."""
