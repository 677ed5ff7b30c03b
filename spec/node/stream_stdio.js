// IDs: PR-69 NET-24 CP-56
"use strict";
const t = require("./trace");
const net = require("net");
const fs = require("fs");
const { spawn } = require("child_process");
const SIZE = 4 * 1048576;
const file = process.env.TRACE_DIR + "/input";
const children = {
  copy() { // what comes in goes out, and stdout stays open
    t.role("copy");
    t("returns", process.stdin.pipe(process.stdout) === process.stdout, process.stdin.readableFlowing);
    process.stdin.on("end", () => {
      t("end", process.stdout.writable, process.stdout.writableEnded);
      process.stdout.write("and more");
    });
  },
  send() { // a file into a socket
    t.role("send");
    const c = net.connect(Number(process.argv[3]), "127.0.0.1");
    process.stdin.pipe(c);
    c.on("close", () => t("sent", c.bytesWritten));
  },
  receive() { // a socket into stdout
    t.role("receive");
    const server = net.createServer((s) => { s.pipe(process.stdout); s.on("end", () => t("end", process.stdout.writableEnded)); server.close(); });
    server.listen(0, "127.0.0.1", () => process.send(server.address().port, () => process.disconnect()));
  },
};
if (process.argv[2]) {
  children[process.argv[2]]();
} else {
  fs.writeFileSync(file, "0123456789abcdef".repeat(SIZE / 16));
  const run = (name, stdio, ...args) => spawn(process.execPath, [process.argv[1], name, ...args], { stdio });
  const sum = (stream, done) => { let n = 0, last = ""; stream.on("data", (d) => { n += d.length; last = d.toString("latin1").slice(-8); }); stream.on("end", () => done(n, last)); };
  const steps = [
    () => { // from a file
      const child = run("copy", [fs.openSync(file, "r"), "pipe", "inherit"]);
      sum(child.stdout, (n, last) => { t("copied", n, last); next(); });
    },
    () => { // from a pipe that is piped into
      const child = run("copy", ["pipe", "pipe", "inherit"]);
      const source = spawn("cat", [file], { stdio: ["ignore", "pipe", "inherit"] });
      source.stdout.pipe(child.stdin);
      sum(child.stdout, (n, last) => { t("piped", n, last); next(); });
    },
    () => {
      const server = net.createServer((s) => { server.close(); sum(s, (n) => { t("received", n); s.on("close", next); }); });
      server.listen(0, "127.0.0.1", () => run("send", [fs.openSync(file, "r"), "inherit", "inherit"], String(server.address().port)));
    },
    () => {
      const child = run("receive", ["ignore", "pipe", "inherit", "ipc"]);
      child.on("message", (port) => net.connect(port, "127.0.0.1").end("x".repeat(SIZE)));
      sum(child.stdout, (n) => { t("out", n); next(); });
    },
    () => t("done"),
  ];
  const next = () => steps.shift()();
  next();
}
