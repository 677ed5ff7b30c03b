// IDs: PR-70
"use strict";
const t = require("./trace");
const net = require("net");
const dgram = require("dgram");
const { spawn } = require("child_process");
// In Node a timer that runs, and what is not closed quite yet, counts still.
const later = (fn) => setTimeout(() => setImmediate(fn), 20);
// So does its stderr once anything has looked at it.
process.stderr.on("error", () => {});
const own = process.getActiveResourcesInfo();
const active = (label) => {
  const list = process.getActiveResourcesInfo();
  for (const type of own) list.splice(list.indexOf(type), 1);
  t(label, list.sort());
};

active("nothing");
const timer = setTimeout(() => {}, 60000);
const every = setInterval(() => {}, 60000);
setTimeout(() => {}, 60000).unref();
setTimeout(() => {}, 1).unref();
setImmediate(() => {}).unref();
clearTimeout(setTimeout(() => {}, 60000));
const soon = setImmediate(() => {});
active("timers");
clearInterval(every);
clearImmediate(soon);
timer.unref();
active("none of them");
process.on("SIGUSR2", () => {});
active("a signal");

const server = net.createServer((socket) => {
  later(() => {
    active("connected");
    socket.unref();
    active("one end unref'd");
    socket.ref();
    client.destroy();
    server.close(() => later(udp));
  });
});
let client;
server.listen(0, "127.0.0.1", () => {
  active("listening");
  client = net.connect(server.address().port, "127.0.0.1");
});

function udp() {
  active("closed");
  const socket = dgram.createSocket("udp4");
  socket.bind(0, "127.0.0.1", () => {
    active("bound");
    socket.unref();
    active("unref'd");
    socket.close(() => later(path));
  });
}

function path() {
  const local = net.createServer().listen(process.env.TRACE_DIR + "/s", () => {
    active("path");
    local.close(() => later(child));
  });
}

function child() {
  const sleeper = spawn("sleep", ["60"]);
  active("child");
  sleeper.unref();
  active("child unref'd");
  sleeper.ref();
  sleeper.on("close", () => later(() => active("over")));
  sleeper.kill();
}
