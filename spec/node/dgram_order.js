// IDs: DG-02 DG-04 DG-06 DG-07 DG-10
"use strict";
const t = require("./trace");
const dgram = require("dgram");
const steps = [
  () => { // what is sent before the socket is bound waits for it
    const r = dgram.createSocket("udp4");
    const seen = [];
    r.on("message", (text) => { seen.push(text.toString()); if (seen.length === 3) { t("received", seen); r.close(next); } });
    r.bind(0, "127.0.0.1", () => {
      const port = r.address().port;
      const s = dgram.createSocket("udp4");
      t.on(s, "s", ["listening", "close", "error"]);
      s.send("1", port, "127.0.0.1", (err, n) => t("sent 1", err, n));
      t.throws("bind", () => s.bind(0));
      s.send("2", port, "127.0.0.1", (err, n) => t("sent 2", err, n));
      s.send("3", port, "127.0.0.1", () => t("close", s.close(() => t("closed")) === s));
    });
  },
  () => { // close inside of the listener of "listening"
    const s = dgram.createSocket("udp4");
    s.on("listening", () => { t("listening"); s.close(); t.throws("address", () => s.address()); });
    s.bind(0, "127.0.0.1", () => t("still called"));
    s.on("close", () => { t("closed in listening"); next(); });
  },
  () => { // close inside of the listener of "message": what came with it is not told
    const r = dgram.createSocket("udp4");
    let count = 0;
    r.on("message", (text) => { t("message", text.toString(), ++count); r.close(() => { setImmediate(() => { t("count", count); next(); }); }); });
    r.bind(0, "127.0.0.1", () => {
      const s = dgram.createSocket("udp4");
      const port = r.address().port;
      for (let i = 0; i < 10; i++) s.send("m" + i, port, "127.0.0.1", () => { if (i === 9) s.close(); });
    });
  },
  () => { // ticks between messages
    const r = dgram.createSocket("udp4");
    r.on("message", (text) => { t("message", text.toString()); process.nextTick(t, "tick of " + text); if (text.toString() === "2") r.close(next); });
    r.bind(0, "127.0.0.1", () => {
      const s = dgram.createSocket("udp4");
      const port = r.address().port;
      for (let i = 0; i < 3; i++) s.send(String(i), port, "127.0.0.1", () => { if (i === 2) s.close(); });
    });
  },
  () => { // connect waits in the same line
    const r = dgram.createSocket("udp4");
    const s = dgram.createSocket("udp4");
    r.on("message", (text) => { t("message", text.toString()); if (text.toString() === "second") { r.close(); s.close(next); } });
    r.bind(0, "127.0.0.1", () => {
      const port = r.address().port;
      s.send("first", port, "127.0.0.1");
      s.connect(port, "127.0.0.1", () => { t("connected"); s.send("second"); });
    });
  },
  () => { // bind fails: what waited for it is dropped
    const s = dgram.createSocket("udp4");
    s.on("error", (err) => { t("error", err.code); s.close(next); });
    s.bind(0, "198.51.100.1");
    s.send("x", 9, "127.0.0.1", () => t("wrong"));
    t("queue", s.getSendQueueCount());
  },
  () => t("done"),
];
const next = () => steps.shift()();
next();
