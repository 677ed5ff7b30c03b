// IDs: CP-45 CP-56 CP-88
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const net = require("net");
// What one program writes another reads, and what is passed on is not read here.
const cat = spawn("cat", { stdio: ["pipe", "pipe", "inherit"] });
const grep = spawn("grep", ["o"], { stdio: [cat.stdout, "pipe", "inherit"] });
const wc = spawn("wc", ["-l"], { stdio: [grep.stdout, "pipe", "inherit"] });
t("streams", cat.stdout !== null, grep.stdin, wc.stdin);
cat.stdout.on("data", () => t("never"));
let out = "";
wc.stdout.on("data", (d) => { out += d; });
wc.on("close", (code) => {
  t("wc", code, out.trim());
  again();
});
cat.stdin.end("one\ntwo\nthree\nfour\n");
// What the child leaves of it can be read here afterwards.
function again() {
  const server = net.createServer((socket) => {
    const child = spawn("sh", ["-c", "read first; echo child got $first"], { stdio: [socket, "pipe", "inherit"] });
    child.stdout.on("data", (d) => t("child", d.toString()));
    child.on("close", () => {
      let rest = "";
      socket.on("data", (d) => { rest += d; });
      socket.on("end", () => { t("rest", rest); socket.end(); server.close(); });
      socket.resume();
      client.end("second\n");
    });
  });
  let client;
  server.listen(0, "127.0.0.1", () => {
    client = net.connect(server.address().port, "127.0.0.1", () => client.write("first\n"));
    client.resume();
  });
  server.on("close", () => t("closed"));
}
