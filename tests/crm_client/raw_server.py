"""A server on a real socket that does with its connections whatever a test wants, HTTP or not."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable

PIECE = 64 * 1024

type Answer = Callable[[Server, socket.socket], None]


class Server:
    """One request a connection: reads it whole, a piece at a time, remembers it, answers by a function, hangs up."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.tls = tls
        self.heads: list[bytes] = []
        """Of the requests, in lower case."""
        self.received = 0
        """Bytes of the last one's body."""
        self.first = b""
        """Its first ten or so."""
        self.sent = 0
        """For an answer to count what it sends."""
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        scheme, port = "https" if tls else "http", self.listener.getsockname()[1]
        self.base = f"{scheme}://127.0.0.1:{port}/Cust12345/api/"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                connection = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
                if self._read(connection):
                    self.answer(self, connection)
                connection.close()

    def _read(self, connection: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(PIECE)
            if not piece:
                return False
            head += piece
        head, _, body = head.partition(b"\r\n\r\n")
        self.heads.append(head.lower())
        told = [line for line in self.heads[-1].split(b"\r\n") if line.startswith(b"content-length:")]
        left = int(told[0].partition(b":")[2]) if told else 0
        self.received, self.first = 0, body[:10]
        while left:
            body = body or connection.recv(PIECE)
            self.first = self.first or body[:10]
            self.received += len(body)
            left -= len(body)
            body = b""
        return True

    def close(self) -> None:
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


def sends(piece: bytes) -> Answer:
    """These bytes, whatever they mean."""
    return lambda _, connection: connection.sendall(piece)


def says(status: str, body: bytes = b"{}", length: int | None = None, headers: str = "") -> Answer:
    """A good answer; with another ``length`` one that breaks off."""
    told = len(body) if length is None else length
    return sends(f"HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {told}\r\n\r\n".encode() + body)


def resets(_: Server, connection: socket.socket) -> None:
    """Hang up by reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def keeps_silent(server: Server, _: socket.socket) -> None:
    server.closing.wait(5)


def drips(server: Server, connection: socket.socket) -> None:
    """A byte now and then, so that no wait for a byte is ever long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    while not server.closing.wait(0.05):
        connection.sendall(b" ")
