// IDs: PR-65 ER-18
"use strict";
const t = require("./trace");
const { execFileSync } = require("child_process");
const setters = ["setuid", "seteuid", "setgid", "setegid"];
const ids = () => [process.getuid(), process.geteuid(), process.getgid(), process.getegid()];
const refused = (label, fn) => {
  try { fn(); t(label, "nothing raised"); } catch (err) { t(label, err.name, err.code, err.message, err.syscall); }
};

t("as the system says", `${process.getuid()} ${process.getgid()}\n` === execFileSync("sh", ["-c", "echo $(id -u) $(id -g)"]).toString());
t("groups", process.getgroups().includes(process.getegid()));
for (const name of setters) {
  for (const bad of [undefined, true, {}, -1, 1.5, NaN, 2 ** 32, 2 ** 32 - 1, "no such name", "", "0"]) {
    t.throws(name, () => process[name](bad));
  }
}
for (const bad of [undefined, 5, "root"]) t.throws("setgroups", () => process.setgroups(bad));
for (const bad of [true, -1, 1.5, "no such name"]) {
  try { process.setgroups([bad]); } catch (err) { t("setgroups", err.name, err.code); }
}
t.throws("initgroups", () => process.initgroups());
t.throws("initgroups", () => process.initgroups("root"));
t.throws("initgroups", () => process.initgroups(true, 0));
t.throws("initgroups", () => process.initgroups("root", {}));
t.throws("initgroups", () => process.initgroups(-1, 0));
t.throws("initgroups", () => process.initgroups(4000000000, 0));
t.throws("initgroups", () => process.initgroups(0, "no such name"));

if (process.getuid() === 0) {
  t("set", process.setgroups([1, "daemon", 65534]), process.getgroups().sort((a, b) => a - b));
  t("effective", process.setegid("daemon"), process.getgroups().sort((a, b) => a - b), process.setegid(0), ids());
  t("init", process.initgroups("daemon", 65534), process.getgroups().sort((a, b) => a - b));
  t("init by number", process.initgroups(1, "daemon"), process.getgroups().sort((a, b) => a - b));
  t("there and back", process.seteuid("nobody"), ids(), process.seteuid("root"), ids());
  process.setgroups([]);
  t("for good", process.setgid(12345), process.setuid(12345), ids(), process.getgroups());
}
for (const name of setters) refused(name, () => process[name](0));
refused("setgroups", () => process.setgroups([0]));
refused("initgroups", () => process.initgroups("root", 0));
const same = ids();
t("what it is already", process.setuid(same[0]), process.seteuid(same[1]));
t("what it is already", process.setgid(same[2]), process.setegid(same[3]));
t("the same", JSON.stringify(ids()) === JSON.stringify(same));
