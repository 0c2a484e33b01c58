"""Measurements that ``make bench`` makes, and the campaign of faults beside them."""
