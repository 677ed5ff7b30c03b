// IDs: CP-08 CP-40 CP-56 CP-88
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.stdout.write("to stdout\n");
  process.stderr.write("to stderr\n");
  t.role("child");
  t("fds", process.stdout.fd, process.stderr.fd);
  process.stdout.write("x".repeat(100000));
  process.exit(2);
} else {
  const child = fork(__filename, ["child"], { silent: true });
  let out = 0, first, err = "";
  child.stdout.on("data", (d) => { first = first || d.toString().slice(0, 10); out += d.length; });
  child.stderr.on("data", (d) => { err += d; });
  child.on("close", (code) => t("close", first, out, err, code));
}
