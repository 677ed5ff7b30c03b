// IDs: DG-04 DG-05 DG-06
"use strict";
const t = require("./trace");
const dgram = require("dgram");
const server = dgram.createSocket("udp4");
const client = dgram.createSocket("udp4");
let port;
const forms = [
  () => ["whole", port],
  () => ["whole and address", port, "127.0.0.1"],
  () => ["with callback", port, (err, n) => t("sent", err, n)],
  () => ["all", port, "127.0.0.1", (err, n) => t("sent", err, n)],
  () => ["port as text", String(port), "127.0.0.1"],
  () => ["name", port, "localhost"],
  () => ["empty address", port, ""],
  () => ["sliced text", 7, 4, port],
  () => ["sliced text", 0, 6, port, "127.0.0.1"],
  () => ["sliced text", 2, 3, port, (err, n) => t("sent", err, n)],
  () => ["sliced text", 11, 0, port, "127.0.0.1", (err, n) => t("sent", err, n)],
  () => [["a ", "list ", "of ", "four"], port],
  () => [["one"], port, "127.0.0.1", (err, n) => t("sent", err, n)],
  () => [[], port, (err, n) => t("sent", err, n)],
  () => ["", port, (err, n) => t("sent", err, n)],
  () => ["\x00\x01\x02", port],
  () => ["x".repeat(60000), port, (err, n) => t("sent", err, n)],
];
let clientPort;
const next = () => {
  const form = forms.shift();
  if (form) return t("returns", client.send(...form()));
  server.close();
  client.close();
};
server.on("message", (text, from) => {
  if (!clientPort) t.mask("CLIENT", clientPort = client.address().port);
  t("message", text.length > 100 ? text.length : text.toString(), from, from.port === clientPort);
  setImmediate(next); // what the callback traces comes first
});
server.bind(0, "127.0.0.1", () => {
  port = server.address().port;
  t.mask("SERVER", port);
  next();
});
