// IDs: NET-24 NET-25 NET-29
"use strict";
const t = require("./trace");
const net = require("net");
const counts = (s) => ["data", "end", "drain", "error", "close", "finish"].map((name) => s.listenerCount(name));
// Runs step(socket of the server, socket of the client) on a connection of its own.
const on = (step) => {
  const server = net.createServer({ allowHalfOpen: true }, (s) => { server.close(); step(s, c); });
  let c;
  server.listen(0, "127.0.0.1", () => { c = net.connect({ port: server.address().port, host: "127.0.0.1", allowHalfOpen: true }); });
};
const steps = [
  () => on((s, c) => { // an echo
    t("flowing", s.readableFlowing, s.isPaused(), s.readableEnded);
    s.on("unpipe", (from) => t("unpipe", from === s));
    s.on("pipe", (from) => t("pipe", from === s, s.readableFlowing));
    const before = counts(s);
    t("returns dest", s.pipe(s) === s, s.readableFlowing);
    s.on("end", () => t("end", s.readableEnded));
    s.on("finish", () => t("finish"));
    s.on("close", () => { t("close", s.listenerCount("data"), s.listenerCount("drain")); });
    let got = "";
    c.on("data", (d) => { got += d; });
    c.on("end", () => { t("echoed", got); });
    c.on("close", next);
    c.write("hello ");
    c.end("world");
  }),
  () => on((s, c) => { // end: false, and unpipe
    const sink = new (require("events"))();
    let bytes = "";
    Object.assign(sink, { write: (d) => { bytes += d; return true; }, end: () => t("never ended") });
    sink.on("pipe", () => t("pipe"));
    s.pipe(sink, { end: false });
    sink.on("unpipe", () => t("unpipe", counts(sink)));
    t("listeners", counts(sink));
    s.on("end", () => { t("end", bytes); s.end(); });
    s.on("close", () => t("left", counts(sink), s.listenerCount("data")));
    c.on("close", next);
    c.resume();
    c.end("some bytes");
  }),
  () => on((s, c) => { // unpipe pauses when nothing is left
    const make = (label) => {
      const sink = Object.assign(new (require("events"))(), { write: (d) => { t(label, d.toString()); return true; }, end: () => t(label + " ended") });
      sink.on("unpipe", () => t(label + " unpipe"));
      return sink;
    };
    const a = make("a"), b = make("b");
    s.pipe(a);
    s.pipe(b);
    c.write("both");
    s.once("data", () => setImmediate(() => {
      t("same", s.unpipe(b) === s, s.readableFlowing);
      t("not piped", s.unpipe(b) === s, s.unpipe(s) === s);
      c.write("one");
      s.once("data", () => setImmediate(() => {
        s.unpipe();
        t("none", s.readableFlowing, s.isPaused(), s.unpipe() === s);
        s.pipe(a);
        t("again", s.readableFlowing);
        c.end("last");
        s.on("end", () => s.end());
        c.resume();
        c.on("close", next);
      }));
    }));
  }),
  () => on((s, c) => { // a destination that fails is taken out; the source stays open, and paused
    const sink = Object.assign(new (require("events"))(), { write: () => true, end: () => t("wrong") });
    sink.on("unpipe", () => t("unpipe"));
    s.pipe(sink);
    sink.on("error", (err) => {
      t("error", err.message, s.destroyed, s.readableFlowing);
      t("left", counts(sink));
      try {
        s.pipe(sink);
        sink.removeAllListeners("error");
        t("raises", sink.listenerCount("error"));
        s.unpipe(sink);
        sink.emit("error", new Error("unheard"));
      } catch (err) {
        t("unheard", err.message);
      }
      s.destroy();
      c.destroy();
      c.on("close", next);
    });
    sink.emit("error", new Error("sink"));
  }),
  () => on((s, c) => { // a destination that closes, or finishes
    for (const event of ["close", "finish"]) {
      const sink = Object.assign(new (require("events"))(), { write: () => true, end: () => t("wrong") });
      sink.on("unpipe", () => t("unpipe by " + event));
      s.pipe(sink);
      sink.emit(event);
      t(event, counts(sink), s.readableFlowing);
    }
    s.destroy();
    c.destroy();
    c.on("close", next);
  }),
  () => on((s, c) => { // a source that fails leaves the destination open
    const sink = Object.assign(new (require("events"))(), { write: () => true, end: () => t("wrong") });
    sink.on("unpipe", () => t("wrong"));
    s.pipe(sink);
    s.on("error", (err) => t("source", err.message));
    s.on("close", () => { t("closed", s.errored && s.errored.message); c.destroy(); next(); });
    s.destroy(new Error("gone"));
  }),
  () => on((s, c) => { // what has ended already
    s.resume();
    s.on("end", () => setImmediate(() => {
      const sink = Object.assign(new (require("events"))(), { write: () => true, end: () => { t("ended later"); s.end(); } });
      s.pipe(sink);
      t("ended already", s.readableEnded);
    }));
    c.resume();
    c.end();
    c.on("close", next);
  }),
  () => t("done"),
];
const next = () => steps.shift()();
next();
