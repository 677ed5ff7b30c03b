// IDs: DG-04 DG-07 DG-08
"use strict";
const t = require("./trace");
const dgram = require("dgram");
const peer = dgram.createSocket("udp4");
const s = dgram.createSocket("udp4");
let port;
peer.on("message", (text, from) => { t("peer", text.toString()); peer.send("re: " + text, from.port, from.address); });
peer.bind(0, "127.0.0.1", () => {
  port = peer.address().port;
  t.mask("PORT", port);
  for (const bad of [undefined, 0, -1, 70000, "x", 1.5, {}]) t.throws("port", () => s.connect(bad));
  for (const bad of [5, true, {}]) t.throws("address", () => s.connect(port, bad));
  t.throws("remoteAddress", () => s.remoteAddress());
  t.throws("disconnect", () => s.disconnect());
  s.on("connect", () => t("connect"));
  t("returns", s.connect(port, "127.0.0.1", (...args) => {
    t("connected", args.length);
    t("remote", s.remoteAddress());
    t("bound", s.address().address, s.address().port > 0);
    t.throws("again", () => s.connect(port));
    for (const args of [["x", 0, 1, port], ["x", 0, 1, port, "127.0.0.1"], ["x", 0, 1, 0, "127.0.0.1"]]) {
      t.throws("with a target", () => s.send(...args));
    }
    t.throws("data", () => s.send(5));
    s.send("hello", (err, n) => t("sent", err, n));
  }));
  t.throws("while connecting", () => s.connect(port));
  t.throws("not yet", () => s.remoteAddress());
});
const forms = [
  () => s.send("plain"),
  () => s.send("sliced", 1, 3),
  () => s.send("sliced", 2, 4, (err, n) => t("sent", err, n)),
  () => s.send(["a", "b"], (err, n) => t("sent", err, n)),
  () => {
    t("disconnect", s.disconnect());
    t.throws("twice", () => s.disconnect());
    t.throws("remoteAddress", () => s.remoteAddress());
    t.throws("no port any more", () => s.send("x"));
    s.send("to anybody", port, "127.0.0.1");
  },
  () => s.connect(port, () => { t("again"); s.send("default address"); }),
  () => {
    s.close();
    const never = dgram.createSocket("udp4");
    never.close(() => t.throws("closed", () => never.connect(port)));
    peer.close(refused);
  },
];
s.on("message", (text, from) => { t("message", text.toString(), from); setImmediate(() => forms.shift()()); });
function refused() {
  const lonely = dgram.createSocket("udp4");
  lonely.connect(port, "127.0.0.1", () => lonely.send("x", (err, n) => t("sent", err, n)));
  lonely.on("error", (err) => { t("error", err); lonely.close(failing); });
}
function failing() {
  const f = dgram.createSocket("udp4");
  f.connect(9, "255.255.255.255", (err) => {
    t("failed", err);
    f.once("error", (err) => {
      t("failed", err.code, err.syscall, err.hostname);
      f.connect(9, "::1", (err) => {
        t("other family", err);
        f.connect(9, "127.0.0.1", () => { t("after all"); f.close(); });
      });
    });
    f.connect(9, "not.a.host.invalid");
  });
}
