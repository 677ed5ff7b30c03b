// IDs: HTTP-02 HTTP-22
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
const get = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
let later = false;
const server = http.createServer((req, res) => { t("request", req.url); if (later) setTimeout(() => res.end("late"), 20); else res.end("ok"); });
server.maxRequestsPerSocket = 2;
server.keepAliveTimeout = 50;
server.on("dropRequest", (req, socket) => t("dropRequest", req.url, socket === req.socket));
// Given by hand, as a socket that another process sent would be.
const byHand = (done) => {
  const front = net.createServer((socket) => { server.emit("connection", socket); t("socket.server", socket.server === server); });
  front.listen(0, "127.0.0.1", () => t.ask(front.address().port, "GET /by/hand HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", (text) => { t("answer", text); front.close(() => done()); }));
};
server.on("connection", (socket) => t("connection", socket.server === server));
server.on("close", () => t("close"));
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  t.ask(port, get("/1") + get("/2") + get("/3") + get("/4"), (text) => {
    t("answer", text);
    later = true;
    t.ask(port, get("/1") + get("/2") + get("/3"), (text) => {
      t("answer", text);
      later = false;
      server.maxRequestsPerSocket = 1;
      t.ask(port, get("/1"), (text) => {
        t("answer", text);
        byHand(() => server.close());
      });
    });
  });
});
