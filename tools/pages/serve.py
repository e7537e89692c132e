"""Serve the built book as a strict host would: with a Content-Security-Policy, compression and caching.

usage: python -m tools.pages.serve [--port 8000] [--folder _build/html]

The browser tests use the same handler, so what holds here is what they prove.
"""

import argparse
import gzip
import io
import re
import sys
import threading
from contextlib import contextmanager
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
COMPRESSIBLE = re.compile(r"text/|javascript|json|svg")


@lru_cache(maxsize=512)
def compressed(path, changed):
    """The gzipped bytes of a file; `changed` is its time, so that a rebuilt page is read anew."""
    return gzip.compress(Path(path).read_bytes(), 6, mtime=0)


class BookHandler(SimpleHTTPRequestHandler):
    """Files of the book with the headers of a careful host."""

    protocol_version = "HTTP/1.1"

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        # An address with a checksum never changes its content; anything else is asked for again.
        fixed = "?v=" in self.path or "?digest=" in self.path or "/_static/inline/" in self.path
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if fixed else "no-cache")
        super().end_headers()

    def send_head(self):
        path = Path(self.translate_path(self.path))
        kind = self.guess_type(str(path))
        if not (path.is_file() and COMPRESSIBLE.search(kind) and "gzip" in self.headers.get("Accept-Encoding", "")):
            return super().send_head()
        body = compressed(str(path), path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Vary", "Accept-Encoding")
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, *args):
        """Say nothing: a page asks for thirty files."""


class BookServer(ThreadingHTTPServer):
    """A server for which a reader who closes a tab is no error."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def server(folder, port=0):
    return BookServer(("127.0.0.1", port), partial(BookHandler, directory=str(folder)))


@contextmanager
def serving(folder):
    """Serve a folder in the background on a free port; gives its address with a slash at the end."""
    httpd = server(folder)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}/"
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def run(server_at, port, what, hint):
    """Serve with `server_at(port)` until Ctrl+C; return 0, or in words why the port cannot be used."""
    try:
        httpd = server_at(port)
    except OSError as error:
        return f"port {port} cannot be used ({error.strerror}): add PORT={port + 1}"
    print(f"{what}: http://127.0.0.1:{httpd.server_port}/ ({hint})", flush=True)
    try:
        httpd.serve_forever()
    except KeyboardInterrupt:
        httpd.server_close()
    return 0


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--folder", type=Path, default=ROOT / "_build" / "html")
    given = parser.parse_args(arguments)
    if not (given.folder / "index.html").exists():
        parser.error(f"there is no book in {given.folder}: run `make book` first")
    return run(partial(server, given.folder), given.port, "The book", "Ctrl+C stops it")


if __name__ == "__main__":
    sys.exit(main())
