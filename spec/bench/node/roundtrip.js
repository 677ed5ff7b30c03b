// An IPC round trip of a small table, handlers at both ends: roundtrip.js TRIPS prints "us_per_trip N".
'use strict';
const { fork } = require('child_process');

if (process.send) {
  process.on('message', (message) => process.send(message));
} else {
  const trips = Number(process.argv[2]);
  const warmUp = Math.ceil(trips / 10);
  const message = { type: 'move', id: 7, pos: [1.5, 2.5, 3.5], name: 'herd', ok: true };
  const child = fork(__filename);
  let trip = -warmUp;
  let started;
  child.on('message', (echo) => {
    if (++trip === 0) started = process.hrtime.bigint();
    if (trip < trips) {
      child.send(echo);
      return;
    }
    console.log('us_per_trip ' + Number(process.hrtime.bigint() - started) / 1e3 / trips);
    child.disconnect();
  });
  child.send(message);
}
