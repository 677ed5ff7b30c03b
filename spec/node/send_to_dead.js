// IDs: CP-63 CP-66 CP-84 CP-53
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", () => process.exit(2));
} else {
  const child = fork(__filename, ["child"]);
  child.send("die");
  child.on("exit", () => {
    setTimeout(() => {
      t("connected", child.connected, child.channel);
      t("send", child.send("x", (err) => t("callback", err)));
    }, 20);
  });
}
