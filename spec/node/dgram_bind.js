// IDs: DG-02 DG-03 DG-07 DG-09 DG-10
"use strict";
const t = require("./trace");
const dgram = require("dgram");
const show = (s) => { const a = s.address(); return [a.address, a.family, a.port > 0]; };
const steps = [];
const next = () => steps.shift()();
const bind = (label, type, ...args) => steps.push(() => {
  const s = dgram.createSocket(type);
  t.on(s, label, ["listening", "close"]);
  s.on("error", (err) => { t(label + " error", err); s.close(); });
  s.on("close", next);
  s.once("listening", () => { t(label, show(s)); s.close(); });
  t.throws("address", () => s.address());
  t(label + " returns", s.bind(...args) === s);
  t.throws("again", () => s.bind(0));
});
bind("nothing", "udp4");
bind("six", "udp6");
bind("port", "udp4", 0);
bind("nil port", "udp4", undefined, "127.0.0.1");
bind("text", "udp4", "0", "127.0.0.1");
bind("callback", "udp4", () => t("called back"));
bind("port and callback", "udp4", 0, () => t("called back"));
bind("all", "udp4", 0, "127.0.0.1", () => t("called back"));
bind("options", "udp4", { port: 0, address: "127.0.0.1" }, () => t("called back"));
bind("no port", "udp4", { address: "127.0.0.1", exclusive: true });
bind("empty", "udp4", {});
bind("empty address", "udp4", 0, "");
bind("six loopback", "udp6", 0, "::1");
bind("wrong family", "udp4", 0, "::1");
bind("not ours", "udp4", 0, "198.51.100.1");
bind("name", "udp4", 0, "localhost");
steps.push(() => {
  const busy = dgram.createSocket("udp4");
  busy.bind(0, "127.0.0.1", () => {
    const port = busy.address().port;
    t.mask("PORT", port);
    t.throws("bound", () => busy.bind(0));
    const s = dgram.createSocket("udp4");
    s.once("error", (err) => {
      t("taken", err);
      s.bind(0, "127.0.0.1", () => {
        t("bound after", show(s), s.listenerCount("listening"), s.listenerCount("error"));
        busy.close(() => s.close(next));
      });
    });
    s.bind(port, "127.0.0.1", () => t("wrong"));
  });
});
steps.push(() => {
  const s = dgram.createSocket("udp4");
  s.bind(0, "127.0.0.1", () => t("wrong"));
  t("close returns", s.close(() => { t("closed while binding"); next(); }) === s);
  t.throws("close", () => s.close());
});
steps.push(() => {
  const s = dgram.createSocket("udp4");
  for (const fd of [1000, 999, require("fs").openSync("/dev/null")]) t.throws("fd", () => {
    const other = dgram.createSocket("udp4");
    other.bind({ fd, exclusive: true });
  });
  s.close(() => {
    t("closed, never bound");
    for (const name of ["bind", "address", "remoteAddress", "close", "send", "addMembership", "dropMembership",
      "setMulticastInterface", "addSourceSpecificMembership", "dropSourceSpecificMembership"]) {
      t.throws(name, () => s[name](...{ send: ["x", 1], addMembership: ["224.0.0.1"], dropMembership: ["224.0.0.1"] }[name] || []));
    }
    t("ref", s.ref() === s, s.unref() === s);
    next();
  });
});
steps.push(() => t("done"));
next();
