// IDs: Q-03
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const http = require("http");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("listening", (a) => {
    const c = net.connect(a.port, "127.0.0.1");
    let text = "";
    c.on("data", (d) => { text += d; });
    c.on("end", () => t("connection", text.match(/connection: (\S+)/i)[1], text.endsWith("\r\nlate")));
    c.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    w.on("message", () => w.disconnect());
  });
  w.on("exit", (code) => t("exit", code));
} else {
  const server = http.createServer((req, res) => {
    process.send("got it");
    setTimeout(() => res.end("late"), 200);
  });
  server.keepAliveTimeout = 500;
  server.listen(0, "127.0.0.1");
}
