// IDs: NET-22 NET-24 NET-29 NET-33 CP-56
"use strict";
const t = require("./trace");
const net = require("net");
const { spawn } = require("child_process");
const { EventEmitter } = require("events");
const MEGABYTES = 24;
// A sink that says "enough" to every piece.
const full = (label) => Object.assign(new EventEmitter(), { write: (d) => { t(label, d.toString()); return false; }, end: () => t(label + " ended") });
const pair = (step) => {
  const server = net.createServer((s) => { server.close(); step(s, c); });
  let c;
  server.listen(0, "127.0.0.1", () => { c = net.connect(server.address().port, "127.0.0.1"); });
};
const steps = [
  () => pair((s, c) => { // it stops at "enough", and goes on when all of them have drained
    const a = full("a"), b = full("b");
    s.pipe(a);
    s.pipe(b);
    c.write("first");
    s.once("data", () => setImmediate(() => {
      t("paused", s.readableFlowing, s.isPaused(), a.listenerCount("drain"), b.listenerCount("drain"));
      c.write("second");
      a.emit("drain");
      t("one of two", s.readableFlowing);
      b.emit("drain");
      t("both", s.readableFlowing);
      s.once("data", () => setImmediate(() => {
        t("paused", s.readableFlowing);
        s.unpipe(a);
        t("still", s.readableFlowing);
        s.unpipe(b);
        t("gone", s.readableFlowing, a.listenerCount("drain"), b.listenerCount("drain"));
        s.destroy();
        c.destroy();
        c.on("close", next);
      }));
    }));
  }),
  () => pair((s, c) => { // a destination that is full from the start
    const a = full("a");
    a.writableNeedDrain = true;
    s.pipe(a);
    t("waits", s.readableFlowing);
    c.write("x");
    setImmediate(() => {
      a.writableNeedDrain = false;
      a.emit("drain");
      t("flows", s.readableFlowing);
      s.once("data", () => { s.destroy(); c.destroy(); c.on("close", next); });
    });
  }),
  () => { // a child's output through two sockets: all of it arrives, and little waits
    pair((s, c) => {
      const child = spawn("head", ["-c", String(MEGABYTES * 1048576), "/dev/zero"], { stdio: ["ignore", "pipe", "inherit"] });
      let most = 0, total = 0, left = 2;
      const over = () => {
        if (--left === 0) {
          t("all", total === MEGABYTES * 1048576, "bounded", most <= 2 * 65536 + 16384);
          next();
        }
      };
      child.stdout.pipe(c);
      child.stdout.on("data", () => { most = Math.max(most, c.writableLength); });
      s.on("data", (d) => {
        total += d.length;
        s.pause();
        setImmediate(() => s.resume()); // slower than the child
      });
      child.on("close", over);
      s.on("close", over);
    });
  },
  () => { // what is in a child's way: its stdin
    const child = spawn("cat", [], { stdio: ["pipe", "pipe", "inherit"] });
    let total = 0, waits = 0;
    t("hwm", child.stdin.writableHighWaterMark, child.stdout.readableHighWaterMark);
    const piece = "x".repeat(65536);
    let left = 64;
    const more = () => {
      while (left-- > 0) {
        if (!child.stdin.write(piece)) {
          if (waits++ === 0) t("full", child.stdin.writableNeedDrain, child.stdin.writableLength >= 16384);
          return child.stdin.once("drain", more);
        }
      }
      child.stdin.end();
    };
    more();
    child.stdout.on("data", (d) => { total += d.length; });
    child.on("close", (code) => { t("echoed", total, code, waits > 0); next(); });
  },
  () => t("done"),
];
const next = () => steps.shift()();
next();
