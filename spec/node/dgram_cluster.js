// IDs: CL-97 CL-98 DG-13
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const dgram = require("dgram");
const WORKERS = 2, DATAGRAMS = 40;
if (cluster.isPrimary) {
  t("policy", cluster.schedulingPolicy === cluster.SCHED_RR);
  let ready = 0, received = 0, asked = 0, listening = 0, port;
  const client = dgram.createSocket("udp4");
  for (let i = 0; i < WORKERS; i++) {
    const w = cluster.fork();
    w.process.on("internalMessage", (m) => { if (m.act === "queryServer") asked++; });
    w.on("listening", (a) => {
      if (!port) t.mask("PORT", port = a.port);
      t("a worker listens", a, ++listening);
    });
    w.on("message", (message) => {
      if (message === "ready") {
        if (++ready === WORKERS) for (let i = 0; i < DATAGRAMS; i++) client.send("x", port, "127.0.0.1");
      } else if (++received === DATAGRAMS) {
        client.close();
        for (const id in cluster.workers) cluster.workers[id].send("done");
      }
    });
    w.on("exit", (code) => t("exit", code));
  }
  process.on("exit", () => t("received", received, "asked", asked));
} else {
  t.role("worker " + cluster.worker.id);
  const s = dgram.createSocket("udp4");
  s.on("message", () => process.send(1));
  s.bind(0, "127.0.0.1", () => {
    t("bound", s.address());
    const own = dgram.createSocket("udp4");
    own.bind({ port: 0, address: "127.0.0.1", exclusive: true }, () => {
      t("exclusive is another", own.address().port !== s.address().port);
      const implicit = dgram.createSocket("udp4");
      implicit.send("hello", own.address().port, "127.0.0.1");
      implicit.on("listening", () => t("implicit", implicit.address().port !== s.address().port));
      own.on("message", (text) => {
        t("own", text.toString());
        own.close();
        implicit.close();
        const connected = dgram.createSocket("udp4");
        connected.connect(9, "127.0.0.1", () => { t("connected"); connected.close(() => process.send("ready")); });
      });
    });
  });
  process.on("message", () => s.close(() => process.disconnect()));
}
