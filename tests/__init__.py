"""A package, so that another `tests` on the path (an editable installation of another checkout) is none of this one."""
