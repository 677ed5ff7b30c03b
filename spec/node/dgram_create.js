// IDs: DG-01 DG-10
"use strict";
const t = require("./trace");
const dgram = require("dgram");
for (const type of [undefined, "udp", "UDP4", "tcp4", 4, true, {}, { type: "udp" }, { type: 6 }]) {
  t.throws("type", () => dgram.createSocket(type));
}
t.throws("lookup", () => dgram.createSocket({ type: "udp4", lookup: "x" }));
t.throws("lookup", () => dgram.createSocket({ type: "udp4", lookup: {} }));
for (const size of ["x", -1, 1.5, 2 ** 32, Infinity]) {
  t.throws("recvBufferSize", () => dgram.createSocket({ type: "udp4", recvBufferSize: size }));
  t.throws("sendBufferSize", () => dgram.createSocket({ type: "udp4", sendBufferSize: size }));
}
for (const signal of ["x", 1, true, {}]) t.throws("signal", () => dgram.createSocket({ type: "udp4", signal }));
t("types", dgram.createSocket("udp4").type, dgram.createSocket({ type: "udp6" }).type, new dgram.Socket("udp4").type);
t("class", dgram.createSocket("udp4") instanceof dgram.Socket);
const options = { type: "udp4", reuseAddr: true, recvBufferSize: 20000, sendBufferSize: 30000 };
const socket = dgram.createSocket(options, (text) => { t("message", text.toString()); socket.close(() => t("closed")); });
t("listener", socket.listenerCount("message"));
options.type = "changed";
socket.bind(0, "127.0.0.1", () => {
  t("sizes", socket.getRecvBufferSize(), socket.getSendBufferSize());
  socket.send("hello", socket.address().port, "127.0.0.1");
});
const aborted = AbortSignal.abort();
const dead = dgram.createSocket({ type: "udp4", signal: aborted });
dead.on("close", () => {
  t("aborted before");
  t.throws("bind", () => dead.bind(0));
});
const controller = new AbortController();
const watched = dgram.createSocket({ type: "udp4", signal: controller.signal });
watched.on("close", () => { t("aborted"); t.throws("close", () => watched.close()); controller.abort(); });
watched.bind(0, "127.0.0.1", () => controller.abort());
const own = new AbortController();
const closed = dgram.createSocket({ type: "udp4", signal: own.signal });
closed.close(() => { own.abort(); t("abort of a closed one does nothing"); });
