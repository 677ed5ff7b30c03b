// IDs: CL-70 CL-80 CL-81 CL-89
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("listening", (a) => { t.mask("PORT", a.port); t("listening", a); });
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  const steps = [
    (next) => net.createServer().listen().on("listening", next),
    (next) => net.createServer().listen({ port: 0, host: "::1" }, next),
    (next) => {
      // One family only: the other side of the port is free.
      const six = net.createServer();
      six.listen({ port: 0, host: "::", ipv6Only: true }, () => {
        const four = net.createServer();
        four.listen({ port: six.address().port, host: "0.0.0.0" }, () => { t("both", four.address().address); next(); });
      });
    },
    (next) => net.createServer().on("error", (err) => { t("address", err); next(); }).listen(0, "192.0.2.1"),
    (next) => net.createServer().on("error", (err) => { t("name", err.code, err.syscall, err.hostname); next(); }).listen(0, "no.such.host.invalid"),
    () => { t.throws("port", () => net.createServer().listen(70000)); process.exit(); },
  ];
  (function run(i) { if (i < steps.length) steps[i](() => setTimeout(run, 20, i + 1)); })(0);
}
