// IDs: HTTP-04 HTTP-15
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const PART = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123";
let client;
const cases = [
  ["unread, the client resets", GET, () => client.resetAndDestroy()],
  ["unread, the client ends", GET, () => client.end(), (req, res) => res.end("ok")],
  ["read, answered later", GET, () => {}, (req, res) => req.resume().on("end", () => setImmediate(() => setImmediate(() => res.end("ok", () => client.end()))))],
  ["waited for, the client ends", GET, () => client.end(), (req) => req.resume()],
  ["half answered, the client ends", GET, () => client.end(), (req, res) => { req.resume(); res.write("a part"); }],
  ["read, the client resets", GET, () => client.resetAndDestroy(), (req) => req.resume()],
  ["in mid-body, reset", PART, () => client.resetAndDestroy(), (req) => req.resume()],
  ["in mid-body, reset, unread", PART, () => client.resetAndDestroy()],
  ["req.destroy()", GET, () => {}, (req) => t("destroy", req.destroy() === req, req.destroyed, req.aborted)],
  ["req.destroy(err)", PART, () => {}, (req) => { req.destroy(new Error("mine")); req.destroy(new Error("twice")); }],
  ["res.destroy()", GET, () => {}, (req, res) => t("destroy", res.destroy() === res, res.destroyed)],
  ["res.destroy(err)", GET, () => {}, (req, res) => { res.on("error", (err) => t("res error", err)); res.destroy(new Error("mine")); }],
  ["socket.destroy()", GET, () => {}, (req) => req.socket.destroy()],
];
let now;
const server = http.createServer((req, res) => {
  t.on(req, "req", ["aborted", "end", "error", "close"]);
  t.on(res, "res", ["finish", "close"]);
  req.on("close", () => t("at close", req.complete, req.aborted, req.destroyed, req.readableEnded, res.writableFinished));
  if (now[3]) now[3](req, res);
  now[2]();
});
server.on("clientError", (err, socket) => { t("clientError", err.message, socket.destroyed); });
(function next() {
  now = cases.shift();
  if (!now) return server.close(() => t("closed"));
  t(now[0]);
  const begin = () => {
    client = net.connect(server.address().port, "127.0.0.1", () => client.write(now[1]));
    client.on("error", () => {});
    client.on("data", () => {});
    server.once("connection", (socket) => socket.on("close", () => setImmediate(next)));
  };
  if (server.listening) begin();
  else server.listen(0, "127.0.0.1", begin);
})();
