"""A real OTLP receiver from the official Python packages: gRPC on one port, HTTP on another, control on a third.

Started with one JSON argument; prints its ports as JSON; ends when stdin closes. The control port speaks JSON:
GET /state gives everything received, POST /answers replaces the planned answers.
"""

import base64
import gzip
import json
import ssl
import sys
import threading
import time
import zlib
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service

KINDS = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]
CODES = ["UNSET", "OK", "ERROR"]
WIRE_NAMES = {
    "string_value": "string",
    "bool_value": "bool",
    "int_value": "int",
    "double_value": "double",
    "array_value": "array",
    "kvlist_value": "kvlist",
    "bytes_value": "bytes",
}


def value(any_value):
    kind = any_value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [value(each) for each in any_value.array_value.values]
    if kind == "kvlist_value":
        return {each.key: value(each.value) for each in any_value.kvlist_value.values}
    if kind == "bytes_value":
        return {"$bytes": base64.b64encode(any_value.bytes_value).decode()}
    return getattr(any_value, kind)


def attributes(pairs):
    return {each.key: value(each.value) for each in pairs}


def decode(span, resource, scope):
    return {
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "parentSpanId": span.parent_span_id.hex(),
        "traceState": span.trace_state,
        "flags": span.flags,
        "name": span.name,
        "kind": KINDS[span.kind],
        "startTimeUnixNano": str(span.start_time_unix_nano),
        "endTimeUnixNano": str(span.end_time_unix_nano),
        "attributes": attributes(span.attributes),
        "wireKinds": {each.key: WIRE_NAMES.get(each.value.WhichOneof("value"), "empty") for each in span.attributes},
        "events": [
            {
                "name": each.name,
                "timeUnixNano": str(each.time_unix_nano),
                "attributes": attributes(each.attributes),
                "droppedAttributesCount": each.dropped_attributes_count,
            }
            for each in span.events
        ],
        "links": [
            {
                "traceId": each.trace_id.hex(),
                "spanId": each.span_id.hex(),
                "traceState": each.trace_state,
                "flags": each.flags,
                "attributes": attributes(each.attributes),
                "droppedAttributesCount": each.dropped_attributes_count,
            }
            for each in span.links
        ],
        "status": {"code": CODES[span.status.code], "message": span.status.message},
        "droppedAttributesCount": span.dropped_attributes_count,
        "droppedEventsCount": span.dropped_events_count,
        "droppedLinksCount": span.dropped_links_count,
        "resource": attributes(resource.attributes),
        "scope": {"name": scope.name, "version": scope.version, "attributes": attributes(scope.attributes)},
    }


def spans_of(request):
    return [
        decode(span, block.resource, scoped.scope)
        for block in request.resource_spans
        for scoped in block.scope_spans
        for span in scoped.spans
    ]


class Book:
    """What came in, and what to answer next; shared by the three servers."""

    def __init__(self, options):
        self.lock = threading.Lock()
        self.calls = []
        self.answers = list(options.get("answers", []))
        self.afterwards = options.get("afterwards", {})

    def next_answer(self):
        with self.lock:
            return self.answers.pop(0) if self.answers else self.afterwards

    def plan(self, options):
        with self.lock:
            self.answers = list(options.get("answers", []))
            self.afterwards = options.get("afterwards", {})

    def record(self, protocol, path, metadata, spans, code, accepted):
        with self.lock:
            self.calls.append(
                {
                    "protocol": protocol,
                    "path": path,
                    "metadata": metadata,
                    "spans": spans,
                    "code": code,
                    "accepted": accepted,
                    "time": time.time(),
                }
            )


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, payload):
    return bytes([number << 3 | 2]) + varint(len(payload)) + payload


def status_details(code, message, retry_after_ms):
    """google.rpc.Status with a RetryInfo, which is how a server asks a gRPC client to wait."""
    duration = b"\x08" + varint(retry_after_ms // 1000) + b"\x10" + varint(retry_after_ms % 1000 * 1_000_000)
    any_message = field(1, b"type.googleapis.com/google.rpc.RetryInfo") + field(2, field(1, duration))
    return b"\x08" + varint(code) + field(2, message.encode()) + field(3, any_message)


def partial(answer):
    response = service.ExportTraceServiceResponse()
    wanted = answer.get("partialSuccess")
    if wanted is not None:
        response.partial_success.rejected_spans = wanted["rejectedSpans"]
        response.partial_success.error_message = wanted["message"]
    return response


class Exporter:
    def __init__(self, book):
        self.book = book

    def export(self, request, context):
        answer = self.book.next_answer()
        code = grpc.StatusCode[answer.get("code", "OK")]
        metadata = {key: text if isinstance(text, str) else text.hex() for key, text in context.invocation_metadata()}
        stored = code is grpc.StatusCode.OK and not answer.get("hang")
        self.book.record("grpc", context.peer(), metadata, spans_of(request), code.name, stored)
        time.sleep(answer.get("delayMs", 0) / 1000)
        if answer.get("hang"):
            while context.is_active():
                time.sleep(0.02)
        if code is not grpc.StatusCode.OK:
            message = answer.get("message", f"planned {code.name}")
            if "retryAfterMs" in answer:
                details = status_details(code.value[0], message, answer["retryAfterMs"])
                context.set_trailing_metadata((("grpc-status-details-bin", details),))
            context.abort(code, message)
        return partial(answer)


def grpc_server(book, options):
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32))
    method = grpc.unary_unary_rpc_method_handler(
        Exporter(book).export,
        request_deserializer=service.ExportTraceServiceRequest.FromString,
        response_serializer=service.ExportTraceServiceResponse.SerializeToString,
    )
    name = "opentelemetry.proto.collector.trace.v1.TraceService"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": method}),))
    address = f"127.0.0.1:{options.get('grpcPort', 0)}"
    tls = options.get("tls")
    if tls is None:
        port = server.add_insecure_port(address)
    else:
        pair = (read(tls["keyFile"]), read(tls["certFile"]))
        needs_client = tls.get("requireClientCert", False)
        credentials = grpc.ssl_server_credentials(
            [pair], root_certificates=read(tls["caFile"]) if needs_client else None, require_client_auth=needs_client
        )
        port = server.add_secure_port(address, credentials)
    server.start()
    # Without a reference the server would be collected, and its port closed.
    return server, port


def read(path):
    with open(path, "rb") as file:
        return file.read()


def unpacked(body, encoding):
    if encoding == "gzip":
        return gzip.decompress(body)
    return zlib.decompress(body) if encoding == "deflate" else body


def http_handler(book):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            answer = book.next_answer()
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = answer.get("status", 200)
            try:
                request = service.ExportTraceServiceRequest.FromString(
                    unpacked(body, self.headers.get("content-encoding"))
                )
                spans = spans_of(request)
            except (DecodeError, OSError, zlib.error) as error:
                self.reply(400, str(error).encode(), "text/plain")
                return
            headers = {key.lower(): text for key, text in self.headers.items()}
            book.record("http/protobuf", self.path, headers, spans, str(status), status < 300)
            self.reply(status, partial(answer).SerializeToString(), "application/x-protobuf")

        def reply(self, status, body, kind):
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def control_handler(book):
    class Handler(http_handler(book)):
        def do_GET(self):
            with book.lock:
                body = json.dumps({"calls": book.calls}).encode()
            self.reply(200, body, "application/json")

        def do_POST(self):
            book.plan(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.reply(200, b"{}", "application/json")

    return Handler


def http_server(handler, port=0, tls=None):
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls["certFile"], tls["keyFile"])
        if tls.get("requireClientCert"):
            context.load_verify_locations(tls["caFile"])
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    shared = Book(settings)
    running, grpc_port = grpc_server(shared, settings)
    ports = {
        "grpc": grpc_port,
        "http": http_server(http_handler(shared), settings.get("httpPort", 0), settings.get("tls")),
        "control": http_server(control_handler(shared)),
    }
    print(json.dumps(ports), flush=True)
    sys.stdin.buffer.read()
