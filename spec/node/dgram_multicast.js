// IDs: DG-06 DG-11
"use strict";
const t = require("./trace");
const dgram = require("dgram");
const bad = dgram.createSocket("udp4");
const attempt = (s, name, ...args) => t.throws(name + " " + args.join(" "), () => s[name](...args));
for (const name of ["addMembership", "dropMembership"]) {
  attempt(bad, name);
  attempt(bad, name, "");
  for (const group of ["x", "127.0.0.1", "300.0.0.1"]) attempt(bad, name, group);
  attempt(bad, name, "224.0.0.114", "x");
}
for (const name of ["addSourceSpecificMembership", "dropSourceSpecificMembership"]) {
  attempt(bad, name);
  for (const source of [5, true]) attempt(bad, name, source, "232.1.1.1");
  attempt(bad, name, "127.0.0.1");
  for (const group of [5, true]) attempt(bad, name, "127.0.0.1", group);
  attempt(bad, name, "x", "232.1.1.1", "127.0.0.1");
  attempt(bad, name, "127.0.0.1", "y", "127.0.0.1");
}
bad.close();
const any = (group, join, next) => {
  const r = dgram.createSocket({ type: "udp4", reuseAddr: true });
  const s = dgram.createSocket("udp4");
  r.on("message", (text, from) => { t(group, text.toString(), from.address, from.family, from.size); s.close(); r.close(next); });
  r.bind(0, "0.0.0.0", () => {
    const port = r.address().port;
    t("join", join(r));
    s.bind(0, "0.0.0.0", () => {
      s.setMulticastInterface("127.0.0.1");
      t("loop", s.setMulticastLoopback(true));
      s.send("to all", port, group, (err, n) => t("sent", err, n));
    });
  });
};
const steps = [
  () => any("224.0.0.114", (r) => { attempt(r, "dropMembership", "224.0.0.114", "127.0.0.1"); r.addMembership("224.0.0.114", "127.0.0.1"); attempt(r, "addMembership", "224.0.0.114", "127.0.0.1"); }, next),
  () => any("232.1.1.1", (r) => {
    attempt(r, "dropSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1");
    attempt(r, "addSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1");
    attempt(r, "addSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1");
    attempt(r, "dropSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1");
    attempt(r, "addSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1");
  }, next),
  () => {
    const r = dgram.createSocket("udp4");
    attempt(r, "addMembership", "224.0.0.114", "127.0.0.1"); // binds it
    t("bound", r.address().address);
    r.close(next);
  },
  () => {
    const r = dgram.createSocket("udp6");
    r.bind(0, () => {
      attempt(r, "addMembership", "ff01::1", "::%lo");
      attempt(r, "addMembership", "224.0.0.1", "::%lo");
      attempt(r, "addMembership", "::1", "::%lo");
      attempt(r, "addSourceSpecificMembership", "::1", "ff31::1234", "::%lo");
      attempt(r, "dropSourceSpecificMembership", "::1", "ff31::1234", "::%lo");
      r.close(next);
    });
  },
  () => t("done"),
];
const next = () => steps.shift()();
next();
