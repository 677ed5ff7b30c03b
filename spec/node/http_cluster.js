// IDs: HTTP-31 CL-71 CL-95
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const http = require("http");
if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  let listening = 0;
  cluster.on("listening", (w, a) => {
    if (++listening < 2) return;
    const twice = "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    t.ask(a.port, twice, (first) => {
      t.ask(a.port, twice, (second) => {
        const ids = (first + second).match(/by \d/g);
        t("same worker for a connection", ids.length, ids[0] === ids[1], ids[2] === ids[3], ids[0] === ids[2]);
        for (const worker of workers) worker.disconnect();
      });
    });
  });
  cluster.on("exit", (w, code) => t("exit", code));
} else {
  http.createServer((req, res) => res.end("by " + cluster.worker.id)).listen(0, "127.0.0.1");
}
