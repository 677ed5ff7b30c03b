// IDs: CP-87 CP-82 PR-07
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const messages = [{ cmd: "NODE_X" }, { cmd: "NODE_", n: 1 }, { cmd: "node_x", n: 2 }, { cmd: "XNODE_X", n: 3 }, { cmd: "NODE_Y", data: [1, { a: "b" }] },
  { cmd: 5, n: 4 }, { cmd: ["NODE_X"], n: 5 }, "NODE_X", ["NODE_X"], { x: { cmd: "NODE_X" } }];
if (process.argv[2]) {
  t.role("child");
  t.on(process, "process", ["internalMessage", "message"]);
  process.on("message", (m) => {
    if (m !== "end") return;
    for (const message of messages) process.send(message);
    process.disconnect();
  });
} else {
  const child = fork(__filename, ["child"]);
  t.on(child, "child", ["internalMessage", "message", "disconnect", "exit"]);
  for (const message of messages) child.send(message);
  child.send("end");
}
