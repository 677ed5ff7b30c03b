// IDs: HTTP-02 HTTP-15 HTTP-23
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
const server = http.createServer((req, res) => {
  t("request", req.url);
  res.on("close", () => t("res close", req.url));
  if (req.url === "/slow") {
    server.close(() => t("server closed"));
    t("closing", server.listening);
    setTimeout(() => { res.setHeader("Connection", "close"); res.end("slow"); }, 100);
  } else {
    res.end("idle");
  }
});
t("limits", server.requestTimeout, server.headersTimeout, server.keepAliveTimeout, server.timeout, server.maxRequestsPerSocket);
t("methods", typeof server.closeIdleConnections, typeof server.closeAllConnections, server.setTimeout(0) === server);
server.listen(0, "127.0.0.1", () => {
  const port = server.address().port;
  const idle = net.connect(port, "127.0.0.1", () => idle.write("GET /idle HTTP/1.1\r\nHost: x\r\n\r\n"));
  idle.once("data", () => {
    t.ask(port, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", (text) => { t.role("client"); t("answer", text); t.role("main"); });
  });
  idle.on("close", () => { t.role("idle"); t("closed"); t.role("main"); });
});
