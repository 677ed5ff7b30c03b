// IDs: CL-95 CP-67 HTTP-22
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const http = require("http");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  // The second time there is nothing to send but the message.
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    w.send("socket", socket, () => w.send("again", socket));
  });
  w.on("online", () => server.listen(0, "127.0.0.1", () => {
    t.ask(server.address().port, "GET /path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", (text) => {
      t("answer", text);
      server.getConnections((err, n) => { t("connections", err, n); server.close((e) => { t("closed", e); w.disconnect(); }); });
    });
  }));
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  const server = http.createServer((req, res) => {
    t("request", req.url, req.socket.server === server, req.socket.remoteAddress);
    res.end("by the worker");
  });
  server.on("connection", (socket) => t("connection", socket.server === server));
  process.on("message", (m, socket) => {
    t.role("messages");
    t("message", m, socket !== undefined);
    t.role("worker");
    if (socket) server.emit("connection", socket);
  });
}
