// IDs: CL-10 CL-15
"use strict";
const t = require("./trace");
const cluster = require("cluster");
cluster.setupPrimary({ stdio: ["pipe"] });
try { cluster.fork(); t("forked"); } catch (err) { t("thrown", err); }
cluster.setupPrimary({ stdio: undefined, cwd: "/" , exec: "/no/such/script", silent: true });
const w = cluster.fork();
t("id", w.id);
w.on("exit", (code) => t("exit", code, w.exitedAfterDisconnect));
