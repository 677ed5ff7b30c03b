// IDs: NET-02 NET-20
"use strict";
const t = require("./trace");
const net = require("net");
const server = net.createServer();
const controller = new AbortController();
t.on(server, "server", ["listening", "close", "error"]);
t.throws("no signal", () => net.createServer().listen({ port: 0, signal: 5 }));
server.listen({ port: 0, host: "127.0.0.1", signal: controller.signal }, () => {
  const mine = new AbortController();
  const socket = net.connect({ port: server.address().port, host: "127.0.0.1", signal: mine.signal }, () => mine.abort());
  t.on(socket, "socket", ["connect", "error", "close"]);
  socket.on("close", () => {
    const early = net.connect({ port: server.address().port, host: "127.0.0.1", signal: AbortSignal.abort() });
    t.on(early, "early", ["connect", "error"]);
    early.once("close", () => controller.abort());
  });
});
server.on("close", () => {
  const late = net.createServer().listen({ port: 0, host: "127.0.0.1", signal: AbortSignal.abort() }, () => t("never"));
  t.on(late, "late", ["close", "error"]);
});
server.on("connection", (socket) => socket.on("error", () => {}).resume());
