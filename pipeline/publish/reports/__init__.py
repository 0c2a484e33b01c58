"""What each report says: a module or a folder a report, a function a section.

Here belongs the choice of what a reader sees; its look belongs to page, its drawing to charts.
"""
