"""The workbook: one sheet a raw table, laid out, written, and read back."""
