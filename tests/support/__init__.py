"""What tests share: folders to write, specimens, a browser."""
