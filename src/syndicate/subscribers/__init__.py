"""What people choose of newsletters, whoever writes it down: the command line, an import, a form."""
