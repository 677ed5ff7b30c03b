// IDs: CP-23 CP-40 CP-41 CP-42 CP-43 CP-44 CP-45 CP-46 CP-56 M-09
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const fs = require("fs");
const net = require("net");
const results = `${process.env.TRACE_DIR}/fds`;
// What a program sees as its descriptors.
const script = `exec 9>"$0"; for n in 0 1 2 3 4 5; do k=none; f=/proc/$$/fd/$n; p=/proc/$PPID/fd
if [ $f -ef /dev/null ]; then k=null; elif [ $f -ef $p/$n ]; then k=same; elif [ $f -ef $p/0 ]; then k=our-stdin; elif [ $f -ef $p/1 ]; then k=our-stdout
elif [ -S $f ]; then k=socket; elif [ -e $f ]; then k=other; fi; echo $n $k >&9; done`;
const server = net.createServer();
const lists = [
  "pipe", "overlapped", "ignore", "inherit", ["pipe"], [], ["ignore"], [undefined, undefined, undefined], [null, null, null, null], ["pipe", "pipe", "pipe", "pipe"],
  ["overlapped", "overlapped", "overlapped", "overlapped"], [-1, -1, -5, -1], [0, 1, 2], ["inherit", "inherit", "inherit"], [0, 1, 1], [2, 0, 0], ["ignore", { fd: 1 }, { fd: 1 }],
  ["ignore", process.stdout, process.stderr], [process.stdin, "ignore", "ignore"], ["ignore", "ignore", "ignore", "ignore", "ignore"],
  ["pipe", "pipe", "pipe", undefined, "pipe"], ["pipe", "pipe", "pipe", "ignore", "ignore", "pipe"], ["ignore", "ignore", "ignore", 0, 1, "server"],
  ["ipc", "ignore", "ignore"], ["ignore", "ipc", "ignore"], ["ignore", "ignore", "ipc"], ["ignore", "ignore", "ignore", "pipe", "ipc"],
];
server.listen(0, "127.0.0.1", () => {
  lists[22][5] = server._handle;
  // Nothing of ours is where a child might take it for its own.
  (function next(i) {
    if (i === lists.length) { server.close(); return refused(); }
    const child = spawn("sh", ["-c", script, results], { stdio: lists[i] });
    const ours = [0, 1, 2, 3, 4, 5].map((n) => child.stdio[n] ? `${child.stdio[n].readable}-${child.stdio[n].writable}` : "none");
    t("list", i, ours, child.stdin === (child.stdio[0] ?? null), child.stdout === (child.stdio[1] ?? null), child.stderr === (child.stdio[2] ?? null), child.connected);
    child.on("close", (code, signal) => { t("close", code, signal, fs.readFileSync(results, "utf8")); next(i + 1); });
  })(0);
});
function refused() {
  for (const stdio of ["ipc", "pipes", 5, true, () => {}, [true], [{}], [[]], [() => {}], ["text"], ["pipe", "pipe", ""], ["ipc", "ipc"]])
    t.throws("refused", () => spawn("true", [], { stdio }));
  const closed = (label, element) => {
    for (const stdio of [["ignore", element], ["pipe", "ipc", "pipe", element]]) {
      try { spawn("true", [], { stdio }); t(label, "nothing raised"); } catch (err) { t(label, err.name, err.code); }
    }
  };
  closed("not listening", net.createServer());
  const gone = net.connect({ port: 1, host: "127.0.0.1" });
  gone.on("error", () => {});
  gone.on("close", () => closed("closed", gone));
  t.throws("not open", () => spawn("true", [], { stdio: ["ignore", "ignore", "ignore", 1000] }));
  t.throws("not open", () => spawn("true", [], { stdio: ["ignore", "ignore", { fd: 1000 }] }));
}
