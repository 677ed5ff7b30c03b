// IDs: DG-04 DG-05 DG-08
"use strict";
const t = require("./trace");
const dgram = require("dgram");
const s = dgram.createSocket("udp4");
const bad = (label, ...args) => t.throws(label, () => s.send(...args));
bad("nothing");
bad("no port", "x");
for (const port of [0, -1, 65536, 1.5, "x", true, {}]) bad("port", "x", port, "127.0.0.1");
for (const data of [5, true, () => {}]) bad("data", data, 1, "127.0.0.1");
bad("no data", undefined, 1);
bad("piece", ["x", 5], 1);
bad("piece", [["x"]], 1);
for (const address of [5, true, {}]) bad("address", "x", 0, 1, 1, address);
bad("offset", "abc", 4, 0, 1, "127.0.0.1");
bad("length", "abc", 0, 4, 1, "127.0.0.1");
bad("both", "abc", 2, 2, 1, "127.0.0.1");
bad("sliced list", ["abc"], 0, 1, 1, "127.0.0.1");
t("nothing was bound", s.listenerCount("listening"));
const big = "x".repeat(70000);
const steps = [
  () => s.send(big, 9, "127.0.0.1", (err, n) => { t("too big", err, n); next(); }),
  () => { s.send(big, 9, "127.0.0.1"); t("silent"); setImmediate(next); },
  () => s.send("x", 9, "not.a.host.invalid", (err, n) => { t("name", err.code, err.syscall, err.hostname, n); next(); }),
  () => {
    s.once("error", (err) => { t("error", err.code, err.syscall, err.hostname); next(); });
    s.send("x", 9, "not.a.host.invalid");
  },
  () => s.send("x", 9, "::1", (err, n) => { t("other family", err.code, n); next(); }),
  () => s.send("x", 9, "255.255.255.255", (err, n) => { t("broadcast", err, n); next(); }),
  () => {
    const own = dgram.createSocket({ type: "udp4", lookup: (host, family, cb) => { t("lookup", host, family); cb(null, "127.0.0.1"); } });
    own.bind(0, "some.host", () => {
      own.on("message", (text) => { t("by own lookup", text.toString()); own.close(next); });
      own.send("hello", own.address().port, "another.host");
    });
  },
  () => {
    const own = dgram.createSocket({ type: "udp4", lookup: (host, family, cb) => {
      if (host === "0.0.0.0") return cb(null, host);
      cb(Object.assign(new Error("no " + host), { code: "ENO" }));
    } });
    own.on("error", (err) => { t("lookup failed", err); own.close(next); });
    own.send("x", 1, "host", (err, n) => { t("told", err, n); own.send("x", 1, "host"); });
  },
  () => s.close(() => { t.throws("closed", () => s.send("x", 1)); t.throws("closed", () => s.send(5, 1)); }),
];
const next = () => steps.shift()();
next();
