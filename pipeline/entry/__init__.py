"""New figures on their way into the raw tables: forms to type in, documents read by machine.

Here belongs whatever ends in ``data/raw``; nothing of it is needed to make a page.

``form`` lays a workbook out, writes it and reads it back; ``accept`` compares it with the raw
tables and writes what is new, all or nothing; ``documents`` turns a file into lines;
``reading`` finds a framework's questions, ratings and samples in them and proves what it can;
``audit`` runs the same arithmetic over a table of ratings that someone else made.
"""
