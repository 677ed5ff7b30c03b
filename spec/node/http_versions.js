// IDs: HTTP-03 HTTP-13 HTTP-14 HTTP-18
"use strict";
const t = require("./trace");
const http = require("http");
const server = http.createServer((req, res) => {
  t("request", req.url, req.httpVersion);
  if (req.url === "/length") res.setHeader("Content-Length", 2);
  if (req.url === "/close") res.setHeader("Connection", "close");
  res.end("ok");
});
const asks = [
  "GET /1.0 HTTP/1.0\r\n\r\n",
  "GET /pipelined HTTP/1.1\r\nHost: x\r\n\r\nGET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  "GET /length HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /1.0 HTTP/1.0\r\n\r\n",
  "GET /close HTTP/1.1\r\nHost: x\r\n\r\n",
  "NONSENSE\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\r\nBig: " + "x".repeat(20000) + "\r\n\r\n",
];
server.listen(0, "127.0.0.1", () => {
  (function next(i) {
    if (i === asks.length) return server.close();
    t.ask(server.address().port, asks[i], (text) => { t("answer", text); next(i + 1); });
  })(0);
});
