// IDs: HTTP-30
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
const request = (method, minor) => ({ method, httpVersionMajor: 1, httpVersionMinor: minor, headers: {} });
const cases = [
  ["whole", (res, socket) => { res.assignSocket(socket); t("socket", res.socket === socket); t("end", res.end("hello") === res, res.headersSent); }],
  ["in pieces", (res, socket) => { res.assignSocket(socket); res.setHeader("X-Mine", "1"); t("write", res.write("one ", () => t("written"))); res.write("two"); res.end(); }],
  ["written before there is a socket", (res, socket) => { t("write", res.write("early "), res.headersSent, res.socket); res.end("late", () => t("end's callback")); t("ended", res.writableEnded, res.writableFinished); res.assignSocket(socket); }],
  ["writeHead with trailers", (res, socket) => { res.assignSocket(socket); res.writeHead(201, "Fine", { Trailer: "X-Sum" }); res.write("x"); res.addTrailers({ "X-Sum": "1" }); res.end(); }],
  ["HEAD", (res, socket) => { res.assignSocket(socket); res.end("not sent"); }, request("HEAD", 1)],
  ["HTTP/1.0", (res, socket) => { res.assignSocket(socket); res.end("old"); }, request("GET", 0)],
  ["HTTP/1.0 in pieces", (res, socket) => { res.assignSocket(socket); res.write("old "); res.end("too"); }, request("GET", 0)],
  ["interim", (res, socket) => { res.assignSocket(socket); res.writeContinue(); res.writeProcessing(); res.end("x"); }],
  ["a second socket, a second response", (res, socket) => {
    res.assignSocket(socket);
    t.throws("taken", () => new http.ServerResponse(request("GET", 1)).assignSocket(socket));
    res.detachSocket(socket);
    t("detached", res.socket);
    res.assignSocket(socket);
    res.end("again");
  }],
  ["a client that goes", (res, socket) => { res.assignSocket(socket); res.on("close", () => t("lost", res.writableFinished, res.destroyed)); socket.resume(); t("flush", res.flushHeaders()); setImmediate(() => socket.destroy()); }],
];
let now;
const server = net.createServer((socket) => socket.once("data", () => {
  const res = new http.ServerResponse(now[2] || request("GET", 1));
  t.on(res, "res", ["finish", "error", "drain"]);
  res.on("socket", (s) => t("res socket", s === socket));
  res.on("finish", () => { t("at finish", res.writableEnded, res.writableFinished, res.socket === socket, socket.destroyed, socket.writable); res.detachSocket(socket); socket.end(); });
  t.throws("case", () => now[1](res, socket));
}));
const next = () => {
  now = cases.shift();
  if (!now) return server.close(() => t("closed"));
  t(now[0]);
  t.ask(server.address().port, "GET / HTTP/1.1\r\n\r\n", (text) => { t("answer", text); next(); });
};
server.listen(0, "127.0.0.1", next);
