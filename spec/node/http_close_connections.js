// IDs: HTTP-23 HTTP-24 HTTP-25
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
const say = (role, ...values) => { t.role(role); t(...values); t.role("main"); };
let held, upgraded;
const server = http.createServer({ keepAliveTimeout: 1000 }, (req, res) => {
  if (req.url !== "/busy") return res.end("ok");
  held = res;
  step();
});
server.on("upgrade", (req, socket) => {
  upgraded = socket;
  socket.on("close", () => say("upgrade", "server side closed"));
  socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
});
const clients = {};
const client = (role, text) => {
  const socket = net.connect(server.address().port, "127.0.0.1", () => socket.write(text));
  clients[role] = socket;
  socket.on("data", (data) => {
    say(role, "got", data.toString().replace(/Date: [^\r]*/, "Date: <date>"));
    if (role !== "busy") step();
  });
  socket.on("end", () => say(role, "end"));
  socket.on("close", () => { say(role, "close"); if (role === "idle" || role === "busy") step(); });
};
const left = (label) => t(label, Object.keys(clients).filter((role) => !clients[role].destroyed).sort());
const steps = [
  () => client("fresh", ""),
  () => client("partial", "GET /partial HTTP/1.1\r\nHost: x\r\n"),
  () => client("upgrade", "GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n"),
  () => client("busy", "GET /busy HTTP/1.1\r\nHost: x\r\n\r\n"),
  () => client("idle", "GET /idle HTTP/1.1\r\nHost: x\r\n\r\n"),
  () => server.closeIdleConnections(),
  () => {
    left("after closeIdleConnections");
    server.close((err) => t("server closed", err));
    t("listening", server.listening, server.address());
    held.end("late");
  },
  () => {
    left("after close, and the reply");
    server.closeAllConnections();
    setTimeout(() => {
      left("after closeAllConnections");
      upgraded.end();
      clients.upgrade.end();
    }, 50);
  },
];
const step = () => { if (steps.length > 0) steps.shift()(); };
server.on("connection", () => { if (steps.length > 5) setImmediate(step); });
server.listen(0, "127.0.0.1", step);
