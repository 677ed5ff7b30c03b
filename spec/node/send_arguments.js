// IDs: CP-60 CP-61 CP-62 CP-66 CP-83 PR-02 ER-01 ER-02 ER-08 ER-10 ER-11
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", (m) => process.send(m));
  return;
}
const child = fork(__filename, ["child"]);
const c = (...args) => t("callback", ...args);
t.throws("nothing", () => child.send());
for (const message of [() => {}]) t.throws("message", () => child.send(message, c));
for (const handle of [5, "x", true, {}, process]) t.throws("handle", () => child.send("x", handle, c));
for (const options of [5, "x", true]) {
  t.throws("options", () => child.send("x", undefined, options));
  t.throws("options", () => child.send("x", undefined, options, c));
}
t("message", child.send("a"), child.send("b", c), child.send("c", undefined, c), child.send("d", undefined, undefined, c));
t("options", child.send("e", undefined, {}), child.send("f", undefined, {}, c), child.send("g", null, {}, c), child.send("h", undefined, { keepOpen: true }, c));
t("falsy", child.send(0), child.send(""), child.send(false), child.send(null));
const sent = [];
child.on("message", (m) => {
  sent.push(m);
  if (sent.length === 12) {
    t("came back", sent);
    child.disconnect();
  }
});
child.on("disconnect", () => {
  // Who is not connected is told that, whatever the arguments.
  t("disconnect", child.connected, child.channel);
  t("after", child.send("x", c), child.send("x", undefined, c), child.send("x", undefined, undefined, c), child.send("x"));
  t.throws("nothing after", () => t("sent", child.send()));
  t.throws("handle after", () => t("sent", child.send("x", {})));
  t.throws("options after", () => child.send("x", undefined, 5));
  child.disconnect();
});
child.on("error", (err) => t("error", err));
child.on("exit", (code) => t("exit", code));
