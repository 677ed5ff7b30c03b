// What a case prints, in a form that both languages share; trace.lua is the same for moonherd.
//
//     const t = require("./trace");
//     t("label", value, ...);                       // one line of the trace
//     t.on(child, "child", ["spawn", "exit"]);      // a line for each event, with its arguments
//     t.throws("label", () => spawn(5));            // what it raises
//     t.mask("PID", child.pid);                     // the runner writes <PID> for it, wherever it stands
//     t.role("worker 1");                           // lines of this process stand together under that name
//     t.ask(port, request, (text) => ...);          // all that a server says to that, to its end; dates taken out
"use strict";
const fs = require("fs");

const fd = fs.openSync(process.env.TRACE_FILE, "a");
let role = "main";

const FIELDS = ["errno", "syscall", "path", "dest", "spawnargs", "cmd", "killed", "signal", "address", "port"];

function error(err) {
    const parts = [`${err.name} [${err.code ?? ""}] ${show(err.message)}`];
    for (const field of FIELDS) {
        if (err[field] !== undefined && err[field] !== null) parts.push(`${field}=${show(err[field])}`);
    }
    return `<${parts.join(" ")}>`;
}

function show(value) {
    if (value === undefined || value === null) return "nil";
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "function") return "<function>";
    if (value instanceof Error) return error(value);
    if (Buffer.isBuffer(value)) return JSON.stringify(value.toString("latin1"));
    if (Array.isArray(value)) return value.length ? `[${value.map(show).join(", ")}]` : "{}";
    if (typeof value === "object") {
        const proto = Object.getPrototypeOf(value);
        if (proto !== null && proto !== Object.prototype) return "<object>";
        const keys = Object.keys(value).filter((key) => value[key] !== undefined && value[key] !== null).sort();
        return keys.length ? `{${keys.map((key) => `${key}: ${show(value[key])}`).join(", ")}}` : "{}";
    }
    return String(value);
}

function write(line) {
    fs.writeSync(fd, `${role}| ${line}\n`);
}

function t(label, ...values) {
    while (values.length && (values[values.length - 1] === undefined || values[values.length - 1] === null)) values.pop();
    write([label, ...values.map(show)].join(" "));
}

t.role = (name) => { role = name; };
t.mask = (kind, value) => write(`#mask ${kind} ${value}`);
t.on = (emitter, label, names) => {
    for (const name of names) emitter.on(name, (...values) => t(`${label} ${name}`, ...values));
};
t.throws = (label, fn) => {
    try {
        fn();
        t(label, "nothing raised");
    } catch (err) {
        t(label, err);
    }
};
t.ask = (port, request, done) => {
    const socket = require("net").connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.write(request));
    let text = "";
    socket.on("data", (data) => { text += data.toString("latin1"); });
    socket.on("end", () => socket.end());
    socket.on("error", () => {});
    socket.on("close", () => done(text.replace(/Date: [^\r]*/g, "Date: <date>")));
};
module.exports = t;
