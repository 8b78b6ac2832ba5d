"""An app that keeps a number in its database, and what it last kept in its cache."""

import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg2
import redis

# As the Service Binding specification has it: a binding is known by its type, whatever its name.
types = Path(os.environ["SERVICE_BINDING_ROOT"]).glob("*/type")
cache_files = next(path.parent for path in types if path.read_text() == "redis")


def connected_to_cache():
    read = {name: (cache_files / name).read_text() for name in ("host", "port", "password")}
    return redis.Redis(host=read["host"], port=int(read["port"]), password=read["password"], decode_responses=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/healthz":
            self.answer(200, "up")
            return
        value = self.path.removeprefix("/keep/")
        with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
            cursor.execute("INSERT INTO kept VALUES (%s)", (value,))
            cursor.execute("SELECT string_agg(value, ',') FROM kept")
            in_database = cursor.fetchone()[0]
        cache = connected_to_cache()
        cache.rpush("kept", value)
        in_cache = ",".join(cache.lrange("kept", 0, -1))
        self.answer(200, f"{os.environ.get('GREETING', 'kept')} database={in_database} cache={in_cache}")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("", 8080), Handler)
# Nobody sends it requests any more by then, and a first process that handles no SIGTERM is not ended by it.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
