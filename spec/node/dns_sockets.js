// IDs: NET-05 NET-20 NET-22 DG-01
"use strict";
const t = require("./trace");
const dgram = require("dgram");
const net = require("net");
const show = (err) => err && [err.name, err.code, err.errno, err.syscall, err.hostname, err.message];
const NOWHERE = "not.a.host.invalid";
const steps = [
  () => {
    const server = net.createServer();
    server.on("error", (err) => { t("listen", show(err), server.listening); next(); });
    server.listen({ host: NOWHERE, port: 0 }, () => t("wrong"));
  },
  () => {
    const c = net.connect({ host: NOWHERE, port: 9, family: 4 }, () => t("wrong"));
    c.on("lookup", (err, address, family, host) => t("lookup", show(err), address, family, host));
    c.on("error", (err) => t("connect", show(err)));
    c.on("close", (failed) => { t("close", failed); next(); });
  },
  () => {
    const server = net.createServer((s) => { s.end(); server.close(); });
    server.listen(0, "localhost", () => {
      t("address", server.address().address, server.address().family);
      const c = net.connect({ host: "localhost", port: server.address().port, family: 4 });
      t.on(c, "c", ["lookup", "connect", "ready", "end", "close"]);
      c.resume();
      c.on("close", next);
    });
  },
  () => { // a number is not looked up
    const server = net.createServer((s) => { s.end(); server.close(); });
    server.listen(0, "127.0.0.1", () => {
      const c = net.connect(server.address().port, "127.0.0.1");
      t.on(c, "c", ["lookup", "connect", "close"]);
      c.resume();
      c.on("close", next);
    });
  },
  () => {
    const s = dgram.createSocket("udp4");
    s.on("error", (err) => { t("bind", show(err)); s.close(next); });
    s.bind(0, NOWHERE);
  },
  () => {
    const s = dgram.createSocket("udp4");
    s.connect(9, NOWHERE, (err) => { t("connect", show(err)); s.close(next); });
  },
  () => t("done"),
];
const next = () => steps.shift()();
next();
