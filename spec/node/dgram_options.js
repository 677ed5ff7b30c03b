// IDs: DG-11
"use strict";
const t = require("./trace");
const dgram = require("dgram");
const unbound = dgram.createSocket("udp4");
for (const [name, ...args] of [["setTTL", 5], ["setMulticastTTL", 5], ["setMulticastLoopback", true], ["setBroadcast", true],
  ["setMulticastInterface", "127.0.0.1"], ["getRecvBufferSize"], ["getSendBufferSize"], ["setRecvBufferSize", 20000],
  ["setSendBufferSize", 20000]]) {
  t.throws("unbound " + name, () => unbound[name](...args));
}
t("unbound queue", unbound.getSendQueueSize(), unbound.getSendQueueCount());
const on = (type, address, next) => {
  const s = dgram.createSocket(type);
  s.bind(0, address, () => {
    const call = (name, ...args) => {
      try {
        t(type + " " + name, ...args, s[name](...args));
      } catch (err) {
        t(type + " " + name, ...args, err);
      }
    };
    for (const name of ["setTTL", "setMulticastTTL"]) {
      for (const ttl of [1, 64, 255, 256, -1, 1000, 1e9]) call(name, ttl);
      for (const ttl of [undefined, "5", true, {}]) call(name, ttl);
    }
    call("setTTL", 0);
    call("setMulticastTTL", 0);
    for (const value of [true, false, 1, 0]) {
      call("setMulticastLoopback", value);
      call("setBroadcast", value);
    }
    for (const name of ["setRecvBufferSize", "setSendBufferSize"]) {
      for (const size of [8192, 100000, -1, 1.5, "x", true, undefined, 2 ** 32, Infinity]) call(name, size);
      call(name.replace("set", "get"));
    }
    call("setRecvBufferSize", 3000000000);
    for (const address of [undefined, 5, true, "", "x", "300.0.0.1"]) call("setMulticastInterface", address);
    call("setMulticastInterface", type === "udp4" ? "127.0.0.1" : "::%lo");
    call("getSendQueueSize");
    call("getSendQueueCount");
    s.close(next);
  });
};
on("udp4", "127.0.0.1", () => on("udp6", "::1", () => {
  const s = dgram.createSocket("udp4");
  const r = dgram.createSocket("udp4");
  r.bind(0, "0.0.0.0", () => s.bind(0, "0.0.0.0", () => {
    const port = r.address().port;
    t.mask("PORT", port);
    s.send("x", port, "255.255.255.255", (err) => {
      t("not allowed", err);
      s.setBroadcast(true);
      s.send("x", port, "127.255.255.255", (err, n) => t("allowed", err, n));
    });
    r.on("message", (text) => { t("broadcast", text.toString()); s.close(); r.close(); });
  }));
}));
