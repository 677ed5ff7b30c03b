// IDs: CP-08 CP-09 CP-34 CP-43 CP-30 CP-24 ER-05
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", (m) => {
    if (m === "write") process.stdout.write("out"); else process.send([m, process.execArgv, process.argv.slice(3)]);
    if (m === "end") process.disconnect();
  });
  return;
}
const runs = [{ stdio: "pipe" }, { stdio: "inherit" }, { stdio: "ignore" }, { stdio: "overlapped" }, { silent: true }, { silent: false },
  { silent: true, stdio: "ignore" }, { silent: false, stdio: "pipe" }, { silent: true, stdio: undefined },
  { stdio: ["ignore", "pipe", "inherit", "ipc"] }, { stdio: ["ipc", "pipe", "ignore"] }, { stdio: ["ignore", "ipc", "ignore"] },
  { stdio: ["ignore", "ignore", "ipc"] }, { stdio: ["pipe", "pipe", "pipe", "pipe", "ignore", "ipc", "pipe"] }, { serialization: "json" },
  { serialization: "advanced" }, { execPath: "" }, { execArgv: [] }, { detached: true, silent: true }];
(function next(i) {
  if (i === runs.length) return refused();
  const child = fork(__filename, ["child", "a"], runs[i]);
  const there = [0, 1, 2, 3, 4, 5, 6].map((fd) => child.stdio[fd] !== null && child.stdio[fd] !== undefined);
  t("run", i, child.connected, there, child.stdin !== null, child.stdout !== null, child.stderr !== null);
  let out = "";
  if (child.stdout) child.stdout.on("data", (d) => { out += d; });
  child.on("message", (m) => t("message", m));
  child.on("close", (code) => { t("close", code, out); next(i + 1); });
  if (child.stdout) child.send("write");
  child.send({ text: "hello" });
  child.send("end");
})(0);
function refused() {
  for (const stdio of ["ipc", "", "pipes", ["pipe"], ["pipe", "pipe", "pipe"], [], ["ipc", "ipc"], ["ipc", "pipe", "pipe", "ipc"], ["ipc", "text"], ["ipc", true]])
    t.throws("stdio", () => fork("x", [], { stdio }));
  for (const serialization of ["xml", "", 5, true]) t.throws("serialization", () => fork("x", [], { serialization }));
}
