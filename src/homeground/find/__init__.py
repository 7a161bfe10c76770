"""FIND: which places are doubly disadvantaged, and how sure are we?"""
