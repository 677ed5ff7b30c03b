// IDs: HTTP-27
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
const EVENTS = ["abort", "close", "error", "finish", "response", "timeout"];
let behave;
const server = net.createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => behave(socket));
});
const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
let port;
// One request; what becomes of it until its close.
const ask = (label, how, watch, end = true) => () => {
  behave = how;
  t(label);
  const req = http.request({ host: "127.0.0.1", port, agent: false });
  t.on(req, "req", EVENTS.filter((name) => name !== "response"));
  req.on("response", (res) => { t("response", res.statusCode); t.on(res, "res", ["data", "aborted", "end", "error", "close"]); });
  req.on("close", () => { t("at close", req.destroyed, req.aborted, req.writableFinished); setImmediate(step); });
  if (watch) watch(req);
  if (end) req.end();
};
const steps = [
  ask("closed without a word", (socket) => socket.destroy()),
  ask("ended without a word", (socket) => socket.end()),
  ask("reset", (socket) => socket.resetAndDestroy()),
  ask("cut in mid-head", (socket) => socket.end("HTTP/1.1 200 OK\r\nConte")),
  ask("cut in mid-body", (socket) => socket.end(HEAD + "abc")),
  ask("reset in mid-body", (socket) => { socket.write(HEAD + "abc"); setTimeout(() => socket.resetAndDestroy(), 50); }),
  () => {
    behave = (socket) => socket.end("nonsense\r\n\r\n");
    const req = http.get({ host: "127.0.0.1", port, agent: false });
    req.on("error", (err) => t("no HTTP", err.code, err.message.slice(0, 12)));
    req.on("close", () => setImmediate(step));
  },
  ask("a body to the end of the connection", (socket) => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it")),
  ask("destroy before the socket", () => t("never"), (req) => { t("destroy", req.destroy() === req, req.destroyed); req.destroy(); }, false),
  ask("destroy with an error before the socket", () => t("never"), (req) => req.destroy(new Error("mine")), false),
  ask("destroy while it waits", () => {}, (req) => req.on("finish", () => setTimeout(() => req.destroy(), 50))),
  ask("destroy with an error while it waits", () => {}, (req) => req.on("finish", () => setTimeout(() => req.destroy(new Error("mine")), 50))),
  ask("destroy when it is answered", (socket) => socket.write(HEAD + "abc"), (req) => req.on("response", (res) => res.once("data", () => req.destroy()))),
  ask("destroy with an error when it is answered", (socket) => socket.write(HEAD + "abc"), (req) => req.on("response", (res) => res.once("data", () => req.destroy(new Error("mine"))))),
  ask("the answer's destroy", (socket) => socket.write(HEAD + "abc"), (req) => req.on("response", (res) => res.once("data", () => res.destroy()))),
  ask("the answer's destroy with an error", (socket) => socket.write(HEAD + "abc"), (req) => req.on("response", (res) => res.once("data", () => res.destroy(new Error("mine"))))),
  ask("abort", () => {}, (req) => req.on("finish", () => setTimeout(() => { req.abort(); req.abort(); t("aborted", req.aborted, req.destroyed); }, 50))),
  ask("timeout, and destroy", () => {}, (req) => { t("setTimeout", req.setTimeout(50, () => { t("timed out"); req.destroy(); }) === req, req.timeout); }),
  ask("write after end", (socket) => socket.end(HEAD + "0123456789"), (req) => req.on("finish", () => req.write("x", (err) => t("written", err)))),
  ask("end after end", (socket) => socket.end(HEAD + "0123456789"), (req) => req.on("finish", () => req.end((err) => t("ended", err)))),
  () => {
    const controller = new AbortController();
    behave = () => controller.abort();
    const req = http.get({ host: "127.0.0.1", port, agent: false, signal: controller.signal });
    t.on(req, "signal", EVENTS);
    req.on("close", () => setImmediate(step));
  },
  () => {
    const signal = AbortSignal.abort();
    const req = http.get({ host: "127.0.0.1", port, agent: false, signal });
    t.on(req, "aborted signal", EVENTS);
    req.on("close", () => setImmediate(step));
  },
  () => {
    behave = () => {};
    const req = http.get({ host: "127.0.0.1", port, agent: false, timeout: 50 });
    t.on(req, "option timeout", EVENTS);
    req.on("timeout", () => { t("socket's", req.timeout, req.socket.timeout); req.destroy(); });
    req.on("close", () => setImmediate(step));
  },
  () => server.close(() => {
    const req = http.get({ host: "127.0.0.1", port: 1, agent: false });
    t.on(req, "refused", EVENTS);
    req.on("close", () => setImmediate(step));
  }),
  () => {
    const req = http.get({ socketPath: process.env.TRACE_DIR + "/nobody", agent: false });
    t.on(req, "no path", EVENTS);
    req.on("close", () => setImmediate(step));
  },
  () => {
    const req = http.get({ host: "nobody.invalid", agent: false });
    req.on("error", (err) => t("no host", err.code === "ENOTFOUND" || err.code === "EAI_AGAIN", err.syscall, err.hostname));
    req.on("close", () => t("done"));
  },
];
const step = () => steps.shift()();
server.listen(0, "127.0.0.1", () => { port = server.address().port; step(); });
