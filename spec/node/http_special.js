// IDs: HTTP-18 HTTP-19 HTTP-20 HTTP-21 HTTP-22
"use strict";
const t = require("./trace");
const http = require("http");
const server = http.createServer((req, res) => {
  let body = "";
  req.on("data", (d) => { body += d; });
  req.on("end", () => { t("request", req.method, req.url, body); res.end("ok"); });
});
server.on("clientError", (err, socket) => { t("clientError", err.code); socket.end("HTTP/1.1 400 Mine\r\n\r\n"); });
server.on("upgrade", (req, socket, head) => { t("upgrade", req.url, req.headers.upgrade, head.toString()); socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\nraw"); });
server.on("connection", () => t("connection"));
const asks = [
  "POST /continue HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
  "GET /expect HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nConnection: close\r\n\r\n",
  "GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nhead bytes",
  "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
  "NONSENSE\r\n\r\n",
  "POST /chunks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
];
server.listen(0, "127.0.0.1", () => {
  (function next(i) {
    if (i === asks.length) return server.close(() => t("closed"));
    t.ask(server.address().port, asks[i], (text) => { t("answer", text); next(i + 1); });
  })(0);
});
