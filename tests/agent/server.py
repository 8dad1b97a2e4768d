# SPDX-License-Identifier: Apache-2.0
"""A model server for tests, on loopback, on a free port. The first path element says how it behaves:

    /good-N/...   answers by role from answers/ROLE-K.md (K counts per N; the last file goes on)
    /BEHAVIOUR-N  misbehaves in the named way: see HOSTILE

All four dialects are spoken, streamed where asked. Plain sockets, so that it can break HTTP itself.
"""
import email.utils, gzip, json, os, re, socket, socketserver, ssl, subprocess, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROLES = [("first of three steps", "metrics"), ("second of three steps", "parts"), ("third of three steps", "arrangement"),
         ("You write programs", "coder"), ("You change a program", "editor"), ("You inspect", "inspector")]


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.name = path.strip("/").split("/")[0]
        self.kind = self.name.rsplit("-", 1)[0]
        self.dialect = ("chat" if path.endswith("/chat/completions") else "responses" if path.endswith("/responses")
                        else "messages" if path.endswith("/messages") else "ollama" if path.endswith("/api/chat") else None)
        try:
            self.json = json.loads(body or b"{}")
        except ValueError:
            self.json = {}

    def system(self):
        if self.dialect == "messages":
            return self.json["system"][0]["text"]
        if self.dialect == "responses":
            return self.json["instructions"]
        return self.json["messages"][0]["content"]

    def role(self):
        text = self.system()
        for words, role in ROLES:
            if words in text:
                return role
        return "unknown"


def program_of(text):
    found = re.search(r"```frc\n(.*?)```", text, re.S)
    return found.group(1) if found else text


def constrained(request, text):
    """What a server that keeps to the request's schema or grammar would say: ("tool", JSON or text), or ("text", text)."""
    body = request.json
    if request.dialect == "messages" and "tool_choice" in body:
        assert body["tool_choice"]["name"] == body["tools"][0]["name"] and body["tools"][0]["input_schema"]["type"] == "object"
        return "tool", text[text.index("{"):text.rindex("}") + 1]
    if request.dialect == "responses" and "tool_choice" in body:
        tool = body["tools"][0]
        assert body["tool_choice"]["name"] == tool["name"] and tool["format"]["syntax"] == "lark" and "start" in tool["format"]["definition"]
        return "tool", program_of(text)
    if request.dialect == "chat" and "grammar" in body:
        assert body["structured_outputs"]["grammar"] == body["grammar"]
        return "text", program_of(text)
    return "text", text


def tool_json(dialect, text):
    answer = answer_json(dialect, "")
    if dialect == "responses":
        answer["output"] = [{"type": "reasoning", "summary": []}, {"type": "custom_tool_call", "call_id": "c", "name": "write_program", "input": text}]
    else:
        answer.update(stop_reason="tool_use", content=[{"type": "tool_use", "id": "t", "name": "x", "input": json.loads(text)}])
    return answer


def tool_stream(dialect, text):
    body = answer_stream(dialect, text).decode()
    if dialect == "responses":
        return body.replace("response.output_text.delta", "response.custom_tool_call_input.delta").encode()
    return body.replace('"text_delta", "text":', '"input_json_delta", "partial_json":').encode()


def answer_json(dialect, text, finish="stop"):
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    if dialect == "chat":
        return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}], "usage": usage}
    if dialect == "responses":
        return {"status": "completed", "output": [{"type": "reasoning", "summary": []}, {"type": "message", "role": "assistant",
                "content": [{"type": "output_text", "text": text}]}], "usage": {"input_tokens": 100, "output_tokens": 20}}
    if dialect == "messages":
        return {"type": "message", "stop_reason": "end_turn", "content": [{"type": "text", "text": text}],
                "usage": {"input_tokens": 40, "cache_read_input_tokens": 60, "output_tokens": 20}}
    return {"message": {"role": "assistant", "content": text}, "done": True, "done_reason": "stop", "prompt_eval_count": 100, "eval_count": 20}


def answer_stream(dialect, text):
    """The bytes of a streamed answer; lines end with LF, CR LF or CR in turn."""
    pieces = [text[i:i + 31] for i in range(0, len(text), 31)]
    if dialect == "ollama":
        lines = [json.dumps({"message": {"role": "assistant", "content": p}, "done": False}) for p in pieces]
        lines.append(json.dumps({"message": {"content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 100, "eval_count": 20}))
        return ("\n".join(lines) + "\n").encode()
    events = []
    if dialect == "chat":
        events = [(None, {"choices": [{"index": 0, "delta": {"content": p}}]}) for p in pieces]
        events.append((None, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        events.append((None, {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}))
        events.append((None, "[DONE]"))
    elif dialect == "messages":
        events = [("message_start", {"type": "message_start", "message": {"usage": {"input_tokens": 40, "cache_read_input_tokens": 60, "output_tokens": 1}}})]
        events += [("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": p}}) for p in pieces]
        events += [("message_delta", {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 20}}),
                   ("message_stop", {"type": "message_stop"})]
    else:
        events = [("response.output_text.delta", {"type": "response.output_text.delta", "delta": p}) for p in pieces]
        events.append(("response.completed", {"type": "response.completed", "response": {"status": "completed",
                       "usage": {"input_tokens": 100, "output_tokens": 20}}}))
    ends = ["\n", "\r\n", "\r"]
    out = ": hello" + ends[0] * 2
    for i, (name, data) in enumerate(events):
        e = ends[i % 3]
        out += ("event: " + name + e if name else "") + "data: " + (data if isinstance(data, str) else json.dumps(data)) + e + e
    return out.encode()


class Server:
    def __init__(self, tls=None):
        self.log, self.counts, self.lock, self.stopping = [], {}, threading.Lock(), False
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    outer.serve(self.request)
                except (OSError, ValueError):
                    pass

        class Listener(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

            def handle_error(self, request, address):
                pass

        self.listener = Listener(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.listener.socket = context.wrap_socket(self.listener.socket, server_side=True)
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def close(self):
        self.stopping = True
        self.listener.shutdown()
        self.listener.server_close()

    def count(self, key):
        with self.lock:
            self.counts[key] = self.counts.get(key, 0) + 1
            return self.counts[key]

    def requests(self, name):
        with self.lock:
            return [r for r in self.log if r.name == name]

    def serve(self, sock):
        sock.settimeout(20)
        data = b""
        while b"\r\n\r\n" not in data:
            more = sock.recv(65536)
            if not more:
                return
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        want = int(headers.get("content-length", "0"))
        while len(body) < want:
            more = sock.recv(65536)
            if not more:
                return
            body += more
        request = Request(method, path, headers, body)
        with self.lock:
            self.log.append(request)
        if request.kind in HOSTILE:
            HOSTILE[request.kind](self, request, sock)
        else:
            good(self, request, sock)
        try:
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def reply(sock, body, status="200 OK", ctype="application/json", extra="", length=None):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    sock.sendall(("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n"
                  % (status, ctype, len(body) if length is None else length, extra)).encode() + body)


def scripted(server, request):
    role = request.role()
    k = server.count((request.name, role))
    while k > 1 and not os.path.exists(os.path.join(HERE, "answers", "%s-%d.md" % (role, k))):
        k -= 1
    path = os.path.join(HERE, "answers", "%s-%d.md" % (role, k))
    if not os.path.exists(path):
        path = os.path.join(HERE, "answers", role + ".md")
    return open(path).read()


def good(server, request, sock):
    form, text = constrained(request, scripted(server, request))
    if request.json.get("stream"):
        body = (tool_stream if form == "tool" else answer_stream)(request.dialect, text)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n"
                     % (b"application/x-ndjson" if request.dialect == "ollama" else b"text/event-stream"))
        for i in range(0, len(body), 7 + len(body) // 50):
            sock.sendall(body[i:i + 7 + len(body) // 50])
    else:
        reply(sock, (tool_json if form == "tool" else answer_json)(request.dialect, text))


# ---- the hostile ones ----------------------------------------------------------------------------

def linger(server, sock, seconds=15):
    end = time.time() + seconds
    while time.time() < end and not server.stopping:
        time.sleep(0.05)


def reset(server, request, sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


def silent(server, request, sock):
    linger(server, sock)


def slow(server, request, sock):
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100:
        if server.stopping:
            return
        sock.sendall(bytes([byte]))
        time.sleep(0.2)


def silent_after_headers(server, request, sock):
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
    linger(server, sock)


def flood_chunked(server, request, sock):
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    for _ in range(100000):
        sock.sendall(chunk)


def flood_100mb(server, request, sock):
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
    for _ in range(1600):
        sock.sendall(b" " * 65536)


def endless_headers(server, request, sock):
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in range(1000000):
        sock.sendall(b"X-H%d: %s\r\n" % (i, b"a" * 500))


def long_header(server, request, sock):
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * (1 << 20) + b"\r\n\r\n{}")


def length_too_long(server, request, sock):
    body = json.dumps(answer_json(request.dialect, scripted(server, request))).encode()
    reply(sock, body, length=len(body) + 100)


def length_too_short(server, request, sock):
    body = json.dumps(answer_json(request.dialect, scripted(server, request))).encode()
    reply(sock, body, length=len(body) // 2)


def gzip_bomb(server, request, sock):
    reply(sock, gzip.compress(b" " * (64 << 20)), extra="Content-Encoding: gzip\r\n")


def redirect_http(server, request, sock):
    reply(sock, b"", "301 Moved", extra="Location: http://127.0.0.1:%d/good-redirected/v1/chat/completions\r\n" % server.port)


def redirect_host(server, request, sock):
    reply(sock, b"", "307 Temporary", extra="Location: https://example.invalid/v1/chat/completions\r\n")


def refuse_key(server, request, sock):
    key = request.headers.get("authorization", "") + request.headers.get("x-api-key", "")
    reply(sock, {"error": {"message": "Incorrect API key provided: %s \x1b[31mred\u202e" % key}}, "401 Unauthorized")


def status(code, extra=""):
    def behave(server, request, sock):
        reply(sock, {"error": {"message": "status %s" % code}}, "%s Whatever" % code, extra=extra)
    return behave


def then_good(code, extra=""):
    """The first call of each role fails with this status, then all is well."""
    def behave(server, request, sock):
        if server.count((request.name, "fail", request.role())) == 1:
            reply(sock, {"error": {"message": "later"}}, "%s Whatever" % code, extra=extra() if callable(extra) else extra)
        else:
            good(server, request, sock)
    return behave


def body(make, ctype="application/json"):
    def behave(server, request, sock):
        data = make(server, request)
        reply(sock, data if isinstance(data, bytes) else json.dumps(data).encode(), ctype=ctype)
    return behave


def schema_refused(server, request, sock):
    if "response_format" in request.json:
        reply(sock, {"error": {"message": "response_format json_schema is not supported"}}, "400 Bad Request")
    else:
        good(server, request, sock)


def grammar_refused(server, request, sock):
    if "grammar" in request.json or "tools" in request.json:
        reply(sock, {"error": {"message": "grammar is too complex"}}, "400 Bad Request")
    else:
        good(server, request, sock)


def evil_text(server, request):
    text = scripted(server, request)
    if request.role() == "metrics":
        text = text.replace("round seat", "\x1b]0;owned\x07\u202e\u2066 round seat")
    return answer_json(request.dialect, text)


LIMIT_PROGRAMS = [
    "object a\npart p { for i in range(100000) { for k in range(100000) { box(size = [1, 1, 1]).move(x = i * k) } } }",
    "object a\ndef f(x) = f(x + 1)\npart p { box(size = [f(1), 1, 1]) }",
    "object a\npart p { " + "group { " * 3000 + "box(size = [1, 1, 1])" + " }" * 3000 + " }",
    "object a\npart p { box(size = [1, 1, 1]).grid([1000, 1000], step = [2, 2]) }",
    "object a\nlet l = [i for i in range(10000000)]\npart p { box(size = [1, 1, 1]) }",
]


def limit_program(server, request):
    if request.role() == "coder":
        k = server.count((request.name, "limit"))
        if k <= len(LIMIT_PROGRAMS):
            return answer_json(request.dialect, "```frc\n%s\n```" % LIMIT_PROGRAMS[k - 1])
    return answer_json(request.dialect, scripted(server, request))


def cut_stream(server, request, sock):
    data = answer_stream(request.dialect, scripted(server, request))
    reply(sock, data[:len(data) // 2], ctype="text/event-stream")


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n"


def begin_stream(request, sock):
    sock.sendall(STREAM_HEAD % (b"application/x-ndjson" if request.dialect == "ollama" else b"text/event-stream"))


def endless_loop(server, request, sock):
    """The coder's first answer repeats a line for ever; server.sent counts what was taken of it."""
    if request.role() != "coder" or server.count((request.name, "loop")) > 1:
        return good(server, request, sock)
    begin_stream(request, sock)
    line = "part leg { sphere(d = 30) }".ljust(30) + "\n"  # one piece of answer_stream
    body = answer_stream(request.dialect, line * 21)
    last = body.rindex(b"part leg")
    body = body[:max(body.rfind(b"event:", 0, last), body.rfind(b"{\"message\"", 0, last) if request.dialect == "ollama" else -1)
                if request.dialect != "chat" else body.rfind(b"data:", 0, last)]
    for i in range(1000):
        sock.sendall(body)
        server.count((request.name, "sent"))
        time.sleep(0.005)


def stream_pauses(server, request, sock):
    """Longer than the call's time in all, but never silent for long."""
    begin_stream(request, sock)
    body = answer_stream(request.dialect, scripted(server, request))
    step = len(body) // 5 + 1
    for i in range(0, len(body), step):
        sock.sendall(body[i:i + step])
        time.sleep(0.3)


def stream_stalls(server, request, sock):
    begin_stream(request, sock)
    body = answer_stream(request.dialect, scripted(server, request))
    sock.sendall(body[:len(body) // 2])
    linger(server, sock)


def stream_unasked(server, request, sock):
    reply(sock, answer_stream(request.dialect, scripted(server, request)), ctype="text/event-stream")


def date_soon():
    return "Retry-After: %s\r\n" % email.utils.formatdate(time.time() + 2, usegmt=True)


HOSTILE = {
    "reset": reset, "silent": silent, "slow": slow, "silent_after_headers": silent_after_headers,
    "flood_chunked": flood_chunked, "flood_100mb": flood_100mb, "endless_headers": endless_headers, "long_header": long_header,
    "length_too_long": length_too_long, "length_too_short": length_too_short, "gzip_bomb": gzip_bomb,
    "redirect_http": redirect_http, "redirect_host": redirect_host, "refuse_key": refuse_key,
    "bad_request": status(400), "no_credit": status(402), "forbidden": status(403), "not_found": status(404),
    "retry_0": then_good(429, "Retry-After: 0\r\n"), "retry_negative": then_good(429, "Retry-After: -1\r\n"),
    "retry_date": then_good(429, date_soon), "retry_garbage": then_good(429, "Retry-After: soon: really\r\n"),
    "retry_huge": then_good(429, "Retry-After: 1000000000\r\n"),
    "fails_once": then_good(500), "conflict_once": then_good(409), "overloaded_once": then_good(529),
    "fails": status(500),
    "empty": body(lambda s, r: b""), "html": body(lambda s, r: b"<html><body>Welcome</body></html>", "text/html"),
    "truncated": body(lambda s, r: json.dumps(answer_json(r.dialect, "x" * 100)).encode()[:-40]),
    "nested": body(lambda s, r: b"[" * 100000 + b"]" * 100000),
    "many": body(lambda s, r: b"[" + b"1," * 1000000 + b"1]"),
    "no_choices": body(lambda s, r: {"choices": [], "output": [], "content": [], "message": {}}),
    "null_content": body(lambda s, r: answer_json(r.dialect, None)),
    "wrong_types": body(lambda s, r: {"choices": {"a": 1}, "output": 5, "content": "x", "message": [1], "usage": "much"}),
    "number_text": body(lambda s, r: answer_json(r.dialect, 17)),
    "huge_number": body(lambda s, r: b'{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":1e999}}'),
    "duplicate_keys": body(lambda s, r: b'{"choices":[{"message":{"content":"a","content":"b"}}]}'),
    "nul": body(lambda s, r: answer_json(r.dialect, "a\0b")),
    "bad_utf8": body(lambda s, r: b'{"choices":[{"message":{"content":"\xff\xfe"}}]}'),
    "evil_text": body(evil_text), "limit_program": body(limit_program),
    "endless_loop": endless_loop, "stream_pauses": stream_pauses, "stream_stalls": stream_stalls,
    "stream_unasked": stream_unasked, "cut_stream": cut_stream, "schema_refused": schema_refused, "grammar_refused": grammar_refused,
    "not_http": lambda s, r, sock: sock.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"),
}


def make_certificate(folder, name, days):
    """A self-signed certificate for `name`; days < 0: it has ended. Returns (certificate, key)."""
    cert, key = os.path.join(folder, "cert%d.pem" % days), os.path.join(folder, "key%d.pem" % days)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                    "-out", cert, "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1", "-days", str(max(days, 1))],
                   check=True, capture_output=True)
    return cert, key
