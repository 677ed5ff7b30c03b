// IDs: CP-60 CP-61 CP-67 ER-08 ER-10 ER-11
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("disconnect", () => {});
} else {
  const child = fork(__filename, ["child"]);
  t.throws("nothing", () => child.send());
  t.throws("function", () => child.send(() => {}));
  t.throws("handle", () => child.send("x", {}));
  for (const bad of [5, "x", true]) t.throws("options", () => child.send("x", undefined, bad));
  const loop = {};
  loop.self = loop;
  try { child.send(loop); } catch (err) { t("cycle", err.name); }
  t("sent", child.send("x", (err) => { t("written", err); child.disconnect(); }));
  child.on("exit", (code) => t("exit", code));
}
