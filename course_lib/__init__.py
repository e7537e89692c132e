"""The library of the course book: the code of the chapters, written once and tested."""
