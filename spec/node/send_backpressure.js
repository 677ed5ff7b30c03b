// IDs: CP-64 CP-60
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", (m) => { if (m === "end") process.disconnect(); });
  const until = Date.now() + 300;
  while (Date.now() < until);
} else {
  const child = fork(__filename, ["child"]);
  let written = 0, refused = false;
  t("first", child.send("small"));
  for (let i = 0; i < 100; i++) refused = !child.send("x".repeat(65536), (err) => { if (!err) written++; }) || refused;
  t("refused", refused);
  child.send("end");
  child.on("exit", (code) => t("exit", code, written));
}
