// IDs: HTTP-02 HTTP-26
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
let handler;
const server = http.createServer((req, res) => handler(req, res));
t("default", server.timeout, server.setTimeout(40) === server, server.timeout);
const get = (done) => {
  const socket = net.connect(server.address().port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  let text = "";
  socket.on("data", (data) => { text += data; });
  socket.on("error", (err) => { text += err.code; });
  socket.on("close", () => done(text.replace(/Date: [^\r]*/, "Date: <date>")));
};
const answer = (label) => (text) => { t(label, text); step(); };
const closing = { Connection: "close" };
const steps = [
  () => {
    handler = (req) => { req.on("aborted", () => t("aborted")); req.on("close", () => t("req close", req.destroyed)); };
    server.setTimeout(40);
    get(answer("nobody listens"));
  },
  () => {
    handler = (req, res) => { server.once("timeout", (socket) => { t("server timeout", socket === req.socket, socket.destroyed); res.writeHead(503, closing); res.end(); }); };
    get(answer("the server listens"));
  },
  () => {
    server.setTimeout(0);
    handler = (req, res) => { t("req.setTimeout", req.setTimeout(40, () => t("never: the request is complete")) === req); setTimeout(() => { res.writeHead(200, closing); res.end("after"); }, 150); res.setTimeout(40, (socket) => t("res timeout", socket === req.socket)); };
    get(answer("the response listens"));
  },
  () => {
    handler = (req, res) => { req.socket.setTimeout(40); req.socket.once("timeout", () => { t("socket timeout"); res.writeHead(200, closing); res.end("x"); }); server.once("timeout", () => t("server too")); };
    get(answer("the socket and the server listen"));
  },
  () => {
    const fn = () => t("by callback");
    server.setTimeout(40, fn);
    handler = (req, res) => { setTimeout(() => { res.writeHead(200, closing); res.end("x"); }, 150); };
    get((text) => { t("callback", text, server.listenerCount("timeout")); server.removeAllListeners("timeout"); step(); });
  },
  () => server.close(() => t("closed")),
];
const step = () => steps.shift()();
server.listen(0, "127.0.0.1", step);
