// IDs: PR-57
"use strict";
const t = require("./trace");
const { execFileSync } = require("child_process");
t("set", process.umask(0o22) >= 0, process.umask(), process.umask(0o77), process.umask("027"), process.umask(undefined));
t("child has it", execFileSync("sh", ["-c", "umask"]).toString());
t("masked by the system", process.umask(0xfffff), process.umask(), process.umask("0001777"), process.umask(0));
for (const bad of ["9", "", "0x12", "08", " 22", 1.5, -1, NaN, Infinity, {}, true, 2 ** 32, 2 ** 33 + 5, "77777777777777"]) {
  t.throws("bad", () => process.umask(bad));
}
t("unchanged", process.umask());
