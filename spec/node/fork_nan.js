// IDs: M-06
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.once("message", (m) => t("message", String(m.n), String(m.i)));
} else {
  fork(__filename, ["child"]).send({ n: NaN, i: Infinity });
}
