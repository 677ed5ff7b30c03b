// IDs: HTTP-18
"use strict";
const t = require("./trace");
const http = require("http");
const asks = [
  ["two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n"],
  ["two spaces", "GET  / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
  ["HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"],
  ["more headers than maxHeadersCount", "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\nC: 3\r\nConnection: close\r\n\r\n"],
];
const server = http.createServer((req, res) => { t("request", req.headers); res.end("ok"); });
server.maxHeadersCount = 4;
server.listen(0, "127.0.0.1", () => {
  (function next(i) {
    if (i === asks.length) return server.close();
    t(asks[i][0]);
    t.ask(server.address().port, asks[i][1], (text) => { t("answer", text); next(i + 1); });
  })(0);
});
