// IDs: HTTP-28
"use strict";
const t = require("./trace");
const http = require("http");
const count = (lists) => Object.values(lists).reduce((sum, list) => sum + list.length, 0);
const state = (label, agent) => t(label, count(agent.sockets), count(agent.freeSockets), count(agent.requests), agent.totalSocketCount);
const held = [];
const seen = new Map();
const server = http.createServer((req, res) => {
  if (!seen.has(req.socket)) seen.set(req.socket, seen.size + 1);
  t("server", req.url, "connection", seen.get(req.socket), req.headers.connection);
  if (req.url.startsWith("/hold")) { held.push(res); if (held.want === held.length) held.then(); }
  else if (req.url === "/close") { res.setHeader("Connection", "close"); res.end("ok"); }
  else res.end("ok");
});
let port;
const get = (agent, path, done) => {
  const req = http.get({ host: "127.0.0.1", port, path, agent }, (res) => { t("answer", path, res.headers.connection, req.reusedSocket); res.resume(); });
  req.on("close", () => { t("close", path); if (done) done(req); });
  req.on("error", (err) => t("error", path, err.code, req.reusedSocket));
  return req;
};
// Goes on when all is closed.
const end = (agent) => { agent.destroy(); setImmediate(function look() { if (agent.totalSocketCount > 0) return setImmediate(look); state("destroyed", agent); step(); }); };
const steps = [
  () => {
    const agent = new http.Agent();
    t("defaults", agent.keepAlive, agent.keepAliveMsecs, agent.maxSockets === Infinity, agent.maxFreeSockets, agent.scheduling, agent.maxTotalSockets === Infinity, agent.totalSocketCount, agent.defaultPort, agent.protocol);
    t("global", http.globalAgent.keepAlive, http.globalAgent.scheduling, http.globalAgent.options.timeout, http.globalAgent instanceof http.Agent);
    t("names", agent.getName({ host: "a", port: 1 }), agent.getName({ host: "a", port: 1, localAddress: "b", family: 4 }), agent.getName({ socketPath: "/x" }), agent.getName());
    t.throws("scheduling", () => http.Agent({ scheduling: "random" }));
    t.throws("maxTotalSockets", () => http.Agent({ maxTotalSockets: -1 }));
    step();
  },
  () => {
    t("without keepAlive");
    const agent = new http.Agent();
    get(agent, "/1", () => { state("after 1", agent); get(agent, "/2", () => { state("after 2", agent); end(agent); }); });
    state("begun", agent);
  },
  () => {
    t("with keepAlive");
    const agent = new http.Agent({ keepAlive: true });
    agent.on("free", (socket, options) => { state("free", agent); t("free", options.port === port, options.host, socket.destroyed); });
    get(agent, "/1", () => { state("after 1", agent); setImmediate(() => get(agent, "/2", () => { get(agent, "/close", () => { state("after close", agent); end(agent); }); })); });
  },
  () => {
    t("maxSockets 1");
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    get(agent, "/1");
    get(agent, "/2");
    const third = get(agent, "/3", () => setImmediate(() => { state("done", agent); end(agent); }));
    state("begun", agent);
    third.on("socket", () => state("third's turn", agent));
  },
  () => {
    t("maxSockets 1, no keepAlive");
    const agent = new http.Agent({ maxSockets: 1 });
    get(agent, "/1");
    get(agent, "/2");
    get(agent, "/close");
    get(agent, "/3", () => setImmediate(() => { state("done", agent); end(agent); }));
    state("begun", agent);
  },
  () => {
    t("maxFreeSockets 1");
    const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1 });
    held.length = 0; held.want = 3;
    held.then = () => { for (const res of held) res.end("ok"); };
    let closed = 0;
    const done = () => { if (++closed === 3) setTimeout(() => { state("three done", agent); end(agent); }, 50); };
    const quiet = (path) => { http.get({ host: "127.0.0.1", port, path, agent }, (res) => res.resume()).on("close", done); };
    quiet("/hold"); quiet("/hold"); quiet("/hold");
    state("begun", agent);
  },
  () => {
    t("maxTotalSockets 1");
    const agent = new http.Agent({ keepAlive: true, maxTotalSockets: 1 });
    get(agent, "/1");
    get(agent, "/2", () => { setImmediate(() => { state("done", agent); end(agent); }); });
    state("begun", agent);
  },
  () => {
    t("replaced methods");
    const agent = new http.Agent({ keepAlive: true });
    const create = agent.createConnection;
    agent.createConnection = function (options, callback) { t("createConnection", options.host, options.port === port, options.path, typeof callback); return create.call(this, options, callback); };
    agent.keepSocketAlive = (socket) => { t("keepSocketAlive", socket.destroyed); return true; };
    agent.reuseSocket = (socket, req) => { t("reuseSocket", req.path); socket.ref(); };
    get(agent, "/1", () => setImmediate(() => get(agent, "/2", () => { agent.keepSocketAlive = () => false; setImmediate(() => get(agent, "/3", () => setImmediate(() => { state("not kept", agent); end(agent); }))); })));
  },
  () => {
    t("a connection that comes later, and one that fails");
    const agent = new http.Agent();
    agent.createConnection = (options, callback) => { setImmediate(() => callback(null, require("net").connect(port, "127.0.0.1"))); };
    get(agent, "/1", () => {
      agent.createConnection = (options, callback) => { setImmediate(() => callback(Object.assign(new Error("mine"), { code: "EMINE" }))); };
      get(agent, "/2", () => { state("failed", agent); step(); });
    });
  },
  () => {
    t("agentRemove");
    const agent = new http.Agent({ keepAlive: true });
    const req = get(agent, "/1", () => { setImmediate(() => { state("removed", agent); req.socket.destroy(); step(); }); });
    req.on("response", () => { req.socket.emit("agentRemove"); state("at once", agent); });
  },
  () => {
    t("a kept connection that its server closes");
    const agent = new http.Agent({ keepAlive: true });
    get(agent, "/1", (req) => setImmediate(() => {
      state("kept", agent);
      req.socket.on("close", () => { state("closed", agent); get(agent, "/2", () => end(agent)); });
      server.closeIdleConnections();
    }));
  },
  () => {
    t("a kept connection that is cut under a request");
    const agent = new http.Agent({ keepAlive: true });
    get(agent, "/1", () => setImmediate(() => {
      held.length = 0; held.want = 1;
      held.then = () => held[0].socket.destroy();
      get(agent, "/hold", () => end(agent));
    }));
  },
  () => {
    t("kept for as long as the agent says");
    const agent = new http.Agent({ keepAlive: true, timeout: 50 });
    get(agent, "/1", (req) => { req.socket.on("close", () => { state("timed out", agent); step(); }); });
  },
  () => {
    t("the agent's timeout is a request's too");
    const agent = new http.Agent({ timeout: 50 });
    held.length = 0; held.want = 0;
    const req = get(agent, "/hold", () => { end(agent); });
    req.on("timeout", () => { t("timeout", req.timeout); req.destroy(); });
  },
  () => server.close(() => t("server closed")),
];
const step = () => steps.shift()();
server.listen(0, "127.0.0.1", () => { port = server.address().port; step(); });
