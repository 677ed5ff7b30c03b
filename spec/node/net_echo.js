// IDs: NET-01 NET-02 NET-04 NET-06 NET-07 NET-09 NET-10 NET-11 NET-22 NET-24 NET-25 NET-26 NET-33
"use strict";
const t = require("./trace");
const net = require("net");
const server = net.createServer((s) => {
  t.role("accepted");
  t("connection", s.server === server, s.readyState, s.remoteFamily, s.localAddress);
  t.role("main");
  s.on("data", (d) => s.write(d));
  s.on("end", () => s.end());
});
t("before", server.listening, server.address());
t("chains", server.listen(0, "127.0.0.1", () => {
  const a = server.address();
  t.mask("PORT", a.port);
  t("listening", server.listening, a);
  const c = net.connect(a.port, "127.0.0.1");
  t("connecting", c.connecting, c.pending, c.readyState, c.destroyed);
  for (const name of ["connect", "ready", "end", "close", "error"]) c.on(name, (...args) => t(name, ...args));
  c.on("connect", () => t("open", c.connecting, c.readyState, c.remoteAddress, c.remotePort, c.remoteFamily));
  c.write("early ");
  c.on("ready", () => t("write", c.write("late", () => t("written"))));
  let got = "";
  c.on("data", (d) => {
    got += d;
    if (got === "early late") { t("got", got, c.bytesRead, c.bytesWritten); c.end(); t("ended", c.readyState); }
  });
  c.on("close", () => {
    t("closed", c.destroyed, c.readyState);
    t("close chains", server.close((err) => t("server closed", err)) === server, server.listening);
    server.close((err) => t("again", err));
  });
}) === server);
server.on("close", () => t("server close", server.address()));
