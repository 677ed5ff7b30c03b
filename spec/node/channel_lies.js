// IDs: Q-11
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const lies = ["NODE_HANDLE_ACK", "NODE_HANDLE_NACK", "NODE_HANDLE", "NODE_SOCKET_COUNT"];
const [, , part, lie] = process.argv;
if (part === "liar") {
  process.send({ cmd: lie, type: "net.Nothing", key: 5, count: 7 }, () => process.disconnect());
} else if (part === "parent") {
  process.on("warning", () => {});
  fork(__filename, ["liar", lie]).on("exit", (code) => process.exit(code));
} else {
  (function next(i) {
    if (i === lies.length) return;
    fork(__filename, ["parent", lies[i]], { silent: true }).on("close", (code) => { t(lies[i], code); next(i + 1); });
  })(0);
}
