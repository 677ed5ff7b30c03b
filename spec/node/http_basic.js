// IDs: HTTP-01 HTTP-03 HTTP-04 HTTP-05 HTTP-07 HTTP-10 HTTP-11 HTTP-14 HTTP-29
"use strict";
const t = require("./trace");
const http = require("http");
const server = http.createServer((req, res) => {
  t("request", req.method, req.url, req.httpVersion, req.httpVersionMajor, req.httpVersionMinor);
  t("headers", req.headers, req.rawHeaders);
  t("defaults", res.statusCode, res.headersSent, res.writableEnded);
  let body = "";
  req.on("data", (d) => { body += d; });
  req.on("end", () => {
    t("body", body, req.complete);
    res.end("got " + body);
    t("after", res.headersSent, res.writableEnded);
  });
});
t("statuses", http.STATUS_CODES[200], http.STATUS_CODES[404], http.METHODS.includes("GET"), http.maxHeaderSize);
server.listen(0, "127.0.0.1", () => {
  const lines = ["POST /a/b?c=d HTTP/1.1", "Host: x", "X-Twice: 1", "x-twice: 2", "Cookie: a=1", "Cookie: b=2", "Set-Cookie: s",
    "Content-Type: text/a", "Content-Type: text/b", "Content-Length: 5", "Connection: close", "", "hello"];
  t.ask(server.address().port, lines.join("\r\n"), (text) => { t("answer", text); server.close(() => t("closed")); });
});
