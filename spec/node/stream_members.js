// IDs: NET-24 NET-25 NET-29 NET-33
"use strict";
const t = require("./trace");
const net = require("net");
let c;
function write() {
  const state = (label) => t(label, c.writable, c.writableLength, c.writableCorked, c.writableNeedDrain, c.writableEnded, c.writableFinished);
  state("connected");
  for (const name of ["x", 5, true]) {
    t.throws("write", () => c.write("text", name));
    t.throws("setDefaultEncoding", () => c.setDefaultEncoding(name));
    t.throws("end", () => c.end("text", name));
  }
  t("setDefaultEncoding", c.setDefaultEncoding("utf8") === c);
  t("cork", c.cork());
  c.cork();
  t("one", c.write("one, ", "utf8", (err) => t("one written", err)));
  t("two", c.write("two", (err) => t("two written", err)));
  state("corked");
  t("uncork", c.uncork());
  state("once");
  c.uncork();
  state("twice");
  c.uncork();
  state("more than that");
  c.cork();
  t("much", c.write("x".repeat(20000)));
  state("full");
  c.on("drain", () => {
    state("drain");
    c.on("finish", () => state("finish"));
    c.cork();
    c.write("last ");
    t("end", c.end("words", () => t("ended")) === c);
    state("ended");
  });
  setImmediate(() => c.uncork());
}
const server = net.createServer((s) => {
  server.close();
  const state = () => [s.readable, s.readableFlowing === null ? "nil" : s.readableFlowing, s.readableEnded, s.readableLength, s.isPaused()];
  t("read", state());
  t("encoding", s.readableEncoding, s.readableObjectMode, s.readableHighWaterMark);
  for (const name of ["x", 5, true, {}]) t.throws("setEncoding", () => s.setEncoding(name));
  t("setEncoding", s.setEncoding() === s, s.readableEncoding, s.setEncoding("UTF-8") === s, s.readableEncoding);
  s.prependListener("data", () => {});
  t("prepended", state());
  let text = "";
  s.on("data", (d) => { text += d; });
  t("listening", state());
  t("pause", s.pause() === s, state());
  t("on of a paused one", s.on("data", () => {}) === s, s.readableFlowing);
  t("resume", s.resume() === s, state());
  let atEnd;
  s.on("end", () => { atEnd = state(); });
  s.on("close", () => setImmediate(() => { // what the other end traces comes first
    t("end", atEnd, text.length, text.replace(/x+/, "x"));
    t("close", s.closed, s.errored, state());
  }));
  if (!c.connecting) write();
  else c.once("connect", write);
});
server.listen(0, "127.0.0.1", () => { c = net.connect(server.address().port, "127.0.0.1").resume(); });
