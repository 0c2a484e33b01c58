"""All providers of a framework side by side: who stands where, and which differences mean much.

Here belongs what needs more than one provider at a time.
"""
