// IDs: CP-56 CP-88
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const { EventEmitter } = require("events");
const steps = [
  () => { // paused, and the child ends: it flows again, so that "close" can come
    const c = spawn("sh", ["-c", "echo hello"], { stdio: ["ignore", "pipe", "inherit"] });
    c.stdout.pause();
    let text = "";
    c.stdout.on("data", (d) => { text += d; });
    c.on("exit", () => t("exit", text, c.stdout.isPaused()));
    c.on("close", (code) => { t("close", code, text, c.stdout.isPaused()); next(); });
  },
  () => { // paused, and nobody listens
    const c = spawn("sh", ["-c", "echo hello"], { stdio: ["ignore", "pipe", "inherit"] });
    c.stdout.pause();
    c.on("close", (code) => { t("close", code, c.stdout.readableEnded); next(); });
  },
  () => { // unpiped, which pauses
    const c = spawn("sh", ["-c", "echo hello"], { stdio: ["ignore", "pipe", "inherit"] });
    const sink = Object.assign(new EventEmitter(), { write: () => t("wrong"), end: () => t("wrong") });
    c.stdout.pipe(sink);
    c.stdout.unpipe(sink);
    t("unpiped", c.stdout.isPaused());
    c.on("close", (code) => { t("close", code); next(); });
  },
  () => t("done"),
];
const next = () => steps.shift()();
next();
