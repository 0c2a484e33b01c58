"""What is out of date, and making it: running notebooks, workers, a cluster, PDF.

Here belongs what decides, starts and writes; what a page says belongs to reports.
"""
