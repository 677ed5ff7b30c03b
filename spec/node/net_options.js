// IDs: NET-01 NET-02 NET-20 NET-31
"use strict";
const t = require("./trace");
const net = require("net");
const fs = require("fs");
const path = `${process.env.TMPDIR || "/tmp"}/net_options_${process.pid}.sock`;
t.mask("path", path);
for (const bad of [1, 128]) t.throws("hints", () => net.connect({ port: 1, host: "localhost", hints: bad }));
t.throws("hints", () => new net.Socket().connect({ port: 1, host: "localhost", hints: 1 }));
const refused = (label, fn) => { try { fn(); } catch (err) { t(label, err.name, err.code); } };
for (const bad of [1.5, -1]) refused("hints", () => net.connect({ port: 1, host: "localhost", hints: bad }));
refused("everybody's name", () => net.createServer().listen({ path: "\0net_options", readableAll: true }));
refused("nothing", () => net.createServer().listen({ host: "127.0.0.1" }));
refused("nothing", () => net.connect({ host: "127.0.0.1" }));
t.throws("localPort", () => net.connect({ port: 1, localPort: "x" }));
for (const bad of ["x", "localhost", "1.2.3"]) t.throws("localAddress", () => net.connect({ port: 1, localAddress: bad }));
for (const bad of ["x", -1]) refused("timeout", () => net.connect({ port: 1, timeout: bad }));
t.throws("highWaterMark", () => net.createServer({ highWaterMark: "x" }));
t.throws("keepAliveInitialDelay", () => net.createServer({ keepAliveInitialDelay: "x" }));

// A port comes before a path where a server listens, and a path before a port where one connects.
const atPort = net.createServer((s) => { t("at the port", s.localFamily); s.end(); });
atPort.listen({ port: 0, host: "127.0.0.1", path }, () => {
  t("listens", typeof atPort.address(), fs.existsSync(path));
  const atPath = net.createServer((s) => { t("at the path", s.localFamily); s.end(); });
  atPath.listen({ path, backlog: 5, host: "nowhere.invalid", ipv6Only: true }, () => {
    t("listens", atPath.address());
    const c = net.connect({ path, port: atPort.address().port, host: "nowhere.invalid", family: 6 });
    t.on(c, "by path", ["lookup", "end", "close"]);
    c.resume().on("close", () => {
      atPath.close();
      const port = String(atPort.address().port);
      const d = net.connect({ port, host: "127.0.0.1", localAddress: "127.0.0.1", hints: 0, family: 4, noDelay: true, keepAlive: true,
        keepAliveInitialDelay: 2000, timeout: 60000 });
      t("timeout", d.timeout);
      t.on(d, "by port", ["lookup", "connect", "end", "close"]);
      d.resume().on("close", () => atPort.close());
    });
  });
});
