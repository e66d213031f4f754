"""`make resource`: writes a resource as a person would, or removes one.

`check` needs no package and any Python from 3.9 on, so that a mistake is named before anything is installed.
"""
