// IDs: CL-29 CP-87
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const w = cluster.fork();
  t.on(w, "worker", ["message", "listening", "error"]);
  w.process.on("internalMessage", (m) => { if (m.mark) t("internal", m.mark); });
  w.on("exit", (code, signal) => t("exit", code, signal, w.exitedAfterDisconnect));
  w.on("online", () => {
    for (const rest of [{ act: "nonsense" }, { ack: 4321 }, {}, { act: 5 }]) w.send({ cmd: "NODE_CLUSTER", ...rest });
    w.send({ cmd: "NODE_of_mine", mark: "to the worker" });
    w.send({ cmd: "node_of_mine", plain: "small letters" });
  });
} else {
  t.role("worker");
  const bad = [{ act: "nonsense" }, { ack: 4321 }, {}, { act: 5 }, { act: "close", key: "of nobody" }, { act: "toString" }];
  for (const [i, rest] of bad.entries()) process.send({ cmd: "NODE_CLUSTER", mark: i + 1, ...rest });
  process.send({ cmd: "NODE_of_mine", mark: "mine" });
  process.on("internalMessage", (m) => { if (m.mark) t("internal", m.mark); });
  process.on("message", (m) => {
    t("message", m);
    process.send({ cmd: "XNODE_", still: "here" }, () => cluster.worker.disconnect());
  });
}
