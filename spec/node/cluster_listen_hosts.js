// IDs: CL-80 CL-81 CL-82 CL-85
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");

if (cluster.isPrimary) {
  process.chdir(process.env.TRACE_DIR);
  const w = cluster.fork();
  w.on("listening", (a) => { if (a.port > 0) t.mask("PORT", a.port); t("listening", a); });
  w.on("message", () => {
    require("child_process").spawn("stat", ["-c", "%a", "all.sock"]).stdout.on("data", (d) => { t("mode", d.toString()); w.kill(); });
  });
  w.on("exit", (code, signal) => t("exit", code, signal));
} else {
  net.createServer().listen({ port: 0, host: "::1", ipv6Only: true, backlog: 5 }, () => {
    net.createServer().listen({ port: 0, host: "127.0.0.2" }, () => {
      net.createServer().listen({ path: "all.sock", readableAll: true, writableAll: true }, () => process.send("done"));
    });
  });
}
