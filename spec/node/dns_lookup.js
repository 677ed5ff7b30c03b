// IDs: NET-05 NET-20 NET-22
"use strict";
const t = require("./trace");
const dns = require("dns");
const told = (label, next) => (err, address, family) => {
  t(label, err && [err.name, err.code, err.errno, err.syscall, err.hostname, err.message], address, family);
  next();
};
const bad = (label, ...args) => t.throws(label, () => dns.lookup(...args));
const none = () => t("wrong");
for (const host of [5, true, {}]) bad("host", host, none);
for (const callback of [undefined, 5, "x", {}]) bad("callback", "localhost", 4, callback);
bad("nothing", "localhost");
for (const options of ["4", true]) bad("options", "localhost", options, none);
for (const family of [5, -4, 4.5, 46]) bad("family", "localhost", family, none);
for (const family of ["4", "ipv4", 5, true]) bad("options.family", "localhost", { family }, none);
for (const all of [1, "x"]) bad("all", "localhost", { all }, none);
for (const verbatim of [1, "x"]) bad("verbatim", "localhost", { verbatim }, none);
for (const order of ["x", 1, true]) bad("order", "localhost", { order }, none);
for (const hints of ["x", true, 1, 64, 100]) bad("hints", "localhost", { hints }, none);
t("constants", dns.ADDRCONFIG, dns.ALL, dns.V4MAPPED, dns.NOTFOUND, dns.NODATA, dns.SERVFAIL, dns.CANCELLED, dns.TIMEOUT);
t("order", dns.getDefaultResultOrder());
process.on("warning", (warning) => t("warning", warning.name, warning.code, warning.message));
let inside = true;
const cases = [
  ["127.0.0.1"], ["::1"], ["::1", 4], ["127.0.0.1", { all: true }], ["::ffff:1.2.3.4"], [""], ["", { family: 6 }], ["", { all: true }],
  [undefined, 6], ["localhost", 4], ["localhost", { family: 4 }], ["localhost", { family: "IPv4" }], ["localhost", { family: 4, all: true }],
  ["localhost", { all: true, order: "ipv4first", family: 4 }], ["localhost", { order: "ipv6first", family: 4, verbatim: false }],
  ["localhost", { family: 6, hints: dns.V4MAPPED, all: true }], ["localhost", { family: 4, hints: dns.ADDRCONFIG | dns.V4MAPPED | dns.ALL }],
  ["not.a.host.invalid"], ["not.a.host.invalid", { all: true }], ["256.1.1.1", 4], [".."], ["x".repeat(300)],
];
const next = () => {
  const args = cases.shift();
  if (!args) return;
  inside = true;
  dns.lookup(...args, (...results) => {
    t("later", !inside);
    told(args[0] && args[0].length > 100 ? "long" : String(args[0] || "nothing"), next)(...results);
  });
  inside = false;
};
next();
