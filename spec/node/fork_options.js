// IDs: CP-08 CP-09 CP-21 CP-22 CP-34 PR-51
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.send([process.argv.slice(2), process.cwd(), process.env.ONLY, process.execArgv]);
  process.stdout.write("said");
  process.disconnect();
} else {
  const args = ["x", "y z", ""];
  const child = fork(__filename, args, { cwd: "/", silent: true, env: { ...process.env, ONLY: "this" } });
  t("args", args, child.spawnfile === process.execPath);
  let message, said;
  child.on("message", (m) => { message = m; });
  child.stdout.on("data", (d) => { said = d.toString(); });
  child.on("close", (code) => {
    t("close", code, message, said);
    const other = fork("-c", ["echo $0 $1; echo $NODE_CHANNEL_FD >/dev/null", "zero", "one"], { execPath: "/bin/sh", execArgv: [], stdio: ["ignore", "pipe", "inherit", "ipc"] });
    other.stdout.on("data", (d) => t("other", d.toString()));
    other.on("exit", (c) => t("exit", c));
  });
}
